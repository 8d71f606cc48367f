namespace EbpfCat.Attachments;

/// <summary>
/// Makes, replaces or removes the pin of an attachment as a whole. A new pin is made under another name in the same
/// directory, and gets its own when it is complete: so the name always stands for all of a pin or for none. What a
/// process that was killed left half-made is completed if its program is attached, and removed otherwise.
/// </summary>
/// <remarks>
/// As long as the transaction lasts, no other process changes the pins of that directory. One thread can have one
/// transaction in a directory at a time.
/// </remarks>
internal sealed class PinTransaction : IDisposable
{
    // Names while a pin is made and while it is removed: ~new~NUMBER~NAME. No name of a pin begins so. The number is a
    // free one, for a leftover that cannot be removed must not be in the way.
    private const string NewPrefix = "~new~";
    private const string OldPrefix = "~old~";

    private readonly BpfDirectory _parent;
    private readonly string _name;
    private string _newName = "";
    private BpfDirectory? _new;
    private int _linkCount;

    private PinTransaction(BpfDirectory parent, string path) =>
        (_parent, _name) = (parent, System.IO.Path.GetFileName(path));

    /// <summary>Begins to make a pin.</summary>
    /// <param name="path">The directory of the pin.</param>
    /// <param name="mayReplace">
    /// Whether the attachment that has the name may be replaced; an abandoned one may always.
    /// </param>
    /// <exception cref="KernelException">EEXIST: the name is taken.</exception>
    public static PinTransaction Begin(string path, Predicate<AttachmentPin>? mayReplace = null)
    {
        PinPath.CheckName(System.IO.Path.GetFileName(path), path);
        var transaction = Open(PinPath.OpenNew(System.IO.Path.GetDirectoryName(path)!), path);
        try
        {
            using var present = AttachmentPin.Find(path);
            if (present is null || mayReplace?.Invoke(present) == true || present.IsAbandoned) return transaction;
            var (kind, target) = present.About ?? (HookTable.Xdp.Kind, "");
            throw new KernelException(
                $"pin to '{path}'", Errno.EEXIST, $"the name is taken by the attachment {kind} {target}".TrimEnd(),
                "Choose another name, or remove the old pin.")
            {
                Id = "PinExists",
                Arguments = [System.IO.Path.GetFileName(path)],
            };
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    /// <summary>Pins the program and its maps under the other name.</summary>
    /// <param name="about">Kind and target, kept as a symbolic link.</param>
    public void Stage(LoadedProgram program, string about)
    {
        _newName = FreeName(_parent, NewPrefix, _name);
        _new = _parent.MakeDirectory(_newName);
        foreach (var group in program.Maps.GroupBy(pair => pair.Key.StartsWith('.')))
        {
            using var inside = _new.MakeDirectory(
                group.Key ? AttachmentPin.SharedDirectory : AttachmentPin.MapsDirectory);
            foreach (var (name, map) in group)
                inside.Pin(map.Descriptor, PinPath.FileName(group.Key ? name[1..] : name));
        }

        _new.Pin(program.Descriptor, AttachmentPin.ProgramFile);
        _new.MakeSymbolicLink(AttachmentPin.AboutFile, about);
    }

    /// <summary>Pins a link too.</summary>
    public void Add(LinkDescriptor link) => _new!.Pin(link, AttachmentPin.LinkName(_linkCount++));

    /// <summary>Gives the new pin its name, in place of the pin that has it.</summary>
    public void Commit()
    {
        Exchange(_parent, _newName, _name);
        _new!.Dispose();
        _new = null;
    }

    /// <summary>Removes a pin with all it keeps. What nothing else holds, the kernel detaches and frees.</summary>
    /// <param name="path">The directory of the pin.</param>
    /// <param name="isIt">Whether the pin there is the one to be removed; another has its name by now if not.</param>
    public static void Remove(string path, Predicate<AttachmentPin>? isIt = null)
    {
        if (!Directory.Exists(path)) return;
        using var transaction = Open(BpfDirectory.Lock(System.IO.Path.GetDirectoryName(path)!), path);
        using (var present = AttachmentPin.Find(path))
        {
            if (present is null || isIt?.Invoke(present) == false) return;
        }

        var (parent, name) = (transaction._parent, transaction._name);
        var oldName = FreeName(parent, OldPrefix, name);
        parent.Rename(name, oldName);
        parent.Remove(oldName);
        transaction.RemoveEmptyParent();
    }

    /// <summary>Completes or removes what processes that were killed left half-made in a directory.</summary>
    public static void Recover(string directory)
    {
        if (!Directory.Exists(directory) || !Directory.EnumerateDirectories(directory, "~*").Any()) return;
        // A process that is at work in the directory leaves nothing half-made, or the next transaction sees to it.
        using var locked = BpfDirectory.TryLock(directory);
        if (locked is not null) Recover(locked);
    }

    /// <summary>Removes what is not committed, and lets other processes go on.</summary>
    public void Dispose()
    {
        if (_new is not null)
        {
            _new.Dispose();
            RemoveLeftover(_parent, _newName);
            RemoveEmptyParent();
        }

        _parent.Dispose();
    }

    private static PinTransaction Open(BpfDirectory parent, string path)
    {
        try
        {
            Recover(parent);
            return new PinTransaction(parent, path);
        }
        catch
        {
            parent.Dispose();
            throw;
        }
    }

    private static void Recover(BpfDirectory parent)
    {
        foreach (var name in parent.Names.Where(name => name.StartsWith(OldPrefix, StringComparison.Ordinal)))
            RemoveLeftover(parent, name);
        foreach (var name in parent.Names.Where(name => name.StartsWith(NewPrefix, StringComparison.Ordinal)))
        {
            bool isAttached;
            using (var pin = new AttachmentPin(parent.FindDirectory(name)!)) isAttached = pin.IsAttached;
            if (isAttached) Exchange(parent, name, name[(name.LastIndexOf('~') + 1)..]);
            else RemoveLeftover(parent, name);
        }
    }

    // What cannot be removed now is no reason to fail: the next transaction tries again.
    private static void RemoveLeftover(BpfDirectory parent, string name)
    {
        try
        {
            parent.Remove(name);
        }
        catch (KernelException)
        {
        }
    }

    // From the exchange on the new pin has the name: what fails then leaves the old one to the next transaction.
    private static void Exchange(BpfDirectory parent, string newName, string name)
    {
        if (!parent.Has(name))
        {
            parent.Rename(newName, name);
            return;
        }

        if (parent.TryExchange(newName, name))
        {
            RemoveLeftover(parent, newName);
            return;
        }

        var oldName = FreeName(parent, OldPrefix, name);
        parent.Rename(name, oldName);
        try
        {
            parent.Rename(newName, name);
        }
        catch
        {
            parent.Rename(oldName, name);
            throw;
        }

        RemoveLeftover(parent, oldName);
    }

    private static string FreeName(BpfDirectory parent, string prefix, string name)
    {
        for (var number = 0; ; number++)
        {
            var free = string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}~{name}");
            if (!parent.Has(free)) return free;
        }
    }

    // A directory below the root goes with its last pin.
    private void RemoveEmptyParent()
    {
        if (_parent.Path.StartsWith(PinPath.Root + "/", StringComparison.Ordinal)) _parent.RemoveIfEmpty();
    }
}
