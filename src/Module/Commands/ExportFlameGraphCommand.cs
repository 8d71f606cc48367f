namespace EbpfCat.Commands;

/// <summary>Draws stacks with counts as a flame graph.</summary>
[Cmdlet(VerbsData.Export, "FlameGraph", SupportsShouldProcess = true)]
public sealed class ExportFlameGraphCommand : EbpfCommand
{
    private FlameGraph _graph = null!;
    private StackCounts _counts = null!;

    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty]
    public string Path { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    [Parameter, ValidateNotNullOrEmpty]
    public string? Value { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public string[]? GroupBy { get; set; }

    [Parameter, ValidateNotNull]
    public PSObject[] Baseline { get; set; } = [];

    [Parameter, ValidateNotNullOrEmpty]
    public string Title { get; set; } = "Flame graph";

    [Parameter, ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "samples";

    [Parameter]
    public FlameGraphFormat? Format { get; set; }

    protected override bool EndsOnError => true;

    protected override object? ErrorTarget => Path;

    protected override void BeginProcessing()
    {
        _graph = new FlameGraph { Title = Title, Unit = Unit };
        _counts = new StackCounts(Value, GroupBy);
        base.BeginProcessing();
    }

    protected override void Process()
    {
        var (frames, count) = _counts.Read(InputObject);
        _graph.Add(frames, count);
    }

    protected override void Finish()
    {
        foreach (var item in Baseline)
        {
            var (frames, count) = _counts.Read(item);
            _graph.AddBaseline(frames, count);
        }

        if (_graph.Total == 0)
        {
            Report(Errors.NotFound("NoStack", "There are no stacks to draw: all counts are 0.", Path));
            return;
        }

        var path = GetUnresolvedProviderPathFromPSPath(Path);
        var isSvg = (Format ?? FormatOf(path)) == FlameGraphFormat.Svg;
        if (!ShouldProcess(path, "Write flame graph")) return;
        using var file = File.Create(path);
        using var writer = new StreamWriter(file);
        if (isSvg) _graph.WriteSvg(writer);
        else _graph.WriteSpeedscope(file);
    }

    private static FlameGraphFormat FormatOf(string path) =>
        path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? FlameGraphFormat.Speedscope : FlameGraphFormat.Svg;
}

/// <summary>The formats of files with flame graphs.</summary>
public enum FlameGraphFormat
{
    /// <summary>A picture with a script, for browsers.</summary>
    Svg,
    /// <summary>JSON for speedscope.</summary>
    Speedscope,
}
