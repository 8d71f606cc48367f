namespace EbpfCat.Commands;

/// <summary>Gets the attachments of this process, and those that are pinned; or all links in the kernel.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfAttachment", DefaultParameterSetName = OfPin)]
[OutputType(typeof(Attachment), ParameterSetName = [OfPin, OfAll])]
[OutputType(typeof(KernelAttachment), ParameterSetName = [OfAll])]
public sealed class GetEbpfAttachmentCommand : EbpfCommand
{
    private const string OfPin = "Pin";
    private const string OfAll = "All";

    [Parameter(Position = 0), SupportsWildcards, ValidateNotNullOrEmpty]
    public string Target { get; set; } = "*";

    [Parameter(ParameterSetName = OfPin), SupportsWildcards, ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pin { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = OfAll)]
    public SwitchParameter All { get; set; }

    protected override object? ErrorTarget => Pin ?? Target;

    protected override void Process()
    {
        var target = WildcardPattern.Get(Target, WildcardOptions.IgnoreCase);
        var pin = WildcardPattern.Get(Pin ?? "*", WildcardOptions.IgnoreCase);
        var known = new HashSet<uint>();
        if (Pin is null)
        {
            foreach (var own in Attachment.All.Where(IsUnpinned)) WriteIf(target, own, known);
        }

        var names = Pin is null || WildcardPattern.ContainsWildcardCharacters(Pin)
            ? PinDirectory.Names.Where(pin.IsMatch) : [Pin];
        foreach (var name in names)
        {
            if (Open(name) is { } attachment) WriteIf(target, attachment, known);
        }

        if (All)
        {
            WriteObject(KernelAttachment.All().Where(one => target.IsMatch(one.Target)
            && !known.Contains(one.LinkId)), true);
        }
    }

    // The pin may have been removed by hand.
    private static bool IsUnpinned(Attachment own) => own.PinPath is null || !Directory.Exists(own.PinPath);

    private void WriteIf(WildcardPattern target, Attachment attachment, HashSet<uint> known)
    {
        known.UnionWith((attachment as LinkAttachment)?.LinkIds ?? []);
        if (attachment.LinkId is { } link) known.Add(link);
        attachment.CloseUntilUsed();
        if (target.IsMatch(attachment.Target)) WriteObject(attachment);
    }

    private Attachment? Open(string pin)
    {
        try
        {
            var path = PinDirectory.PathOf(pin);
            return PinnedAttachment.FindOwn(path) ?? PinnedAttachment.Open(pin);
        }
        catch (Exception exception) when (Errors.Describe(exception, pin) is { } error)
        {
            Report(error);
            return null;
        }
    }
}
