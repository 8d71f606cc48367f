using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Completion;

namespace EbpfCat.Commands;

/// <summary>Gets the attachments of this process, and those that are pinned.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfAttachment")]
[OutputType(typeof(Attachment))]
public sealed class GetEbpfAttachmentCommand : EbpfCommand
{
    /// <summary>What it is attached to, such as an interface's name; wildcards are permitted.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Target { get; set; } = "*";

    /// <summary>The name it is pinned by; wildcards are permitted.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pin { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Pin ?? Target;

    /// <inheritdoc/>
    protected override void Process()
    {
        var target = WildcardPattern.Get(Target, WildcardOptions.IgnoreCase);
        var pin = WildcardPattern.Get(Pin ?? "*", WildcardOptions.IgnoreCase);
        if (Pin is null) WriteObject(Attachment.All.Where(one => one.PinPath is null && target.IsMatch(one.Target)), true);
        if (Pin is not null && !WildcardPattern.ContainsWildcardCharacters(Pin)) WriteIf(target, Pin);
        else
        {
            foreach (var name in PinDirectory.Names.Where(pin.IsMatch)) WriteIf(target, name);
        }
    }

    private void WriteIf(WildcardPattern target, string pin)
    {
        try
        {
            var path = PinDirectory.PathOf(pin);
            var attachment = Attachment.All.FirstOrDefault(own => own.PinPath == path) ?? PinnedAttachment.Open(pin);
            if (target.IsMatch(attachment.Target)) WriteObject(attachment);
        }
        catch (Exception exception) when (Errors.Describe(exception, pin) is { } error)
        {
            Report(error);
        }
    }
}
