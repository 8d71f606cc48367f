namespace EbpfCat.Attachments;

/// <summary>A program attached by links, or on older kernels without: all hooks but XDP.</summary>
public abstract class LinkAttachment : Attachment
{
    private AttachmentHandle _handle;

    private protected LinkAttachment(
        LoadedProgram program, AttachOptions options, string target, AttachmentHandle handle)
        : this(program, options.OwnsProgram, options.Row.Kind, target, handle) { }

    private protected LinkAttachment(
        LoadedProgram program, bool ownsProgram, string kind, string target, AttachmentHandle handle,
        AttachmentPin? pin = null)
        : base(program, ownsProgram, pin)
    {
        _handle = handle;
        (Kind, Target) = (kind, target);
        LinkIds = handle.Links.Select(link => Bpf.GetLinkInfo(link).Id).ToArray();
        if (!IsReopened) Register();
    }

    public override string Kind { get; }
    public override string Target { get; }

    public override uint? LinkId => LinkIds is [var only] ? only : null;

    /// <summary>The ids of its links; empty where it is attached without links.</summary>
    public IReadOnlyList<uint> LinkIds { get; }

    public override bool OutlivesProcess => base.OutlivesProcess || _handle.OutlivesProcess;

    /// <summary>Pins a new attachment where the options name a pin. Detaches it if that fails.</summary>
    private protected static T Complete<T>(T attachment, AttachOptions options)
        where T : LinkAttachment
    {
        try
        {
            if (options.Pin is { } pin) attachment.PinCore(PinDirectory.PathOf(pin));
            return attachment;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    private protected IReadOnlyList<LinkDescriptor> Links => _handle.Links;

    private protected override bool IsInKernel => _handle.Runs(ProgramId);

    private protected override void DetachCore(bool forEveryone)
    {
        EnsureOpen();
        _handle.Detach(forEveryone, ProgramId);
    }

    private protected void SetHandle(AttachmentHandle handle) => _handle = handle;

    private protected override void Close() => _handle.Close();

    private protected override void PinCore(string path)
    {
        if (_handle.Links.Count == 0 && !_handle.CanBeFound) throw CannotPin(path);
        using var pin = PinTransaction.Begin(path);
        pin.Stage(Program, $"{Kind} {Target}");
        foreach (var link in _handle.Links) pin.Add(link);
        pin.Commit();
        PinPath = path;
    }

    /// <summary>Refuses an option that an older kernel would ignore silently.</summary>
    internal static void RequireLinux(Version since, string operation, string what)
    {
        if (KernelFacts.RunningVersion >= since) return;
        throw new KernelException(
            operation, Errno.EOPNOTSUPP, $"{what} needs Linux {since}, this is {KernelFacts.RunningVersion}",
            "Use a newer kernel.", requiredVersion: since);
    }

    // Before links, tracing lasted as long as a descriptor that cannot be pinned.
    private KernelException CannotPin(string path)
    {
        var since = KernelFacts.Since(BpfAttachType.PerfEvent)!;
        var isOld = KernelFacts.RunningVersion < since && Program.Type != ProgramType.SocketFilter;
        return new KernelException(
            $"pin to '{path}'", Errno.EOPNOTSUPP,
            isOld
                ? $"that takes a link, which {Kind} has since Linux {since}"
                : $"an attachment of kind {Kind} cannot be pinned",
            isOld ? "Use a newer kernel." : "Keep the process running.",
            requiredVersion: isOld ? since : null);
    }
}
