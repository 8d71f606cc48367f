namespace EbpfCat.Traces;

/// <summary>A function of a stack in a flame graph.</summary>
/// <param name="Name">The function, or another text to group stacks by.</param>
/// <param name="Module">The program, library or kernel module, which gives the colour; null for none.</param>
public readonly record struct FlameFrame(string Name, string? Module)
{
    internal const string Kernel = "kernel";

    /// <summary>The frame of an address of a stack.</summary>
    public static FlameFrame Of(SymbolizedAddress address)
    {
        var module = Path.GetFileName(address.Module) ?? (address.IsKernel ? Kernel : null);
        return new(address.Symbol ?? (module is null ? "[unknown]" : $"[{module.Trim('[', ']')}]"), module);
    }
}

/// <summary>
/// Stacks with counts (samples, bytes, nanoseconds), as a tree: stacks that begin alike share their first frames.
/// </summary>
public sealed class FlameGraph
{
    /// <summary>The title.</summary>
    public string Title { get; init; } = "Flame graph";

    /// <summary>What is counted: <c>samples</c>, <c>bytes</c>.</summary>
    public string Unit { get; init; } = "samples";

    /// <summary>The sum of all counts.</summary>
    public double Total => Root.Value;

    internal FlameNode Root { get; } = new(new("all", null));

    /// <summary>Adds a stack.</summary>
    /// <param name="frames">The frames, the outermost first.</param>
    /// <param name="count">The count; not negative.</param>
    public void Add(IEnumerable<FlameFrame> frames, double count)
    {
        foreach (var node in Path(frames, count)) node.Value += count;
    }

    /// <summary>Adds a stack of the recording that the graph is compared with.</summary>
    /// <param name="frames">The frames, the outermost first.</param>
    /// <param name="count">The count; not negative.</param>
    public void AddBaseline(IEnumerable<FlameFrame> frames, double count)
    {
        foreach (var node in Path(frames, count)) node.Baseline += count;
    }

    /// <summary>
    /// Writes an SVG picture: a click on a frame zooms, a search marks frames. With a baseline, red frames have a
    /// larger share than there, and blue ones a smaller share; else colours tell modules apart.
    /// </summary>
    public void WriteSvg(TextWriter writer) => new FlameGraphImage(this).Write(writer);

    /// <summary>
    /// Writes a file for speedscope (https://www.speedscope.app); a baseline is a second profile in it.
    /// </summary>
    public void WriteSpeedscope(Stream stream) => new SpeedscopeFile(this).Write(stream);

    private IEnumerable<FlameNode> Path(IEnumerable<FlameFrame> frames, double count)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var node = Root;
        yield return node;
        foreach (var frame in frames) yield return node = node.Child(frame);
    }
}

/// <summary>A frame with its place in the tree.</summary>
internal sealed class FlameNode(FlameFrame frame)
{
    private readonly Dictionary<FlameFrame, FlameNode> _children = [];

    public FlameFrame Frame => frame;

    /// <summary>The count of the stacks that pass through it.</summary>
    public double Value { get; set; }

    /// <summary>The same of the recording that the graph is compared with.</summary>
    public double Baseline { get; set; }

    /// <summary>The frames that it called, by name.</summary>
    public IEnumerable<FlameNode> Children => _children.Values.OrderBy(node => node.Frame.Name, StringComparer.Ordinal);

    public FlameNode Child(FlameFrame called) =>
        _children.TryGetValue(called, out var node) ? node : _children[called] = new(called);
}
