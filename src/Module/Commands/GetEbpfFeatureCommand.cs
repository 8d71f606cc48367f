using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Commands;

/// <summary>Says what the running kernel can do.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfFeature")]
[OutputType(typeof(KernelFeature))]
public sealed class GetEbpfFeatureCommand : EbpfCommand
{
    /// <summary>The names of the features; wildcards are permitted.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FeatureCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The kinds of features.</summary>
    [Parameter]
    [ValidateNotNull]
    public FeatureKind[] Kind { get; set; } = Enum.GetValues<FeatureKind>();

    /// <summary>Asks of the helpers what this type of program may call.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProgramTypeCompleter))]
    public ProgramType? ProgramType { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name;

    /// <inheritdoc/>
    protected override void Process()
    {
        var names = new NameFilter(Name);
        foreach (var feature in Kind.SelectMany(kind =>
            Features.All(kind, name => names.Takes(name) || Takes(kind, names, name), ProgramType)))
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(feature);
        }

        foreach (var name in names.Missing)
        {
            WriteError(Errors.NotFound("FeatureNotFound",
                $"No kernel has a feature '{name}' of kind {string.Join(", ", Kind)}.", name));
        }
    }

    // Helpers are known with and without their prefix.
    private static bool Takes(FeatureKind kind, NameFilter names, string name) =>
        kind == FeatureKind.Helper && names.Takes("bpf_" + name);
}
