namespace EbpfCat.Compiler;

/// <summary>How a block is left.</summary>
internal enum ExitKind : byte { None, Jump, Branch, Return }
