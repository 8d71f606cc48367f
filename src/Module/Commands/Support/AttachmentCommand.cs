namespace EbpfCat.Commands;

/// <summary>
/// The base of the cmdlets that attach a program: they take it from the pipeline, as a definition or loaded, and write
/// the attachment, which belongs to the session.
/// </summary>
public abstract class AttachmentCommand : EbpfCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true), ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    protected sealed override bool EndsOnError => true;

    /// <summary>The name of the pin; null for none.</summary>
    private protected virtual string? PinName => null;

    /// <summary>The options of the attachment.</summary>
    /// <param name="definition">The program's definition; null for a program that another process loaded.</param>
    private protected abstract AttachOptions OptionsFor(ProgramDefinition? definition);

    /// <summary>The processes that the program is for; null for all.</summary>
    private protected virtual ProcessFilter? Filter(bool isLoaded) => null;

    /// <summary>What the attachment replaces, to follow the action; empty for nothing.</summary>
    private protected virtual string Replacing(AttachOptions options) => "";

    /// <summary>Asks before it replaces what another process has pinned.</summary>
    private protected virtual bool ConfirmReplacement(AttachOptions options) => true;

    private protected virtual void Report(Attachment attachment) { }

    protected sealed override void Process()
    {
        var loaded = Loading.Find(Program.BaseObject);
        var definition = loaded is null ? (ProgramDefinition)Program.BaseObject : loaded.Definition;
        var options = OptionsFor(definition) with { Pin = PinName };
        var filter = Filter(isLoaded: loaded is not null);
        // Before the question whether to go on, so that -WhatIf shows the errors of the program too.
        var compiled = loaded is null
            ? EbpfProgram.Compile(options.Complete(filter?.Apply(definition!) ?? definition!)) : null;
        if (loaded is not null) options.Check(loaded);
        var action = $"Attach program '{definition?.Name ?? loaded!.Name}'{Replacing(options)}";
        if (!ShouldProcess(options.Description, action) || !ConfirmReplacement(options)) return;

        Attachment attachment;
        try
        {
            attachment = compiled is null
                ? options.Attach(loaded!)
                : options.AttachOwned(ReportLoaded(ProgramLoader.Load(
                    compiled, filter?.Start(options.LoadOptions) ?? options.LoadOptions)));
        }
        catch
        {
            filter?.Dispose();
            throw;
        }

        if (filter is not null) attachment.Own(filter);
        Session.Own(attachment);
        Report(attachment);
        if (attachment.HasPrivatePin)
        {
            WriteWarning(
                $"The pin '{attachment.PinPath}' is in a BPF file system that only this process and its children see, "
                + "as under 'ip netns exec'; it goes when they end. To keep it, enter the network namespace alone: "
                + "nsenter --net=/run/netns/NAME.");
        }

        WriteObject(attachment);
    }

    /// <summary>The name given, or the target of the program's definition.</summary>
    private protected static string NameOf(string? given, ProgramDefinition? definition, string what,
        string parameter) =>
        given ?? definition?.Target ?? throw new ArgumentException(
            $"No {what} is named: say -{parameter}, or declare the program with -Target.");
}
