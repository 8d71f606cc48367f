namespace EbpfCat.Kernel;

internal sealed class BtfDescriptor(int number) : FileDescriptor(number);
