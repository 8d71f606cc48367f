namespace EbpfCat.Commands;

/// <summary>Says what the running kernel can do.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfFeature")]
[OutputType(typeof(KernelFeature))]
public sealed class GetEbpfFeatureCommand : EbpfCommand
{
    [Parameter(Position = 0), SupportsWildcards, ArgumentCompleter(typeof(FeatureCompleter)), ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter, ValidateNotNull]
    public FeatureKind[] Kind { get; set; } = Enum.GetValues<FeatureKind>();

    [Parameter, ArgumentCompleter(typeof(ProgramTypeCompleter))]
    public ProgramType? ProgramType { get; set; }

    protected override object? ErrorTarget => Name;

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
