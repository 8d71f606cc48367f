namespace EbpfCat.Kernel;

/// <summary>The descriptor of loaded type information.</summary>
/// <param name="number">The number of the descriptor.</param>
internal sealed class BtfDescriptor(int number) : FileDescriptor(number);
