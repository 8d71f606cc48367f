namespace EbpfCat.Kernel;

/// <summary>The descriptor of a link: while any descriptor or pin of it exists, the program is attached.</summary>
/// <param name="number">The number of the descriptor.</param>
internal sealed class LinkDescriptor(int number) : FileDescriptor(number);
