using System.Xml;

namespace EbpfCat.Traces;

/// <summary>Draws a flame graph as SVG, with the script <c>FlameGraph.js</c> in it.</summary>
internal sealed class FlameGraphImage(FlameGraph graph)
{
    // In units of the picture, which is as wide as its window. Narrower frames are left out.
    private const double Width = 1200;
    private const double MinWidth = 0.1;
    private const double LetterWidth = 7.3;
    private const int FrameHeight = 17;
    private const int Top = 52;
    private const int Bottom = 28;

    // The smallest difference of shares that has the full colour.
    private const double FullDifference = 0.05;

    private readonly bool _isDifference = graph.Root.Baseline > 0;

    public void Write(TextWriter writer)
    {
        var height = Top + (Depth(graph.Root) * FrameHeight) + Bottom;
        using var xml = XmlWriter.Create(writer, new() { Indent = true, OmitXmlDeclaration = true });
        xml.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        xml.WriteAttributeString("viewBox", FormattableString.Invariant($"0 0 {Width} {height}"));
        xml.WriteAttributeString("width", "100%");
        xml.WriteElementString("style", """
            text { font: 12px monospace; fill: #000; } #title { font-size: 16px; text-anchor: middle; }
            .frame { cursor: pointer; } .frame:hover rect { stroke: #000; } .frame text { pointer-events: none; }
            .button { cursor: pointer; fill: #06c; } .outer { opacity: 0.5; } .found rect { fill: #e0e; }
            """);
        Element(xml, "rect", ("width", "100%"), ("height", "100%"), ("fill", "#fff"));
        Text(xml, "title", Width / 2, 22, graph.Title);
        Text(xml, "reset", 10, 42, "Reset zoom", "button");
        Text(xml, "search", Width - 70, 42, "Search", "button");
        Text(xml, "details", 10, height - 9, "");
        Text(xml, "found", Width - 250, height - 9, "");
        xml.WriteStartElement("g");
        xml.WriteAttributeString("id", "frames");
        if (graph.Total > 0) Draw(xml, graph.Root, 0, height - Bottom - FrameHeight, 0);
        xml.WriteEndElement();
        xml.WriteStartElement("script");
        xml.WriteCData(Script());
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private double WidthOf(FlameNode node) => node.Value / graph.Total * Width;

    private int Depth(FlameNode node) =>
        1 + node.Children.Where(child => WidthOf(child) >= MinWidth).Select(Depth).DefaultIfEmpty().Max();

    private void Draw(XmlWriter xml, FlameNode node, double x, int y, int depth)
    {
        var width = WidthOf(node);
        xml.WriteStartElement("g");
        xml.WriteAttributeString("class", "frame");
        xml.WriteAttributeString("data-name", Clean(node.Frame.Name));
        xml.WriteAttributeString("data-depth", Number(depth));
        xml.WriteElementString("title", Clean(Describe(node)));
        Element(xml, "rect", ("x", Number(x)), ("y", Number(y)), ("width", Number(width)),
            ("height", Number(FrameHeight - 1)), ("rx", "1"), ("fill", Color(node)));
        xml.WriteStartElement("text");
        xml.WriteAttributeString("x", Number(x + 3));
        xml.WriteAttributeString("y", Number(y + 12));
        xml.WriteString(Label(Clean(node.Frame.Name), width));
        xml.WriteEndElement();
        xml.WriteEndElement();
        foreach (var child in node.Children)
        {
            if (WidthOf(child) >= MinWidth) Draw(xml, child, x, y - FrameHeight, depth + 1);
            x += WidthOf(child);
        }
    }

    // Viewers without scripts show it; the script does the same after a zoom.
    private static string Label(string name, double width)
    {
        var letters = (int)((width - 6) / LetterWidth);
        return letters < 3 ? "" : name.Length <= letters ? name : string.Concat(name.AsSpan(0, letters - 1), "…");
    }

    private string Describe(FlameNode node)
    {
        var module = node.Frame.Module is { } name ? $" [{name.Trim('[', ']')}]" : "";
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{node.Frame.Name}{module}: {node.Value:#,0.##} {graph.Unit}, {node.Value / graph.Total:0.00%}");
        return !_isDifference ? text : text
            + string.Create(CultureInfo.InvariantCulture, $", {Difference(node):+0.00%;-0.00%;0%} to the baseline");
    }

    // The change of the share, because two recordings seldom have the same length.
    private double Difference(FlameNode node) =>
        (node.Value / graph.Total) - (node.Baseline / graph.Root.Baseline);

    private string Color(FlameNode node)
    {
        if (_isDifference)
        {
            var change = Math.Clamp(Difference(node) / FullDifference, -1, 1);
            var other = (int)(240 - (150 * Math.Abs(change)));
            return change > 0 ? $"rgb(255,{other},{other})" : $"rgb({other},{other},255)";
        }

        // Frames of one module differ in lightness, so that neighbours can be told apart.
        var lightness = 60 + (Hash(node.Frame.Name) % 12);
        return node.Frame.Module switch
        {
            null => $"hsl(0,0%,{lightness + 10}%)",
            FlameFrame.Kernel => $"hsl(25,90%,{lightness}%)",
            var module => $"hsl({50 + (Hash(module) % 280)},60%,{lightness}%)",
        };
    }

    // string.GetHashCode differs from run to run.
    private static uint Hash(string text) => text.Aggregate(2166136261, (hash, letter) => (hash ^ letter) * 16777619u);

    private static string Script()
    {
        using var resource = typeof(FlameGraphImage).Assembly.GetManifestResourceStream("FlameGraph.js")!;
        return new StreamReader(resource).ReadToEnd();
    }

    private static void Text(XmlWriter xml, string id, double x, double y, string text, string? kind = null)
    {
        xml.WriteStartElement("text");
        xml.WriteAttributeString("id", id);
        xml.WriteAttributeString("x", Number(x));
        xml.WriteAttributeString("y", Number(y));
        if (kind is not null) xml.WriteAttributeString("class", kind);
        xml.WriteString(Clean(text));
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name);
        foreach (var attribute in attributes) xml.WriteAttributeString(attribute.Name, attribute.Value);
        xml.WriteEndElement();
    }

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    // XML has no control characters and no halves of surrogate pairs.
    private static string Clean(string text) => string.Concat(
        text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? Rune.ReplacementChar : rune));
}
