using System.Text;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Structure;

/// <summary>
/// Compares the tables of <c>docs/packets.md</c> with the rows of <see cref="PacketHeaders"/>. With the environment
/// variable <c>EBPFCAT_WRITE_PACKETS=1</c> they are written anew instead.
/// </summary>
public sealed class PacketsPageTests
{
    private const string Begin = "<!-- The rest of the page is written by PacketsPageTests. -->\n";

    [Fact]
    public void Page_shows_every_header()
    {
        Repository.Require();
        var path = Repository.PathOf("docs/packets.md");
        var page = File.ReadAllText(path);
        var written = page[..(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)];
        var expected = written + string.Concat(PacketHeaders.All.Select(Section));
        if (Environment.GetEnvironmentVariable("EBPFCAT_WRITE_PACKETS") == "1") File.WriteAllText(path, expected);
        else Assert.Equal(expected, page);
    }

    private static string Section(PacketHeader header)
    {
        var text = new StringBuilder($"\n## {header.Name}\n\n{Place(header)}\n\n");
        text.Append("| field | bits | type | offset | assigned in |\n|---|---|---|---|---|\n");
        foreach (var field in header.Fields)
        {
            if (field.IsName)
            {
                text.Append($"| `{field.Name}` |  | `{field.Type.Name}` |  |  |\n");
                continue;
            }

            var bits = field.BitCount > 0 ? field.BitCount : field.Type.Size * 8;
            var offset = field.Alternatives.Length > 0 || field.IsProtocol || field.IsPart ? "" : Offset(field);
            var type = field.Type.Name.Split(' ')[0];
            text.Append($"| `{field.Name}` | {bits} | `{type}` | {offset} | {Writers(header, field)} |\n");
        }

        return text.ToString();
    }

    private static string Place(PacketHeader header) => header switch
    {
        { Alternatives.Length: > 0 } => $"Whichever of {string.Join(", ", header.Alternatives.Select(a => a.Name))} "
            + "is present.",
        { Locations.Count: 0 } => $"The first {header.Size} bytes of the packet.",
        _ => $"{header.Size} bytes. Found behind "
            + string.Join("; behind ", header.Locations.Select(location => Place(header, location))) + ".",
    };

    private static string Place(PacketHeader header, HeaderLocation location)
    {
        var between = location.Parent.Passed is { } passed && passed.Field == location.Field
            && !header.Locations[0].Values.Intersect(passed.Values).Any()
            ? $" and up to {passed.MaxCount} {(passed.MaxCount == 2 ? "VLAN tags" : "extension headers")}"
            : "";
        var numbers = location.Values.Select(value => location.Parent == PacketHeaders.Ethernet
            || location.Field?.Type.Size == 2 && value > 1024 ? $"0x{value:x4}" : $"{value}");
        return location.Field is { } field
            ? $"`{location.Parent.Name}`{between}, where `{field.Name}` is {string.Join(" or ", numbers)}"
            : $"`{location.Parent.Name}`";
    }

    // Bits count from the first of the byte, as in the figures of RFCs.
    private static string Offset(HeaderField field)
    {
        if (field.BitCount == 0) return $"{field.Offset}";
        var first = (field.Offset * 8) + (field.Type.Size * 8) - field.BitOffset - field.BitCount;
        return $"{first / 8}, bit {first % 8}";
    }

    private static string Writers(PacketHeader header, HeaderField field)
    {
        var types = new[] { ProgramType.Xdp, ProgramType.Tc }.Where(type =>
        {
            var definition = new ProgramDefinition("writes", type);
            var target = new HeaderFieldExpression(header, field);
            definition.AddCode(code => code.Assign(target, target));
            return !ProgramCompiler.Check(definition).Any(d => d.Severity == DiagnosticSeverity.Error);
        });
        return string.Join(", ", types);
    }
}
