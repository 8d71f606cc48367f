namespace EbpfCat.Kernel;

internal sealed class ProgramDescriptor(int number) : FileDescriptor(number);
