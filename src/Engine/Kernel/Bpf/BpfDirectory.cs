using System.Diagnostics;

namespace EbpfCat.Kernel;

/// <summary>
/// A directory of a BPF file system, held open. Inside the file system no symbolic link is followed, and no directory
/// is entered that belongs to another user or that others may write to; so what is done in it is done nowhere else.
/// </summary>
internal sealed unsafe class BpfDirectory : IDisposable
{
    // fcntl.h, sys/file.h, linux/fs.h
    private const int AtRemoveDirectory = 0x200;
    private const int AtEmptyPath = 0x1000;
    private const int OpenDirectory = 0x10000;
    private const int OpenNoFollow = 0x20000;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const uint RenameNoReplace = 1;
    private const uint RenameExchange = 2;

    // struct statx of linux/stat.h has 256 bytes.
    private const int StatusSize = 256;
    private const uint BasicStatus = 0x7ff;

    private const int OwnerOnly = 0x1c0;
    private const int WritableByOthers = 0x12;
    private const int Sticky = 0x200;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private readonly FileDescriptor _descriptor;

    private BpfDirectory(FileDescriptor descriptor, string path) => (_descriptor, Path) = (descriptor, path);

    /// <summary>The path that it was opened by.</summary>
    public string Path { get; }

    /// <summary>The names of the files and directories in it, sorted.</summary>
    public IReadOnlyList<string> Names => [.. Directory.EnumerateFileSystemEntries(PathOf("."))
        .Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Opens a directory; null if there is none.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="KernelException">
    /// EINVAL: it is not in a BPF file system. ELOOP: a part of the path is a symbolic link. EACCES, EPERM: a part
    /// belongs to another user, or may be written by others.
    /// </exception>
    public static BpfDirectory? Find(string path) => Open(path, creates: false);

    /// <summary>Opens a directory, made if it is missing, and waits until no other process changes it.</summary>
    /// <inheritdoc cref="Find"/>
    public static BpfDirectory Lock(string path)
    {
        while (true)
        {
            var directory = Open(path, creates: true)!;
            try
            {
                directory.Lock();
                // Another process may have removed it in the meantime.
                if (!directory.IsRemoved) return directory;
            }
            catch
            {
                directory.Dispose();
                throw;
            }

            directory.Dispose();
        }
    }

    /// <summary>Opens a directory if no other process changes it; null if one does, or there is no directory.</summary>
    /// <inheritdoc cref="Find"/>
    public static BpfDirectory? TryLock(string path)
    {
        var directory = Find(path);
        if (directory is null || directory.TryLock()) return directory;
        directory.Dispose();
        return null;
    }

    /// <summary>The path of a file in it, which stays right when the directory is renamed.</summary>
    public string PathOf(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_descriptor.Number}/{name}");

    /// <summary>Whether it has a file, directory or symbolic link of that name.</summary>
    public bool Has(string name) =>
        File.Exists(PathOf(name)) || Directory.Exists(PathOf(name)) || LinkTarget(name) is not null;

    /// <summary>The target of a symbolic link in it; null where there is none.</summary>
    public string? LinkTarget(string name) => new FileInfo(PathOf(name)).LinkTarget;

    /// <summary>Opens a directory in it; null if there is none.</summary>
    public BpfDirectory? FindDirectory(string name) =>
        OpenIn(_descriptor, name, $"{Path}/{name}", isInside: true) is { } found ? new(found, $"{Path}/{name}") : null;

    /// <summary>Makes a directory in it that only its owner may enter, and opens that.</summary>
    /// <exception cref="KernelException">EEXIST: the name is taken.</exception>
    public BpfDirectory MakeDirectory(string name)
    {
        Check(Libc.MakeDirectoryAt(_descriptor.Number, name, OwnerOnly), $"make the directory '{Path}/{name}'");
        return FindDirectory(name)
            ?? throw new KernelException($"open the directory '{Path}/{name}'", Errno.ENOENT, "it was removed");
    }

    /// <summary>Opens what is pinned in it, if it is of the kind asked for.</summary>
    /// <inheritdoc cref="Bpf.GetPinned{T}"/>
    public T GetPinned<T>(string name)
        where T : FileDescriptor => Bpf.GetPinned<T>(PathOf(name), $"{Path}/{name}");

    /// <summary>Pins an object in it.</summary>
    /// <exception cref="KernelException">EEXIST: the name is taken.</exception>
    public void Pin(FileDescriptor descriptor, string name) => Bpf.Pin(descriptor, PathOf(name), $"{Path}/{name}");

    /// <summary>Makes a symbolic link, which keeps a text.</summary>
    public void MakeSymbolicLink(string name, string target) =>
        Check(Libc.MakeSymbolicLinkAt(target, _descriptor.Number, name), $"make the symbolic link '{Path}/{name}'");

    /// <summary>Renames a file or directory in it to a free name.</summary>
    /// <exception cref="KernelException">EEXIST: the new name is taken.</exception>
    public void Rename(string name, string newName) => Check(
        Libc.RenameAt(_descriptor.Number, name, _descriptor.Number, newName, RenameNoReplace),
        $"rename '{Path}/{name}' to '{newName}'");

    /// <summary>Renames a file over another.</summary>
    public void Replace(string name, string newName) => Check(
        Libc.RenameAt(_descriptor.Number, name, _descriptor.Number, newName, 0),
        $"rename '{Path}/{name}' to '{newName}'");

    /// <summary>Exchanges two names in one step; false where the kernel cannot (before Linux 5.16).</summary>
    public bool TryExchange(string name, string other)
    {
        if (Libc.RenameAt(_descriptor.Number, name, _descriptor.Number, other, RenameExchange) == 0) return true;
        if (Libc.LastErrno == Errno.EINVAL) return false;
        Check(-1, $"exchange '{Path}/{name}' and '{other}'");
        return false;
    }

    /// <summary>Removes a file, a symbolic link, or a directory with all in it, if it is there.</summary>
    public void Remove(string name)
    {
        if (Libc.RemoveAt(_descriptor.Number, name, 0) == 0 || Libc.LastErrno == Errno.ENOENT) return;
        var operation = $"remove '{Path}/{name}'";
        if (Libc.LastErrno is not (Errno.EISDIR or Errno.EPERM)) Check(-1, operation);
        using (var directory = FindDirectory(name))
        {
            // What detaches is last, so that an attachment is still found if something fails before.
            foreach (var inside in directory?.Names.Reverse() ?? []) directory!.Remove(inside);
        }

        Check(Libc.RemoveAt(_descriptor.Number, name, AtRemoveDirectory), operation);
    }

    /// <summary>Removes this directory if it is empty.</summary>
    public void RemoveIfEmpty()
    {
        using var above = Find(System.IO.Path.GetDirectoryName(Path)!);
        above?.RemoveIfEmpty(System.IO.Path.GetFileName(Path));
    }

    /// <summary>Removes a directory in it if it is there and empty.</summary>
    public void RemoveIfEmpty(string name)
    {
        if (Libc.RemoveAt(_descriptor.Number, name, AtRemoveDirectory) == 0) return;
        if (Libc.LastErrno is not (Errno.ENOENT or Errno.ENOTEMPTY)) Check(-1, $"remove '{Path}/{name}'");
    }

    public void Dispose() => _descriptor.Dispose();

    private bool IsRemoved => Status(_descriptor).Links == 0;

    private static BpfDirectory? Open(string path, bool creates)
    {
        var operation = $"open the directory of pins '{path}'";
        FileDescriptor? current = new(Libc.Check(Libc.Open("/", OpenDirectory | OpenCloseOnExec), operation));
        try
        {
            var walked = "";
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var isInside = BpfFileSystem.Contains(current);
                if (creates && isInside && Libc.MakeDirectoryAt(current.Number, name, OwnerOnly) != 0
                    && Libc.LastErrno != Errno.EEXIST)
                {
                    Check(-1, $"make the directory '{walked}/{name}'");
                }

                var next = OpenIn(current, name, $"{walked}/{name}", isInside);
                if (next is null && creates) throw NotInside(operation, walked);
                if (next is null) return null;
                current.Dispose();
                (current, walked) = (next, $"{walked}/{name}");
            }

            if (!BpfFileSystem.Contains(current)) throw NotInside(operation, path);
            var opened = new BpfDirectory(current, path);
            current = null;
            return opened;
        }
        finally
        {
            current?.Dispose();
        }
    }

