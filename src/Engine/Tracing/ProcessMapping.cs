namespace EbpfCat.Tracing;

/// <summary>A memory mapping of a process: a line of <c>/proc/PID/maps</c> (proc_pid_maps(5)).</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The address after the last.</param>
/// <param name="Permissions">Four letters: <c>r-xp</c>.</param>
/// <param name="FileOffset">The file offset of the first address, in bytes.</param>
/// <param name="Device">The numbers of the file's device: <c>08:01</c>.</param>
/// <param name="Inode">The inode of the file; 0 if there is none.</param>
/// <param name="Path">The file, as the process sees it; a name in brackets such as <c>[stack]</c>; or empty.</param>
public sealed record ProcessMapping(
    ulong Start, ulong End, string Permissions, ulong FileOffset, string Device, ulong Inode, string Path,
    bool IsDeleted)
{
    /// <summary>Whether it holds code.</summary>
    public bool IsExecutable => Permissions.Length > 2 && Permissions[2] == 'x';

    /// <summary>Whether it maps a file.</summary>
    public bool IsFile => Inode != 0;

    /// <summary>Whether it contains an address.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;
}
