namespace EbpfCat.Programs;

/// <summary>A name in a BPF file system, and what it keeps.</summary>
/// <param name="Kind">The kind of the pinned object.</param>
/// <param name="Name">The name of the program or map, as the kernel has it; of a link that of its program.</param>
/// <param name="Id">The kernel's number of it; of an attachment that of its program.</param>
public sealed record PinInfo(string Path, PinKind Kind, string Name, uint Id);
