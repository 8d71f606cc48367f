namespace EbpfCat.Commands;

/// <summary>Attaches a program in a way that can outlast the session.</summary>
public abstract class PinnableAttachmentCommand : AttachmentCommand
{
    [Parameter, ValidateNotNullOrEmpty]
    public string? Pin { get; set; }

    private protected sealed override string? PinName => Pin;
}
