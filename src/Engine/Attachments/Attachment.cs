using System.Collections.Concurrent;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a hook. It stays attached until this object is disposed or the process ends; when it is
/// pinned, until it is detached.
/// </summary>
[SupportedOSPlatform("linux")]
public abstract class Attachment : IDisposable
{
    private static readonly ConcurrentDictionary<Attachment, long> Live = new(ReferenceEqualityComparer.Instance);

    private static long _count;

    // The kernel removes links when a process ends. Attachments without a link must be detached.
    static Attachment() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var attachment in All.Where(one => one.PinPath is null)) attachment.Dispose();
    };

    private readonly List<IDisposable> _owned = [];
    private int _ended;

    private protected Attachment(LoadedProgram program, bool ownsProgram) =>
        (Program, OwnsProgram) = (program, ownsProgram);

    /// <summary>The attachments of this process, the oldest first.</summary>
    public static IReadOnlyList<Attachment> All => [.. Live.OrderBy(pair => pair.Value).Select(pair => pair.Key)];

    /// <summary>The kind of hook: <c>Xdp</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The target: the name of an interface, a tracepoint, a function.</summary>
    public abstract string Target { get; }

    /// <summary>The program, with its maps and variables.</summary>
    public LoadedProgram Program { get; }

    /// <summary>The kernel's id of the link; null where there is none, or several.</summary>
    public abstract uint? LinkId { get; }

    /// <summary>The directory that pins the attachment and its maps; null where it is not pinned.</summary>
    public string? PinPath { get; internal set; }

    /// <summary>Whether this object still keeps the program attached.</summary>
    public bool IsAttached => _ended == 0;

    /// <summary>
    /// Whether the program stays attached when the process is killed: it is pinned, attached without a link, or it
    /// replaced the program of a link that another process holds.
    /// </summary>
    public virtual bool OutlivesProcess => PinPath is not null;

    /// <summary>Whether disposing disposes the program too.</summary>
    internal bool OwnsProgram { get; }

    /// <summary>Detaches the program and removes its pin. A second call does nothing.</summary>
    public void Detach()
    {
        if (!End()) return;
        try
        {
            DetachCore(forEveryone: true);
            if (PinPath is not null) PinDirectory.Delete(PinPath);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Detaches the program unless it is pinned, and closes its descriptors.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (!End()) return;
        try
        {
            if (PinPath is null) DetachCore(forEveryone: false);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Kind, target and program.</summary>
    public override string ToString() => $"{Kind} {Target}: {Program.Name}";

    /// <summary>Pins the attachment with its program and maps, so that it stays when this process ends.</summary>
    /// <param name="name">A name, or a path in a BPF file system: see <see cref="PinDirectory"/>.</param>
    /// <exception cref="KernelException">EEXIST: the name is taken, or the attachment is pinned already.</exception>
    public void Pin(string name)
    {
        ObjectDisposedException.ThrowIf(!IsAttached, this);
        var path = PinDirectory.PathOf(name);
        if (PinPath is not null)
        {
            throw new KernelException(
                $"pin to '{path}'", Errno.EEXIST, $"the attachment is pinned already, to '{PinPath}'");
        }

        PinCore(path);
    }

    /// <summary>Removes the pin. The program stays attached as long as this object.</summary>
    public void Unpin()
    {
        if (PinPath is null) return;
        PinDirectory.Delete(PinPath);
        PinPath = null;
    }

    /// <summary>Disposes something with the attachment.</summary>
    public void Own(IDisposable one) => _owned.Add(one);

    /// <summary>Gives up the attachment without detaching: another object took it over.</summary>
    internal void Abandon()
    {
        if (End()) Release();
    }

    /// <summary>Takes it from the list of attachments: it is a part of another.</summary>
    internal void Unlist() => Live.TryRemove(this, out _);

    private protected void Register() => Live[this] = Interlocked.Increment(ref _count);

    /// <summary>Detaches the program.</summary>
    /// <param name="forEveryone">Even if another process holds or has pinned the link.</param>
    private protected abstract void DetachCore(bool forEveryone);

    private protected abstract void PinCore(string path);

    private protected abstract void Close();

    private bool End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return false;
        Live.TryRemove(this, out _);
        return true;
    }

    private void Release()
    {
        Close();
        if (OwnsProgram) Program.Dispose();
        foreach (var one in _owned) one.Dispose();
    }
}
