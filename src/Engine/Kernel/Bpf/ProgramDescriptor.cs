namespace EbpfCat.Kernel;

/// <summary>The descriptor of a loaded program.</summary>
internal sealed class ProgramDescriptor(int number) : FileDescriptor(number);
