namespace EbpfCat.Benchmarks.Clang;

/// <summary>The C side of a pair cannot be had.</summary>
internal sealed class ClangException(string message) : Exception(message);
