using System.Text;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Names of DNS questions, in packets written by hand.</summary>
public sealed class DnsNameTests
{
    private static readonly string Long = string.Join('.', Enumerable.Repeat(new string('x', 30), 8));

    /// <summary>The bytes of the question, and the name.</summary>
    public static TheoryData<string, string> Questions => new()
    {
        { "03777777" + "076578616d706c65" + "03636f6d" + "00" + "00010001", "www.example.com" },
        { "03575777" + "074558414d504c65" + "03436f4d" + "00" + "00010001", "www.example.com" },
        { "0161" + "00" + "00010001", "a" },
        { "0e5f7a5b405d7e302d39c3a42f3a5c" + "00", "_z[@]~0-9\u00e4/:\\" },
        { "00" + "00020001", "" }, // the root
        { "0377777700", "www" }, // nothing behind the name
        { "03777777", "" }, // cut in the name
        { "03", "" },
        { "", "" },
        { "03777777" + "c00c" + "00010001", "" }, // compressed
        { "c00c" + "00010001", "" },
        { "03770077" + "00" + "00010001", "" }, // a NUL in the label
        { Wire(Long) + "00010001", Long[..127] },
        { Wire(Long[..127]) + "00010001", Long[..127] },
        { Wire(Long[..126]) + "00010001", Long[..126] },
        { "3f" + string.Concat(Enumerable.Repeat("61", 63)) + "00", new string('a', 63) },
        { "40" + string.Concat(Enumerable.Repeat("61", 64)) + "00", "" },
    };

    public static TheoryData<ProgramType, string, string> Cases()
    {
        var data = new TheoryData<ProgramType, string, string>();
        foreach (var type in new[] { ProgramType.Xdp, ProgramType.Tc, ProgramType.SocketFilter })
        {
            foreach (var (question, name) in Questions.Select(row => row.Data)) data.Add(type, question, name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Name_of_the_question_is_a_text(ProgramType type, string question, string name) =>
        Assert.Equal(name, Name(type, Query(question)));

    [Fact]
    public void There_is_no_name_without_a_question() =>
        Assert.Equal("", Name(ProgramType.Xdp, Query("0377777700", questions: 0)));

    [Fact]
    public void Other_packets_have_no_name()
    {
        var query = Query("0377777700");
        query[37] = 54;
        Assert.Equal("", Name(ProgramType.Xdp, query));
        Assert.False(Holds(Packet.Dns.Name == "", query));
        Assert.True(Holds(Packet.Dns.Name != "www", query));
    }

    [Fact]
    public void Name_is_compared_with_texts()
    {
        var query = Query(Wire("www.example.com"));
        Assert.True(Holds(Packet.Dns.Name == "www.Example.com", query));
        Assert.False(Holds(Packet.Dns.Name == "www.example.co", query));
        Assert.False(Holds(Packet.Dns.Name == "www.example.com.uk", query));
        Assert.True(Holds(Packet.Dns.Name.StartsWith("www."), query));
        Assert.False(Holds(Packet.Dns.Name == Long, Query(Wire(Long))));
    }

    [Fact]
    public void Equal_names_are_equal_keys_of_a_map()
    {
        var definition = Script.Define();
        var names = definition.AddMap("names", MapType.Hash, new StringType(64), ScalarType.UInt64, 16);
        using var program = Script.Load(definition,
            code => code.If(Packet.Dns, then => then.Increment(names[Packet.Dns.Name])));
        foreach (var name in new[] { "a.example", "A.Example", "a.example", "b" }) program.TestRun(Query(Wire(name)));
        // What an earlier, longer name has left behind is no part of a key.
        Assert.Equal(["a.example 3", "b 1"],
            program.Maps["names"].Entries().Select(entry => $"{entry.Key} {entry.Value}").Order());
    }

    [Fact]
    public void Name_can_only_be_read() => Assert.Equal(DiagnosticIds.InvalidAssignment,
        Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            Script.Define().AddCode(code => code.Assign(Packet.Dns.Name, "a")))).Id);

    private static byte[] Query(string question, int questions = 1)
    {
        var packet = Script.Packet().AsSpan(0, 54).ToArray();
        packet[47] = (byte)questions;
        return [.. packet, .. Convert.FromHexString(question)];
    }

    private static string Wire(string name) =>
        string.Concat(name.Split('.').Select(label =>
            label.Length.ToString("x2", null) + Convert.ToHexString(Encoding.ASCII.GetBytes(label)))) + "00";

    private static string Name(ProgramType type, byte[] packet)
    {
        var definition = new ProgramDefinition("name", type);
        var result = definition.AddVariable("result", new StringType(128));
        definition.AddCode(code => code.Assign(result, "before").Assign(result, Packet.Dns.Name));
        using var program = EbpfProgram.Load(definition);
        program.TestRun(packet);
        return (string)program.Variables["result"].Value!;
    }

    private static bool Holds(Expression condition, byte[] packet) => Script.Verdict(Script.Define(),
        code => code.If(condition, then => then.Return("Drop")), packet).Verdict is "Drop";
}
