namespace EbpfCat.Tracing;

/// <summary>A range of a process's memory and what it shows: a line of <c>/proc/PID/maps</c> (proc_pid_maps(5)).</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The address after the last.</param>
/// <param name="Permissions">Four letters: <c>r-xp</c>.</param>
/// <param name="FileOffset">Where in the file the first address stands, in bytes.</param>
/// <param name="Device">The numbers of the file's device: <c>08:01</c>.</param>
/// <param name="Inode">The number of the file on its device; 0 where there is no file.</param>
/// <param name="Path">The file, as the process sees it; a name in brackets such as <c>[stack]</c>; empty for neither.</param>
/// <param name="IsDeleted">Whether the file is no longer there by that path.</param>
public sealed record ProcessMapping(
    ulong Start, ulong End, string Permissions, ulong FileOffset, string Device, ulong Inode, string Path, bool IsDeleted)
{
    /// <summary>Whether it holds code.</summary>
    public bool IsExecutable => Permissions.Length > 2 && Permissions[2] == 'x';

    /// <summary>Whether it shows a file.</summary>
    public bool IsFile => Inode != 0;

    /// <summary>Whether an address lies in it.</summary>
    /// <param name="address">The address.</param>
    public bool Contains(ulong address) => address >= Start && address < End;
}
