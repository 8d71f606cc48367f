namespace EbpfCat.Btf;

/// <summary>Bytes that are no type information, or a type that does not exist or cannot be represented.</summary>
/// <param name="message">The problem.</param>
/// <param name="inner">The exception that caused it.</param>
public sealed class BtfException(string message, Exception? inner = null) : Exception(message, inner);
