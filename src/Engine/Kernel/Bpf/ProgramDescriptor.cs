namespace EbpfCat.Kernel;

/// <summary>The descriptor of a loaded program.</summary>
/// <param name="number">The number of the descriptor.</param>
internal sealed class ProgramDescriptor(int number) : FileDescriptor(number);
