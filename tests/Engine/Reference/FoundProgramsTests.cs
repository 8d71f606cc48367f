using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>Reduced programs in which random testing found errors.</summary>
public class FoundProgramsTests
{
    private static readonly byte[] Udp = Convert.FromHexString(
        "ffffffffffff02005e1000010800" + "450000240001000040110000" + "0a0000010a000002" + "00350400" + "00100000" +
        "0102030405060708");

    private readonly ProgramDefinition _program = new("found", ProgramType.Xdp);

    [Fact]
    public void Mask_still_bounds_a_packet_offset_with_known_bits()
    {
        var stored = _program.AddVariable("stored", ScalarType.Fixed);
        var read = _program.AddVariable("read", ScalarType.UInt32);
        _program.AddCode(code => code
            .Assign(stored, Packet.Udp["Length"] % Expression.Constant(1.5))
            .Assign(read, Packet.Read(stored.Cast(ScalarType.Int64) & 1, ScalarType.UInt32)));
        Check();
    }

    [Fact]
    public void Packet_offset_can_exceed_the_instruction_offset()
    {
        var read = _program.AddVariable("read", ScalarType.UInt8);
        _program.AddCode(code => code.Assign(read, Packet.Read(34525, ScalarType.UInt8)).Return("Drop"));
        Check();
    }

    [Fact]
    public void Branch_with_both_edges_to_a_loop_becomes_a_jump()
    {
        var (first, second, third) =
            (new Local("a", ScalarType.Int64), new Local("b", ScalarType.Int16), new Local("c", ScalarType.Int64));
        _program.AddCode(code => code
            .Assign(first, Packet.Read(1, ScalarType.Int32))
            .Update(second, BinaryOperator.Minimum, Packet.Icmp | ((Expression)0 % first)));
        _program.Append(new LoopStatement(second, [new IfStatement(third, [new ReturnStatement()])])
        {
            Step = [new AssignStatement(third, 1)],
        });
        Check();
    }

    [Fact]
    public void Label_can_be_unreachable()
    {
        _program.Append(new SwitchStatement(
            0, [new SwitchClause(0, [new BreakStatement()])], [new LabelStatement(new Label("there"))]));
        Check();
    }

    [Fact]
    public void Many_packet_reads_of_a_socket_filter_fit_the_stack()
    {
        var program = new ProgramDefinition("found", ProgramType.SocketFilter);
        var sum = program.AddVariable("sum", ScalarType.UInt64);
        for (var offset = 0; offset < 80; offset++)
            program.AddCode(code => code.Increment(sum, Packet.Read(offset % 20, ScalarType.UInt64)));
        for (var time = 0; time < 20; time++)
        {
            program.AddCode(code =>
                code.If(Packet.Tcp, then => then.Increment(sum), @else => @else.Increment(sum, Packet.Udp["Length"])));
        }

        Check(program);
    }

    [Fact]
    public void Quotient_stored_in_a_byte_is_a_bounded_packet_offset()
    {
        var divisor = _program.AddVariable("divisor", ScalarType.UInt8, VariableStorage.PerCpu);
        var offset = _program.AddPacketVariable("offset", 39, ScalarType.UInt8);
        _program.AddCode(code => code
            .Assign(offset, offset.FloorDivide(divisor))
            .Assign(Packet.Read(offset, ScalarType.Int16), 0));
        Check();
    }

    [Fact]
    public void Key_is_evaluated_before_the_assigned_value()
    {
        var map = _program.AddMap("numbers", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 3);
        var number = _program.AddPacketVariable("number", 10, ScalarType.UInt32);
        var change = new Function("change", [], code => code.Assign(number, 1)) { ReturnType = ScalarType.Int64 };
        _program.AddFunction(change);
        _program.AddCode(
            code => code.Do(new MapCallExpression(map, MapOperation.Set, [number, new CallExpression(change, [])])));
        Check();
    }

    [Fact]
    public void Constant_is_known_on_every_path_of_a_choice()
    {
        var record = StructType.Create([new("X", ScalarType.UInt8), new("Z", ScalarType.UInt16)]);
        var map = _program.AddMap("numbers", MapType.Hash, ScalarType.UInt32, record, 2);
        var (number, scaled) = (new Local("number", ScalarType.UInt64), new Local("scaled", ScalarType.Fixed));
        _program.AddCode(code => code
            .Assign(number, Packet.IPv4["MoreFragments"])
            .Assign(scaled, number)
            .If(Packet.Udp, then => then
                .If(scaled, then => then.Assign(Packet.Read(0, ScalarType.UInt64), 0))
                .Assign(number, 0))
            .Assign(map[0].Field("Z"), number));
        Check();
    }

