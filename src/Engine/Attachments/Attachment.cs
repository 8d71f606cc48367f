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
    private readonly Lock _state = new();
    private int _ended;

    private LoadedProgram? _program;

    private protected Attachment(LoadedProgram program, bool ownsProgram, AttachmentPin? pin = null)
    {
        (PinPath, IsReopened) = (pin?.Path, pin is not null);
        (_program, OwnsProgram) = (program, ownsProgram);
        (ProgramName, ProgramId) = (program.Name, program.Id);
    }

    /// <summary>The attachments of this process, the oldest first.</summary>
    public static IReadOnlyList<Attachment> All => Live.OrderBy(pair => pair.Value).Select(pair => pair.Key).ToArray();

    /// <summary>The kind of hook: <c>Xdp</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The target: the name of an interface, a tracepoint, a function.</summary>
    public abstract string Target { get; }

    /// <summary>The program, with its maps and variables.</summary>
    /// <exception cref="KernelException">
    /// ENOENT: the attachment was found by its pin, and the pin is gone, or is another attachment's by now.
    /// </exception>
    public LoadedProgram Program
    {
        get
        {
            EnsureOpen();
            return _program!;
        }
    }

    /// <summary>The name of the program.</summary>
    public string ProgramName { get; }

    /// <summary>The kernel's id of the program.</summary>
    public uint ProgramId { get; }

    /// <summary>The kernel's id of the link; null where there is none, or several.</summary>
    public abstract uint? LinkId { get; }

    /// <summary>The directory that pins the attachment and its maps; null where it is not pinned.</summary>
    public string? PinPath { get; internal set; }

    /// <summary>
    /// Whether the kernel still runs the program there, as far as it tells: not once the program was detached or
    /// replaced, or its interface, control group or network namespace is gone.
    /// </summary>
    public bool IsAttached
    {
        get
        {
            if (IsEnded) return false;
            if (_program is not null) return IsInKernel;
            using var pin = AttachmentPin.Find(PinPath!);
            return pin?.ProgramId == ProgramId && pin.IsAttached;
        }
    }

    /// <summary>Whether this object detached the program, or gave it up.</summary>
    public bool IsEnded => _ended != 0;

    /// <summary>
    /// Whether the program stays attached when the process is killed: it is pinned, attached without a link, or it
    /// replaced the program of a link that another process holds.
    /// </summary>
    public virtual bool OutlivesProcess => PinPath is not null && !HasPrivatePin;

    /// <summary>
    /// Whether the pin is in a BPF file system that only this process and its children see, because
    /// <c>ip netns exec</c> started it: it goes when they end.
    /// </summary>
    public bool HasPrivatePin => PinPath is { } path && BpfFileSystem.IsPrivate(path);

    /// <summary>Whether disposing disposes the program too.</summary>
    internal bool OwnsProgram { get; }

    /// <summary>Detaches the program and removes its pin. A second call does nothing.</summary>
    /// <exception cref="KernelException">
    /// The kernel refused: the program is still attached, and this object usable.
    /// </exception>
    public void Detach()
    {
        lock (_state)
        {
            if (IsEnded) return;
            DetachCore(forEveryone: true);
            if (PinPath is { } path) RemovePin(path);
            if (End()) Release();
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
    public override string ToString() => $"{Kind} {Target}: {ProgramName}";

    /// <summary>
    /// Closes what an attachment that was opened by its pin holds, so that it does not keep alive what is removed
    /// elsewhere. When it is used, it is opened again. Attachments that this process made stay open.
    /// </summary>
    public void CloseUntilUsed()
    {
        lock (_state)
        {
            if (!IsReopened || IsEnded || _program is null) return;
            Close();
            _program.Dispose();
            _program = null;
        }
    }

    /// <summary>Pins the attachment with its program and maps, so that it stays when this process ends.</summary>
    /// <param name="name">A name, or a path in a BPF file system: see <see cref="PinDirectory"/>.</param>
    /// <exception cref="KernelException">EEXIST: the name is taken, or the attachment is pinned already.</exception>
    public void Pin(string name)
    {
        ObjectDisposedException.ThrowIf(IsEnded, this);
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
        if (PinPath is not { } path) return;
        RemovePin(path);
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

    /// <summary>Whether it was opened by a pin.</summary>
    private protected bool IsReopened { get; }

    /// <summary>Opens again what <see cref="CloseUntilUsed"/> closed.</summary>
    private protected void EnsureOpen()
    {
        if (_program is not null) return;
        lock (_state)
        {
            ObjectDisposedException.ThrowIf(IsEnded, this);
            if (_program is not null) return;
            using var pin = AttachmentPin.Find(PinPath!);
            if (pin?.ProgramId != ProgramId)
            {
                throw new KernelException(
                    $"open the pinned attachment '{PinPath}'", Errno.ENOENT,
                    pin is null ? "its pin was removed" : "its pin is another attachment's by now");
            }

            _program = LoadedProgram.Open(pin.OpenProgram(), pin.OpenMaps());
            Reopen(pin, _program);
        }
    }

    private protected virtual void Reopen(AttachmentPin pin, LoadedProgram program) { }

    private protected void Register() => Live[this] = Interlocked.Increment(ref _count);

    /// <summary>Detaches the program.</summary>
    /// <param name="forEveryone">Even if another process holds or has pinned the link.</param>
    private protected abstract void DetachCore(bool forEveryone);

    /// <summary>Whether the kernel runs the program at the hook.</summary>
    private protected abstract bool IsInKernel { get; }

    private protected abstract void PinCore(string path);

    private protected abstract void Close();

    // Another attachment may have got the name by now.
    private void RemovePin(string path) =>
        PinTransaction.Remove(path, pin => pin.ProgramId is not { } id || id == ProgramId);

    private bool End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return false;
        Live.TryRemove(this, out _);
        return true;
    }

    private void Release()
    {
        Close();
        if (OwnsProgram) _program?.Dispose();
        foreach (var one in _owned) one.Dispose();
    }
}
