namespace EbpfCat.Tests.Reference;

/// <summary>The packet lacks what the program reads: it ends with its default action.</summary>
internal sealed class DefaultActionException : Exception;