    [Fact]
    public void Struct_with_assigned_fields_is_cleared_at_each_call()
    {
        var number = _program.AddVariable("number", ScalarType.Int64);
        var pair =
            CodeBuilder.Local("pair", StructType.Create([new("X", ScalarType.UInt8), new("Z", ScalarType.UInt16)]));
        var change = new Function("change", [], code => code
            .Assign(number, number + pair.Field("X"))
            .Assign(pair.Field("X"), 1))
        {
            ReturnType = ScalarType.Int64,
        };
        _program.AddFunction(change);
        _program.AddCode(
            code => code.For(new Local("i", ScalarType.Int64), 0, 2, each => each.Do(new CallExpression(change, []))));
        Check();
    }

    [Fact]
    public void Text_is_read_before_a_later_call_changes_it()
    {
        var text = new StringType(8);
        var named = StructType.Create([new("Name", text), new("Size", ScalarType.UInt16)]);
        var texts = _program.AddMap("texts", MapType.Hash, ScalarType.UInt32, text, 8);
        var names = _program.AddMap("names", MapType.Array, ScalarType.UInt32, named, 2);
        var keys = _program.AddMap("keys", MapType.Hash, text, ScalarType.UInt32, 8);
        var change = new Function("change", [], code => code.Increment(Packet.Read(40, ScalarType.UInt8)).Return(1))
        {
            ReturnType = ScalarType.UInt32,
        };
        _program.AddFunction(change);
        var (called, read) = (new CallExpression(change, []), Packet.Read(40, text));
        _program.AddCode(code => code
            .Assign(texts[called], read)
            .Assign(names[called].Field("Name"), read)
            .Do(new MapCallExpression(keys, MapOperation.Set, [read, called]))
            .Assign(texts[2], names[1].Field("Name"))
            .Do(new MapCallExpression(texts, MapOperation.Add, [called + 2, names[1].Field("Name")])));
        Check();
    }

    [Fact]
    public void Presence_of_an_entry_is_tested_after_computing_its_value()
    {
        var map = _program.AddMap("map", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 8);
        var put = new Function("put", [], code => code.Assign(map[1], 7).Return(2)) { ReturnType = ScalarType.UInt32 };
        _program.AddFunction(put);
        _program.AddCode(
            code => code.Do(new MapCallExpression(map, MapOperation.Add, [1, new CallExpression(put, [])])));
        Check();
    }

    [Fact]
    public void Reloaded_packet_offset_keeps_its_bound()
    {
        var read = _program.AddVariable("read", ScalarType.UInt16);
        var least = _program.AddVariable("least", ScalarType.UInt64);
        var header = CodeBuilder.Local(
            "header", StructType.Create([new("Protocol", ScalarType.UInt8), new("Port", ScalarType.UInt16)]));
        var protocol = header.Field("Protocol");
        // Facts from before a loop hold after it only once the loop is known never to run.
        var never = new Local("never", ScalarType.Int64);
        _program.AddCode(code => code
            .Assign(protocol, (Expression)1 / protocol)
            .Add(new LoopStatement(never, []) { Step = [new AssignStatement(never, 1)] })
            .Assign(least, new BinaryExpression(BinaryOperator.Minimum, 1, protocol))
            .Assign(read, Packet.Read(protocol, ScalarType.UInt16)));
        Check();
    }

    [Fact]
    public void Struct_read_from_a_map_frees_its_stack_after_the_statement()
    {
        var pair = StructType.Create(
            [new("Small", ScalarType.Int8), new("Large", ScalarType.UInt64), new("Part", ScalarType.Fixed)]);
        var map = _program.AddMap("map", MapType.Hash, pair, pair, 64);
        _program.AddCode(code => code.For(new Local("i", ScalarType.Int64), 0, 2, each =>
        {
            for (var part = 0; part < 25; part++)
                each.Increment(map[map[new StructExpression([new("Part", part)])]].Field("Large"), part);
        }));
        Check();
    }

    [Fact]
    public void Header_with_a_short_length_hides_the_next_header()
    {
        // The IPv4 header claims four bytes: its protocol is where the length of UDP would be.
        var packet = (byte[])Udp.Clone();
        packet[14] = 0x41;
        packet[14 + 6] = 0;
        var program = new ProgramDefinition("found", ProgramType.Tc);
        var length = Packet.Udp["Length"];
        program.AddCode(code => code.Assign(length, 0).Assign(Packet.Ethernet["EtherType"], length));
        Check(program, packet);
    }

    [Fact]
    public void Packet_offset_can_be_a_sum_far_beyond_the_packet()
    {
        var program = new ProgramDefinition("found", ProgramType.Tc);
        var read = program.AddVariable("read", ScalarType.UInt8);
        var length = program.AddVariable("length", ScalarType.UInt32);
        program.AddCode(code => code.Assign(read, Packet.Read(int.MinValue + Packet.Length, ScalarType.UInt8))
            .Assign(length, Packet.Length));
        Check(program);
    }

