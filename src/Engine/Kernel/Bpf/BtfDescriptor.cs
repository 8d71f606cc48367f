namespace EbpfCat.Kernel;

/// <summary>The descriptor of loaded type information.</summary>
internal sealed class BtfDescriptor(int number) : FileDescriptor(number);
