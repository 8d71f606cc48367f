using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>
/// A program attached by links, or where the kernel has none for the hook by the older way: all hooks but XDP.
/// </summary>
public abstract class HookAttachment : Attachment
{
    private readonly Hold _hold;

    private protected HookAttachment(LoadedProgram program, bool ownsProgram, string target, Hold hold)
        : base(program, ownsProgram)
    {
        _hold = hold;
        Target = target;
        LinkIds = [.. hold.Links.Select(link => Bpf.GetLinkInfo(link).Id)];
        Register();
    }

    /// <inheritdoc/>
    public override string Target { get; }

    /// <inheritdoc/>
    public override uint? LinkId => LinkIds is [var only] ? only : null;

    /// <summary>The numbers of its links; empty where it is attached without.</summary>
    public IReadOnlyList<uint> LinkIds { get; }

    /// <inheritdoc/>
    public override bool OutlivesProcess => base.OutlivesProcess || _hold.OutlivesProcess;

    /// <summary>Pins what was just attached, where that is asked for; detaches it if that fails.</summary>
    private protected static T Complete<T>(T attachment, string? pin)
        where T : HookAttachment
    {
        try
        {
            if (pin is not null) attachment.PinCore(PinDirectory.PathOf(pin));
            return attachment;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    private protected override void DetachCore(bool forEveryone) => _hold.Detach(forEveryone);

    private protected override void Close() => _hold.Close();

    private protected IReadOnlyList<LinkDescriptor> Links => _hold.Links;

    /// <summary>Refuses a program that was made for another hook.</summary>
    private protected static string Check(LoadedProgram program, ProgramType type, string target)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(target);
        var operation = $"attach the program '{program.Name}' to {target}";
        return program.Type == type
            ? operation
            : throw new KernelException(operation, Errno.EINVAL, $"it is of type {program.Type}", $"Declare it with -Type {type}.");
    }

    private protected override void PinCore(string path)
    {
        if (_hold.Links.Count == 0 && !_hold.CanBeFound) throw CannotPin(path);
        PinDirectory.Create(path, _hold.Links, Program, $"{Kind} {Target}");
        PinPath = path;
    }

    // What an older kernel would not refuse but pass over in silence.
    internal static void RequireLinux(Version since, string operation, string what)
    {
        if (KernelFacts.RunningVersion >= since) return;
        throw new KernelException(
            operation, Errno.EOPNOTSUPP, $"{what} needs Linux {since}, this is {KernelFacts.RunningVersion}", "Use a newer kernel.",
            requiredVersion: since);
    }

    // The older way of tracing lasts as long as a descriptor that no file can keep.
    private KernelException CannotPin(string path)
    {
        var since = KernelFacts.Since(BpfAttachType.PerfEvent)!;
        var isOld = KernelFacts.RunningVersion < since && Program.Type != ProgramType.SocketFilter;
        return new KernelException(
            $"pin to '{path}'", Errno.EOPNOTSUPP,
            isOld ? $"that takes a link, which {Kind} has since Linux {since}" : $"an attachment of kind {Kind} cannot be pinned",
            isOld ? "Use a newer kernel." : "Keep the process running.",
            requiredVersion: isOld ? since : null);
    }
}
