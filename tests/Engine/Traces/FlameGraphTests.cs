using System.Text.Json;
using System.Xml.Linq;
using EbpfCat.Traces;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Traces;

public sealed class FlameGraphTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Frames_are_as_wide_as_their_share_and_lie_on_their_callers()
    {
        var frames = Draw(Graph());
        Assert.Equal(["all", "main", "parse", "read", "copy", "write <b>"], frames.Select(frame => frame.Name));
        var byName = frames.ToDictionary(frame => frame.Name);
        Assert.Equal((0, 1200), (byName["main"].X, byName["main"].Width));
        Assert.Equal((300, 900), (byName["write <b>"].X, byName["write <b>"].Width));
        Assert.Equal((0, 300), (byName["parse"].X, byName["parse"].Width));
        Assert.Equal(byName["parse"].Y - 17, byName["read"].Y);
        Assert.Equal("write <b> [libc.so.6]: 75 samples, 75.00%", byName["write <b>"].Title);
        Assert.Equal(byName["main"].Color[..9], byName["parse"].Color[..9]);
        Assert.NotEqual(byName["main"].Color[..9], byName["write <b>"].Color[..9]);
    }

    [Fact]
    public void Baseline_colors_what_grew_and_what_shrank()
    {
        var graph = Graph();
        graph.AddBaseline([new("main", "app"), new("parse", "app")], 500);
        graph.AddBaseline([new("main", "app"), new("write <b>", "libc.so.6")], 500);
        var frames = Draw(graph).ToDictionary(frame => frame.Name);
        Assert.StartsWith("rgb(255,", frames["write <b>"].Color, StringComparison.Ordinal);
        Assert.EndsWith("255)", frames["parse"].Color, StringComparison.Ordinal);
        Assert.EndsWith("+25.00% to the baseline", frames["write <b>"].Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Narrow_frames_are_left_out_and_control_characters_replaced()
    {
        var graph = Graph();
        graph.Add([new("never\u001b[31m", null)], 0.001);
        graph.Add([new("odd\u0001\ud800", null)], 100);
        Assert.Equal(
            ["all", "main", "odd\ufffd\ufffd"],
            Draw(graph).Where(frame => frame.Depth < 2).Select(frame => frame.Name));
    }

    [Fact]
    public void Speedscope_gets_each_stack_with_its_own_weight()
    {
        using var stream = new MemoryStream();
        var graph = Graph();
        graph.AddBaseline([new("main", "app")], 4);
        graph.WriteSpeedscope(stream);
        using var file = JsonDocument.Parse(stream.ToArray());
        var names = file.RootElement.GetProperty("shared").GetProperty("frames").EnumerateArray()
            .Select(frame => frame.GetProperty("name").GetString()).ToArray();
        var profiles = file.RootElement.GetProperty("profiles").EnumerateArray().ToArray();
        var stacks = profiles[0].GetProperty("samples").EnumerateArray().Select(
            stack => string.Join(';', stack.EnumerateArray().Select(index => names[index.GetInt32()])));
        var weights = profiles[0].GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble());
        Assert.Equal(
            [("main;parse;read", 20.0), ("main;parse;read;copy", 5), ("main;write <b>", 75)], stacks.Zip(weights));
        Assert.Equal(4, profiles[1].GetProperty("endValue").GetDouble());
    }

    [Theory]
    [InlineData("f", "/usr/lib/libc.so.6", false, "f", "libc.so.6")]
    [InlineData(null, "/usr/lib/libc.so.6", false, "[libc.so.6]", "libc.so.6")]
    [InlineData(null, "[anon]", false, "[anon]", "[anon]")]
    [InlineData(null, null, false, "[unknown]", null)]
    [InlineData("vfs_read", null, true, "vfs_read", "kernel")]
    public void Frame_of_an_address_has_the_best_name(
        string? symbol, string? module, bool isKernel, string name, string? shown) =>
        Assert.Equal(
            new FlameFrame(name, shown), FlameFrame.Of(new SymbolizedAddress(0x10, symbol, 0, module, isKernel)));

    private static FlameGraph Graph()
    {
        var graph = new FlameGraph();
        FlameFrame main = new("main", "app"), parse = new("parse", "app"), read = new("read", "app");
        graph.Add([main, parse, read], 20);
        graph.Add([main, parse, read, new("copy", "app")], 5);
        graph.Add([main, new("write <b>", "libc.so.6")], 75);
        return graph;
    }

    private static (string Name, string Title, double X, double Y, double Width, string Color, int Depth)[] Draw(
        FlameGraph graph)
    {
        var text = new StringWriter();
        graph.WriteSvg(text);
        var root = XDocument.Parse(text.ToString()).Root!;
        Assert.Contains("function zoom", root.Element(Svg + "script")!.Value, StringComparison.Ordinal);
        return
        [
            .. root.Descendants(Svg + "g").Where(group => (string?)group.Attribute("class") == "frame").Select(group =>
            {
                var rect = group.Element(Svg + "rect")!;
                Assert.StartsWith(
                    group.Element(Svg + "text")!.Value.TrimEnd('…'), (string)group.Attribute("data-name")!,
                    StringComparison.Ordinal);
                return ((string)group.Attribute("data-name")!, group.Element(Svg + "title")!.Value,
                    (double)rect.Attribute("x")!, (double)rect.Attribute("y")!, (double)rect.Attribute("width")!,
                    (string)rect.Attribute("fill")!, (int)group.Attribute("data-depth")!);
            }),
        ];
    }
}
