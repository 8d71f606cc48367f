namespace EbpfCat.Kernel;

/// <summary>Something of the kernel's that this process holds open: a map, a program.</summary>
internal interface IKernelObject
{
    FileDescriptor Descriptor { get; }
}