    [Fact]
    public void Function_structs_share_stack_space()
    {
        var large = StructType.Create(Enumerable.Range(0, 12)
            .Select(number => new KeyValuePair<string, EbpfType>($"F{number}", ScalarType.UInt64)));
        var map = _program.AddMap("map", MapType.Hash, large, ScalarType.UInt64, 64);
        var put = CodeBuilder.Local("put", large);
        var count = new Function("count", [], code => code
            .For(new Local("j", ScalarType.Int64), 0, Packet.Read(1, ScalarType.UInt8) & 3,
                each => each.Increment(put.Field("F3")))
            .Increment(map[put]).Return(1))
        {
            ReturnType = ScalarType.Int64,
        };
        _program.AddFunction(count);
        _program.AddCode(
            code => code.For(new Local("i", ScalarType.Int64), 0, Packet.Read(0, ScalarType.UInt8) & 7, each =>
        {
            for (var call = 0; call < 6; call++) each.Do(new CallExpression(count, []));
        }));
        Check();
    }

    [Fact]
    public void Program_that_fails_JIT_compilation_is_loaded_with_other_registers()
    {
        // The JIT of Linux 6.18 on x86-64 does not converge on the jump lengths of this program.
        var least = _program.AddVariable("least", ScalarType.Int64, initialValue: long.MinValue);
        var type = _program.AddVariable("type", ScalarType.Int16, VariableStorage.Hash);
        var place = _program.AddPacketVariable("place", 8, ScalarType.UInt8);
        var record = CodeBuilder.Local(
            "record", StructType.Create([new("Total", ScalarType.UInt64), new("Count", ScalarType.Int32)]));
        var other = CodeBuilder.Local("other", StructType.Create([new("Port", ScalarType.UInt16)]));
        var (turn, divisor) =
            (CodeBuilder.Local("turn", ScalarType.Int64), CodeBuilder.Local("divisor", ScalarType.Int64));
        var count = record.Field("Count");
        var body = new List<Statement>();
        new CodeBuilder(body)
            .Increment(turn)
            .Assign(place, Packet.Read(210, ScalarType.Boolean) == 7)
            .If(Packet.Icmp6, then => then
                .Increment(divisor)
                .Assign(other.Field("Port"), Packet.Udp)
                .Assign(Packet.Icmp6["Type"], count % divisor)
                .Assign(count, turn >= 0))
            .If(Packet.Ethernet["EtherType"] > type,
                then => then.Update(Packet.Ethernet["EtherType"], BinaryOperator.Subtract, least),
                @else => @else.If(Packet.Tcp, then => then.Continue())
                    .Assign(Packet.Ethernet["Destination"], Packet.Read(1, AddressType.Mac)));
        _program.Append(
            new LoopStatement(true, body) { Step = [new IfStatement(!(turn < 4), [new ReturnStatement()])] });
        EbpfProgram.Load(_program).Dispose();
        Check(_program, [.. Udp, .. new byte[200]]);
    }

    [Fact]
    public void Key_that_a_loop_stores_in_each_iteration_is_stored_again()
    {
        var program = new ProgramDefinition("random", ProgramType.SocketFilter);
        var map = program.AddMap("map", MapType.Hash, ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian),
            StructType.Create([new("Low", ScalarType.UInt16), new("High", ScalarType.UInt16)]), maxEntries: 4);
        var (turn, key) = (CodeBuilder.Local("turn", ScalarType.Int64), CodeBuilder.Local("key"));
        var top = new Label("top");
        program.Append(
        [
            new AssignStatement(key, Packet.Read(0, ScalarType.Boolean)),
            new LabelStatement(top),
            new AssignStatement(map[key].Field("High"), 0),
            new IfStatement(Packet.Icmp6, [], []),
            new AssignStatement(turn, 1, BinaryOperator.Add),
            new IfStatement(turn < 3, [new GotoStatement(top)]),
        ]);
        const string fragment = "0600000000000001";
        Check(program, Convert.FromHexString(
            "0a00000000020a000000000286dd" + "6000000000282c40" + new string('0', 64) + fragment
            + new string('0', 64)));
    }

    private void Check() => Check(_program);

    private static void Check(ProgramDefinition program) => Check(program, Udp);

    private static void Check(ProgramDefinition program, byte[] packet) => PinnedThread.OnEach(1, processor =>
    {
        var failure = new ReferenceCase(program, [packet]).Check(processor);
        Assert.True(failure is null, failure?.Problem);
    }, isStuck: () => false);
}
