namespace EbpfCat.Kernel;

/// <summary>The descriptor of a link: while any descriptor or pin of it exists, the program is attached.</summary>
internal sealed class LinkDescriptor(int number) : FileDescriptor(number);
