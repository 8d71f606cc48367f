namespace EbpfCat.Tests.Reference;

/// <summary>What went wrong with a program.</summary>
internal enum ReferenceFailureKind
{
    /// <summary>The compiler refused it, or failed.</summary>
    Compiler,

    /// <summary>The kernel refused it.</summary>
    Verifier,

    /// <summary>It behaved differently than the language says.</summary>
    Difference,
}
