using System.Text.Json;

namespace EbpfCat.Traces;

/// <summary>Writes stacks with counts in the format of speedscope (its <c>file-format-schema.json</c>).</summary>
internal sealed class SpeedscopeFile(FlameGraph graph)
{
    private static readonly string[] Units = ["nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"];

    private readonly OrderedDictionary<FlameFrame, int> _frames = [];

    public void Write(Stream stream)
    {
        Collect(graph.Root);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("exporter", "EbpfCat");
        json.WriteString("name", graph.Title);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (var frame in _frames.Keys)
        {
            json.WriteStartObject();
            json.WriteString("name", frame.Name);
            if (frame.Module is not null) json.WriteString("file", frame.Module);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        WriteProfile(json, graph.Title, node => node.Value);
        if (graph.Root.Baseline > 0) WriteProfile(json, "baseline", node => node.Baseline);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Collect(FlameNode node)
    {
        foreach (var child in node.Children)
        {
            _frames.TryAdd(child.Frame, _frames.Count);
            Collect(child);
        }
    }

    private void WriteProfile(Utf8JsonWriter json, string name, Func<FlameNode, double> value)
    {
        var samples = new List<(int[] Stack, double Weight)>();
        Walk(graph.Root, []);
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", name);
        json.WriteString("unit", Units.Contains(graph.Unit) ? graph.Unit : "none");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", value(graph.Root));
        json.WriteStartArray("samples");
        foreach (var (stack, _) in samples)
        {
            json.WriteStartArray();
            foreach (var frame in stack) json.WriteNumberValue(frame);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (var (_, weight) in samples) json.WriteNumberValue(weight);
        json.WriteEndArray();
        json.WriteEndObject();

        void Walk(FlameNode node, int[] stack)
        {
            var own = value(node) - node.Children.Sum(value);
            if (own > 0) samples.Add((stack, own));
            foreach (var child in node.Children) Walk(child, [.. stack, _frames[child.Frame]]);
        }
    }
}
