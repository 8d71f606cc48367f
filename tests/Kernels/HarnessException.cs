namespace EbpfCat.Kernels;

/// <summary>The tests could not be run, for a reason that the message tells the user in full.</summary>
internal class HarnessException(string message) : Exception(message);
