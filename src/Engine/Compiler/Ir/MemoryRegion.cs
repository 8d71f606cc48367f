namespace EbpfCat.Compiler;

/// <summary>The memory that an access may touch: accesses of different regions never overlap.</summary>
internal enum MemoryRegion : byte
{
    /// <summary>The context: never written here, so reading it twice gives the same.</summary>
    Context,
    /// <summary>The function's own stack.</summary>
    Stack,
    /// <summary>The packet.</summary>
    Packet,
    /// <summary>Map values and shared variables: other processors may change them at any time.</summary>
    Map,
    /// <summary>Memory of the kernel that a typed pointer reaches.</summary>
    Kernel,
}
