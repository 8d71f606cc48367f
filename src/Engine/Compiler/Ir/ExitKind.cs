namespace EbpfCat.Compiler;

/// <summary>The kind of the exit of a block.</summary>
internal enum ExitKind : byte { None, Jump, Branch, Return }
