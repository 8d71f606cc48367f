namespace EbpfCat.Btf;

/// <summary>Bytes that are no type information, or a type that does not exist or cannot be represented.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">What led to it.</param>
public sealed class BtfException(string message, Exception? inner = null) : Exception(message, inner);
