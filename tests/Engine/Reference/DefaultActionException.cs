namespace EbpfCat.Tests.Reference;

/// <summary>The packet is too short for a read: the program ends with its default action.</summary>
internal sealed class DefaultActionException : Exception;
