using EbpfCat.Btf;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Tests.Bytecode;
using EbpfCat.Types;
using static EbpfCat.Bytecode.Instruction;

namespace EbpfCat.Tests.Btf;

public class BtfBuilderTests
{
    private const int HashMap = 1, ArrayMap = 2, TrieMap = 11;
    private const int NoPreallocation = 1;

    private static readonly Version Old = new(5, 10);

    public static TheoryData<string> TypeNames => [.. EbpfType.KnownNames, "!H", "!Q", "<I", ">h", "!x", "string[16]",
        "byte[6]", "uint32[4]", "ipv4[2][3]", "!H[4]"];

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void Type_round_trips_through_the_kernel(string name)
    {
        EbpfType type = EbpfType.Parse(name);
        var builder = new BtfBuilder();
        int id = builder.AddType(type);
        byte[] bytes = builder.ToBytes();
        Assert.Null(Verifier.LoadBtf(bytes));
        Assert.Equal(type, BtfTypes.Parse(bytes)[id].ToEbpfType());
    }

    [Fact]
    public void Struct_round_trips_with_all_offsets()
    {
        var inner = StructType.Create([new("Low", ScalarType.UInt8), new("High", ScalarType.UInt64)], "inner");
        var type = StructType.CreatePacked(
            [new("Source", AddressType.IPAddress), new("Port", ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian)),
                new("Name", new StringType(7)), new("Pairs", new ArrayType(inner, 2))],
            "flow");
        BtfType read = RoundTrip(type);
        Assert.Equal(type, read.ToEbpfType());
        Assert.Equal("struct flow", read.ToString());
        Assert.Equal(type.Fields.Select(field => field.Offset), read.Members.Select(member => member.Offset));
    }

    [Fact]
    public void Fields_are_sorted_by_offset()
    {
        var type = StructType.CreateAt(
            [new("second", ScalarType.UInt32, 4), new("first", ScalarType.UInt32, 0),
                new("both", ScalarType.UInt64, 0)], 8);
        Assert.Equal(["first", "both", "second"], RoundTrip(type).Members.Select(member => member.Name));
    }

    [Fact]
    public void Enumeration_round_trips_through_the_kernel()
    {
        var unsigned = new EnumType(ScalarType.UInt32, [new("None", 0), new("All", uint.MaxValue)], "flags");
        Assert.Equal(unsigned, RoundTrip(unsigned).ToEbpfType());
    }

    [Fact]
    public void Enumeration_with_negative_or_64_bit_values_round_trips_where_supported()
    {
        var signed = new EnumType(ScalarType.Int16, [new("Less", -1), new("More", 1)], "order");
        var wide = new EnumType(ScalarType.UInt64, [new("Top", long.MinValue), new("Low", 1)], "wide");
        Assert.Equal(ScalarType.Int16, RoundTrip(signed, Old).ToEbpfType());
        Assert.Equal(ScalarType.UInt64, RoundTrip(wide, Old).ToEbpfType());
        if (KernelFacts.RunningVersion < new Version(6, 0)) return;
        Assert.Equal(signed, RoundTrip(signed).ToEbpfType());
        Assert.Equal(BtfKind.Enum64, RoundTrip(wide).Kind);
        Assert.Equal(wide, RoundTrip(wide).ToEbpfType());
    }

    [Fact]
    public void Invalid_names_become_identifiers()
    {
        var type = StructType.Create(
            [new("größe in m²", ScalarType.UInt32), new("2nd", ScalarType.UInt32),
                new(new string('n', 600), ScalarType.UInt32)],
            "my-struct");
        BtfType read = RoundTrip(type);
        Assert.Equal("my_struct", read.Name);
        Assert.Equal(["gr__e_in_m_", "_2nd", new string('n', 127)], read.Members.Select(member => member.Name));
    }

    [Fact]
    public void Type_added_twice_is_written_once()
    {
        var builder = new BtfBuilder();
        int id = builder.AddType(EbpfType.Parse("!H"));
        int count = BtfTypes.Parse(builder.ToBytes()).Count;
        Assert.Equal(id, builder.AddType(EbpfType.Parse("!H")));
        Assert.Equal(count, BtfTypes.Parse(builder.ToBytes()).Count);
    }

    [Theory]
    [InlineData(ArrayMap, "uint32", "uint64", 0)]
    [InlineData(ArrayMap, "uint32", "x", 0)]
    [InlineData(HashMap, "ipaddress", "uint64[3]", 0)]
    [InlineData(HashMap, "!H", "string[16]", 0)]
    [InlineData(HashMap, "mac", "bool", 0)]
    [InlineData(TrieMap, "prefix4", "uint64", NoPreallocation)]
    [InlineData(TrieMap, "ipprefix", "uint64", NoPreallocation)]
    public void Kernel_creates_maps_with_the_types(int map, string key, string value, int flags)
    {
        (EbpfType keyType, EbpfType valueType) = (EbpfType.Parse(key), EbpfType.Parse(value));
        var builder = new BtfBuilder();
        (int keyId, int valueId) = (builder.AddType(keyType), builder.AddType(valueType));
        bool made = false;
        Assert.Null(Verifier.LoadBtf(builder.ToBytes(), btf => made = Verifier.AcceptsMap(
            map, keyType.Size, valueType.Size, flags, btf, keyId, valueId)));
        Assert.True(made);
    }

    [Fact]
    public void Verifier_log_shows_the_source_lines()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("count packets", 0);
        builder.AddFunction("twice", 5, ScalarType.UInt64, [new("value", ScalarType.UInt64)]);
        builder.AddLine(0, "/home/me/count.ps1", "    $packets++ # größer\tals\0null", 12, 5);
        builder.AddLine(4, "/home/me/count.ps1", "'Pass'", 13, 5);
        builder.AddLine(6, "/home/me/count.ps1", "return $value * 2", 3, 1);
        Instruction[] program =
        [
            LoadImmediate64(Register.R1, 1L << 40),
            CallLocal(2),
            MoveImmediate(Width.W64, Register.R0, 1),
            Exit(),
            Move(Width.W64, Register.R0, Register.R1),
            Alu(AluOperation.Add, Width.W64, Register.R0, Register.R0),
            Exit(),
        ];
        (bool accepted, string log) = (false, "");
        byte[] bytes = builder.ToBytes();
        Assert.Null(Verifier.LoadBtf(bytes, btf => (accepted, log) = Verifier.Load(
            program, btf: btf, functions: builder.FunctionInfo, lines: builder.LineInfo)));
        Assert.True(accepted, log);
        Assert.Contains("; $packets++ # größer als null", log);
        Assert.Contains("; 'Pass'", log);
        Assert.Contains("; return $value * 2", log);
        if (KernelFacts.RunningVersion >= new Version(6, 9)) Assert.Contains("count.ps1:3", log);

        BtfTypes types = BtfTypes.Parse(bytes);
        Assert.Equal(
            ["0 int32 count_packets(void *ctx)", "5 uint64 twice(uint64 value)"],
            types.ReadFunctions(builder.FunctionInfo).Select(function => $"{function.Slot} {function.Type}"));
        Assert.Equal(
            [new BtfLine(0, "/home/me/count.ps1", "$packets++ # größer als null", 12, 5),
                new BtfLine(4, "/home/me/count.ps1", "'Pass'", 13, 5),
                new BtfLine(5, "/home/me/count.ps1", "return $value * 2", 3, 1)],
            types.ReadLines(builder.LineInfo));
    }

    [Fact]
    public void Function_without_lines_gets_a_line_at_its_start()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("main", 0);
        builder.AddFunction("last", 9);
        builder.AddLine(3, "a.ps1", "one", 1, 1);
        builder.AddLine(4, "a.ps1", "one", 1, 1);
        builder.AddLine(6, "a.ps1", "two", 2, 1);
        Assert.Equal(
            ["0 one", "6 two", "9 two"],
            BtfTypes.Parse(builder.ToBytes()).ReadLines(builder.LineInfo).Select(line => $"{line.Slot} {line.Text}"));
    }

    [Fact]
    public void Program_without_lines_has_no_line_info()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("main", 0);
        Assert.Empty(builder.LineInfo);
        Assert.Equal(BtfBuilder.FunctionRecordSize, builder.FunctionInfo.Length);
    }

    [Fact]
    public void Line_and_column_numbers_beyond_the_format_are_clamped()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("main", 0);
        builder.AddLine(0, "", new string('ß', 500), int.MaxValue, 5000);
        builder.AddLine(1, "a.ps1", "", -1, -1);
        IReadOnlyList<BtfLine> lines = BtfTypes.Parse(builder.ToBytes()).ReadLines(builder.LineInfo);
        Assert.Equal(new BtfLine(0, " ", new string('ß', 120) + "…", (1 << 22) - 1, 1023), lines[0]);
        Assert.Equal(new BtfLine(1, "a.ps1", " ", 0, 0), lines[1]);
        Assert.Null(Verifier.LoadBtf(builder.ToBytes()));
    }

    [Fact]
    public void Two_functions_at_one_instruction_are_refused()
    {
        var builder = new BtfBuilder();
        builder.AddFunction("a", 0);
        Assert.Throws<ArgumentException>(() => builder.AddFunction("b", 0));
    }

    private static BtfType RoundTrip(EbpfType type, Version? kernel = null)
    {
        var builder = new BtfBuilder(kernel);
        int id = builder.AddType(type);
        byte[] bytes = builder.ToBytes();
        Assert.Null(Verifier.LoadBtf(bytes));
        return BtfTypes.Parse(bytes)[id];
    }
}
