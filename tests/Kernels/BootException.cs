namespace EbpfCat.Kernels;

/// <summary>The machine did not come so far as to run the command.</summary>
internal sealed class BootException(string message) : HarnessException(message);
