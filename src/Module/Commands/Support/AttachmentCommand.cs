using System.Management.Automation;
using EbpfCat.Attachments;
using EbpfCat.Language;

namespace EbpfCat.Commands;

/// <summary>
/// What the commands share that attach a program: they take it from the pipeline, as a definition or loaded, and write the
/// attachment, which belongs to the session.
/// </summary>
public abstract class AttachmentCommand : EbpfCommand
{
    /// <summary>The program: a definition, which is compiled and loaded; or a loaded program.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject Program { get; set; } = null!;

    /// <inheritdoc/>
    protected sealed override bool EndsOnError => true;

    private protected virtual string? PinName => null;

    /// <summary>Where the program is to be attached.</summary>
    /// <param name="type">The program's type.</param>
    /// <param name="definition">Its definition; null of one that another process loaded.</param>
    private protected abstract Hook HookFor(ProgramType type, ProgramDefinition? definition);

    /// <summary>Says what there is to say of a new attachment.</summary>
    private protected virtual void Tell(Attachment attachment)
    {
    }

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        var loaded = Loading.Find(Program.BaseObject);
        var definition = loaded is null ? (ProgramDefinition)Program.BaseObject : loaded.Definition;
        var hook = HookFor(loaded?.Type ?? definition!.Type, definition);
        // Before the question whether to go on: with -WhatIf the errors of the program show too.
        var compiled = loaded is null ? hook.Compile(definition!) : null;
        if (loaded is not null) hook.Check(loaded);
        if (!ShouldProcess(hook.Description, $"Attach program '{definition?.Name ?? loaded!.Name}'")) return;

        var attachment = compiled is null ? hook.Attach(loaded!, PinName, false) : hook.Load(compiled, PinName);
        Session.Own(attachment);
        Tell(attachment);
        WriteObject(attachment);
    }

    /// <summary>What was named, or what the program was declared for.</summary>
    private protected static string NameOf(string? given, ProgramDefinition? definition, string what, string parameter) =>
        given ?? definition?.Target ?? throw new ArgumentException(
            $"No {what} is named: say -{parameter}, or declare the program with -Target.");
}