    private static FileDescriptor? OpenIn(FileDescriptor parent, string name, string path, bool isInside)
    {
        var flags = OpenDirectory | OpenCloseOnExec | (isInside ? OpenNoFollow : 0);
        var number = Libc.OpenAt(parent.Number, name, flags);
        if (number < 0 && Libc.LastErrno == Errno.ENOENT) return null;
        if (number < 0 && Libc.LastErrno is Errno.ENOTDIR or Errno.ELOOP)
        {
            throw new KernelException(
                $"open the directory of pins '{path}'", Libc.LastErrno, "it is a file or a symbolic link");
        }

        var descriptor = new FileDescriptor(Check(number, $"open the directory of pins '{path}'"));
        try
        {
            if (isInside || BpfFileSystem.Contains(descriptor))
                RefuseForeign(descriptor, path, isMountPoint: !isInside);
            return descriptor;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    // Where others may write to the mount point, the sticky bit keeps them from renaming what is not theirs.
    private static void RefuseForeign(FileDescriptor directory, string path, bool isMountPoint)
    {
        var (owner, mode, _) = Status(directory);
        var isWritable = (mode & WritableByOthers) != 0 && !(isMountPoint && (mode & Sticky) != 0);
        var cause = owner != 0 && owner != Libc.EffectiveUserId() ? $"it belongs to the user {owner}"
            : isWritable ? "other users may write to it" : null;
        if (cause is null) return;
        throw new KernelException(
            $"open the directory of pins '{path}'", Errno.EACCES, cause,
            "Use another directory, which belongs to this user alone.");
    }

    private static (uint Owner, int Mode, uint Links) Status(FileDescriptor file)
    {
        var status = stackalloc byte[StatusSize];
        Check(Libc.FileStatus(file.Number, "", AtEmptyPath, BasicStatus, status), "read the status of a directory");
        return (*(uint*)(status + 20), *(ushort*)(status + 28), *(uint*)(status + 16));
    }

    private bool TryLock() => Libc.Lock(_descriptor.Number, LockExclusive | LockNonBlocking) == 0;

    private void Lock()
    {
        var waited = Stopwatch.StartNew();
        while (!TryLock())
        {
            if (Libc.LastErrno is not (Errno.EAGAIN or Errno.EINTR)) Check(-1, $"lock the directory '{Path}'");
            if (waited.Elapsed > MaxWait)
            {
                throw new KernelException(
                    $"lock the directory '{Path}'", Errno.EAGAIN, "another process has been changing its pins for "
                    + $"{MaxWait.TotalSeconds} seconds", "Look for one that hangs: fuser or lsof name it.");
            }

            Thread.Sleep(2);
        }
    }

    private static KernelException NotInside(string operation, string directory) => new(
        operation, Errno.EINVAL, $"'{directory}' is not a directory in a BPF file system",
        $"Give a name, or a path below {BpfFileSystem.DefaultPath}.");

    private static int Check(int result, string operation) => Libc.Check(result, operation);
}
