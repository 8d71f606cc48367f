using System.Collections.Concurrent;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached to a hook. It stays so until this is disposed or the process ends, however it ends; one that is
/// pinned stays until it is detached.
/// </summary>
public abstract partial class Attachment : IDisposable
{
    private static readonly ConcurrentDictionary<Attachment, long> Live = new(ReferenceEqualityComparer.Instance);

    private static long _count;

    // A link goes with its process, whatever happens; what is attached without one is detached at an orderly end.
    static Attachment() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var attachment in All.Where(one => one.PinPath is null)) attachment.Dispose();
    };

    private int _ended;

    private protected Attachment(LoadedProgram program, bool ownsProgram) => (Program, OwnsProgram) = (program, ownsProgram);

    /// <summary>The attachments that this process holds, the oldest first.</summary>
    public static IReadOnlyList<Attachment> All => [.. Live.OrderBy(pair => pair.Value).Select(pair => pair.Key)];

    /// <summary>The kind of hook: <c>Xdp</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>What it is attached to: an interface's name.</summary>
    public abstract string Target { get; }

    /// <summary>The program, with its maps and variables.</summary>
    public LoadedProgram Program { get; }

    /// <summary>The kernel's number of the link, unique as long as it lives; null where it is attached without one.</summary>
    public abstract uint? LinkId { get; }

    /// <summary>The directory in the BPF file system that keeps the attachment and its maps; null where it is not pinned.</summary>
    public string? PinPath { get; internal set; }

    /// <summary>Whether the program is attached by this object still.</summary>
    public bool IsAttached => _ended == 0;

    /// <summary>
    /// Whether the program stays attached when the process is killed: it is pinned, or it replaced a program that another
    /// had attached, and the kernel exchanges the program there but not its owner.
    /// </summary>
    public virtual bool OutlivesProcess => PinPath is not null;

    /// <summary>Whether disposing disposes the program too.</summary>
    internal bool OwnsProgram { get; }

    /// <summary>Detaches the program, and removes the pin if there is one. Nothing happens the second time.</summary>
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

    /// <summary>Detaches the program unless it is pinned, and closes what this process holds of it.</summary>
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

    /// <summary>Gives up the attachment without detaching: another took it over.</summary>
    internal void Abandon()
    {
        if (End()) Release();
    }

    private protected void Register() => Live[this] = Interlocked.Increment(ref _count);

    /// <summary>Detaches.</summary>
    /// <param name="forEveryone">Even if another process holds or has pinned the link.</param>
    private protected abstract void DetachCore(bool forEveryone);

    /// <summary>Closes what is open.</summary>
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
    }
}
