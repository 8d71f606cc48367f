namespace EbpfCat.Kernel;

/// <summary>The kernel's description of type information (<c>struct bpf_btf_info</c>).</summary>
/// <param name="Id">The id, unique as long as it lives.</param>
/// <param name="Name">The name: <c>vmlinux</c> or that of a module, empty for a program's (Linux 5.11).</param>
/// <param name="IsKernel">Whether it describes the kernel or a module (Linux 5.11).</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Data">The type information from its header on; empty if not requested.</param>
internal sealed record BtfInfo(uint Id, string Name, bool IsKernel, int Size, ReadOnlyMemory<byte> Data);
