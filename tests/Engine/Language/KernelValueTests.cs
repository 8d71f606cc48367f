using System.Net;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class KernelValueTests
{
    [Fact]
    public void Kernel_time_advances()
    {
        ulong Time() => (ulong)Script.Value(ScalarType.UInt64, _ => new SystemValueExpression(SystemValue.Time))!;
        var first = Time();
        Assert.InRange(Time() - first, 1ul, 60_000_000_000ul);
    }

    [Fact]
    public void Random_numbers_differ()
    {
        var numbers = Enumerable.Range(0, 8)
            .Select(_ => Script.Value(ScalarType.UInt32, _ => new SystemValueExpression(SystemValue.Random)));
        Assert.InRange(numbers.Distinct().Count(), 7, 8);
    }

    [Theory]
    [InlineData("ktime_get_ns")]
    [InlineData("bpf_ktime_get_ns")]
    [InlineData("5")]
    public void Helper_can_be_called_by_name_or_number(string helper) =>
        Assert.InRange(
            (ulong)Script.Value(ScalarType.UInt64, _ => Expression.CallHelper(helper))!, 1ul, ulong.MaxValue);

    [Fact]
    public void Helper_accepts_context_and_numbers()
    {
        var definition = Script.Define();
        var (result, length) = (definition.AddVariable("result", ScalarType.Int64, initialValue: 9),
            definition.AddVariable("length", ScalarType.UInt32));
        using var program = Script.Run(definition, c => c
            .Assign(result, Expression.CallHelper("xdp_adjust_tail", new ContextExpression(), -4))
            .Assign(length, Packet.Length));
        Assert.Equal((0L, 60u), (program.Variables["result"].Value, program.Variables["length"].Value));
    }

    [Fact]
    public void Helper_arguments_convert_to_key_and_value_types()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt16, ScalarType.UInt64, 4);
        var reference = new MapReferenceExpression(map);
        using var program = Script.Run(definition, c => c
            .Do(Expression.CallHelper("map_update_elem", reference, 7, Packet.Length, 0))
            .Do(Expression.CallHelper("map_update_elem", reference, 8, 1, 0))
            .Do(Expression.CallHelper("map_delete_elem", reference, 8)));
        Assert.Equal([new MapEntry((ushort)7, 64ul)], program.Maps["map"].Entries());
    }

    [Fact]
    public void Helper_writes_to_a_field_of_an_inserted_entry()
    {
        var definition = new ProgramDefinition("writing", ProgramType.SocketFilter);
        var seen = definition.AddMap("seen", MapType.Hash, ScalarType.UInt32, Seen, 1);
        VariableExpression[] results =
            [definition.AddVariable("first", ScalarType.Int64), definition.AddVariable("full", ScalarType.Int64)];
        using var program = Script.Run(definition, c => c
            .Assign(results[0], LoadSource(seen[1].Field("Source"))).Increment(seen[1].Field("Count"))
            .Assign(results[1], LoadSource(seen[2].Field("Source"))));
        // -14 (EFAULT): the map is full, so there is no place.
        Assert.Equal([0L, -14L], results.Select(result => program.Variables[result.Variable.Name].Value));
        var value =
            Assert.IsType<OrderedDictionary<string, object?>>(Assert.Single(program.Maps["seen"].Entries()).Value);
        Assert.Equal((1ul, IPAddress.Parse("10.77.0.2")), (value["Count"], value["Source"]));
    }

    [Fact]
    public void Helper_writes_to_locals_and_shared_variables()
    {
        var definition = new ProgramDefinition("writing", ProgramType.SocketFilter);
        var shared = definition.AddVariable("shared", AddressType.IPv4);
        VariableExpression[] copies =
            [definition.AddVariable("copy", AddressType.IPv4), definition.AddVariable("part", AddressType.IPv4)];
        var (address, record) = (CodeBuilder.Local("address", AddressType.IPv4), CodeBuilder.Local("record", Seen));
        using var program = Script.Run(definition, c => c
            .Assign(address, IPAddress.Loopback).Do(LoadSource(address)).Assign(copies[0], address)
            .Assign(record, new StructExpression([new("Count", 1)])).Do(LoadSource(record.Field("Source")))
            .Assign(copies[1], record.Field("Source"))
            .Do(LoadSource(shared)));
        Assert.All([shared, .. copies],
            variable => Assert.Equal(IPAddress.Parse("10.77.0.2"), program.Variables[variable.Variable.Name].Value));
    }

    [Fact]
    public void Helper_fills_numbers_in_locals_and_shared_memory()
    {
        var definition = new ProgramDefinition("filling", ProgramType.SocketFilter);
        VariableExpression[] seen =
        [
            definition.AddVariable("inferred", ScalarType.UInt64), definition.AddVariable("short", ScalarType.UInt64),
            definition.AddVariable("ordered", ScalarType.UInt32.WithByteOrder(ByteOrder.BigEndian)),
        ];
        var (inferred, small) = (CodeBuilder.Local("inferred"), CodeBuilder.Local("small", ScalarType.Int32));
        using var program = Script.Run(definition, c => c
            .Assign(inferred, -1).Do(LoadSource(inferred)).Assign(seen[0], inferred)
            .Assign(small, 5).Do(LoadSource(small)).Assign(seen[1], small)
            .Do(LoadSource(seen[2])));
        Assert.Equal([0xffffffff02004d0a, 0x02004d0aul, 0x0a4d0002u],
            seen.Select(variable => program.Variables[variable.Variable.Name].Value));
    }

    [Fact]
    public void Helper_reads_numbers_from_their_places()
    {
        var definition = new ProgramDefinition("reading", ProgramType.Tc);
        var shared = definition.AddVariable("shared", ScalarType.UInt16, initialValue: (ushort)0x3412);
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt8,
            StructType.Create([new("A", ScalarType.UInt8), new("B", EbpfType.Parse("!H"))]), 8);
        var local = CodeBuilder.Local("local", ScalarType.UInt32);
        var ordered = CodeBuilder.Local("ordered", EbpfType.Parse("!H"));
        var run = Script.Verdict(definition, c => c
            .Assign(local, 0x04030201).Do(Store(40, local, 4))
            .Assign(ordered, 0x0708).Do(Store(52, ordered, 2))
            .Do(Store(44, shared, 2))
            .Do(Store(46, map[1].Field("B"), 2))
            .Assign(map[1].Field("B"), 0x0506).Do(Store(48, map[1].Field("B"), 2)),
            [.. Script.Packet()[..40], .. Enumerable.Repeat((byte)0xff, 24)]);
        Assert.Equal([1, 2, 3, 4, 0x12, 0x34, 0, 0, 5, 6, 0xff, 0xff, 7, 8, 0xff], run.Packet[40..55]);

        static Expression Store(int offset, Expression from, int size) =>
            Expression.CallHelper("skb_store_bytes", new ContextExpression(), offset, from, size, 0);
    }

    [Fact]
    public void Pointer_in_a_local_is_passed_on()
    {
        var definition = new ProgramDefinition("pointer", ProgramType.SocketFilter);
        var map = definition.AddMap("map", MapType.Array, ScalarType.UInt32, ScalarType.UInt32, 1);
        var pointer = CodeBuilder.Local("pointer");
        using var program = Script.Run(definition, c => c
            .Assign(pointer, Expression.CallHelper("map_lookup_elem", (Expression)map, 0))
            .If(pointer != 0, then => then.Do(LoadSource(pointer))));
        Assert.Equal(0x02004d0au, program.Maps["map"].Get(0u));
    }

    [Fact]
    public void Helper_output_needs_a_place_with_enough_room()
    {
        static CompileException Refusal(Func<ProgramDefinition, Expression> call)
        {
            var definition = new ProgramDefinition("writing", ProgramType.SocketFilter);
            return Assert.Throws<CompileException>(() => Script.Load(definition, c => c.Do(call(definition))));
        }

        Assert.Equal("NotAPlace", Refusal(_ => LoadSource("text")).Id);
        Assert.Equal("NotAPlace", Refusal(_ => LoadSource(Packet.IPv4["Source"])).Id);
        Assert.Equal("NoRoom", Refusal(one => LoadSource(one.AddVariable("small", ScalarType.UInt16))).Id);
        Assert.Equal("NoRoom", Refusal(_ => LoadSource(CodeBuilder.Local("small", ScalarType.UInt16))).Id);
    }

    [Fact]
    public void Unknown_helper_is_refused_with_a_suggestion()
    {
        var refusal = Assert.Throws<CompileException>(() => Script.Number(_ => Expression.CallHelper("ktime_get_nss")));
        Assert.Contains("Did you mean ktime_get_ns", refusal.Message, StringComparison.Ordinal);
    }

    private static readonly StructType Seen =
        StructType.Create([new("Count", ScalarType.UInt64), new("Source", AddressType.IPv4)]);

    // The packet's source address.
    private static Expression LoadSource(Expression to) =>
        Expression.CallHelper("skb_load_bytes", new ContextExpression(), 26, to, 4);
}
