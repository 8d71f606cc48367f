namespace EbpfCat.Tests.Reference;

/// <summary>The kind of failure of a program.</summary>
internal enum ReferenceFailureKind
{
    /// <summary>The compiler refused it, or failed.</summary>
    Compiler,

    /// <summary>The kernel refused it.</summary>
    Verifier,

    /// <summary>The result differs from that of the evaluator.</summary>
    Difference,
}
