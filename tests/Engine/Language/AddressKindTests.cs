using System.Net;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class AddressKindTests
{
    private static readonly IPAddress Sender = IPAddress.Parse("10.77.0.2");
    private static readonly IPAddress Sender6 = IPAddress.Parse("2001:db8::2");
    private static readonly Expression Four = Packet.IPv4.Source;
    private static readonly Expression Six = Packet.IPv6.Source;

    private readonly Local _address = new("address");

    private Expression Address => _address;

    private static byte[] IPv6Packet()
    {
        var packet = new byte[64];
        (packet[12], packet[13], packet[14], packet[20]) = (0x86, 0xdd, 0x60, 59);
        Sender6.GetAddressBytes().CopyTo(packet, 22);
        return packet;
    }

    // Values that are assigned to a variable of type ipv4 after the code.
    private static IPAddress? Value(Action<CodeBuilder, Expression> code, byte[]? packet = null)
    {
        var definition = Script.Define();
        var result = definition.AddVariable("result", AddressType.IPv4);
        using var program = Script.Run(definition, c => code(c, result), packet);
        return (IPAddress?)program.Variables["result"].Value;
    }

    [Fact]
    public void Arithmetic_on_an_address_is_an_error_that_says_what_to_write() => Assert.Contains(
        "Add works on numbers, not on ipv4. Cast it to uint32",
        Assert.Throws<CompileException>(() => ProgramCompiler.Compile(
            Script.Define().AddCode(code => code.Assign(new Local("a"), 1 + Packet.IPv4.Source)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Local_holds_either_kind_of_address()
    {
        Action<CodeBuilder> either = c => c
            .If(Packet.IPv4, then => then.Assign(Address, Four), other => other.Assign(Address, Six))
            .If(Address == Sender, then => then.Return("Drop"))
            .If(Address == Sender6, then => then.Return("Tx"))
            .If(Address.In([IPAddress.Parse("10.0.0.1"), IPAddress.IPv6Any]), then => then.Return("Aborted"));
        Assert.Equal("Drop", Script.Verdict(Script.Define(), either).Verdict);
        Assert.Equal("Tx", Script.Verdict(Script.Define(), either, IPv6Packet()).Verdict);
        Assert.Equal("Aborted", Script.Verdict(Script.Define(), either, new byte[64]).Verdict);
    }

    [Fact]
    public void Local_is_used_as_IPv4_where_it_holds_one()
    {
        Action<CodeBuilder, Expression> code = (c, result) => c
            .If(Packet.IPv4,
                then => then.Assign(Address, Four).Assign(result, Address),
                other => other.Assign(Address, Six));
        Assert.Equal(Sender, Value(code));
        Assert.Equal(IPAddress.Any, Value(code, IPv6Packet()));
        Assert.Equal(Sender, Value((c, result) => c
            .If(Packet.IPv6, then => then.Assign(Address, Six).Return("Pass"))
            .Assign(Address, Four).For(new Local("i"), 1, 3, loop => loop.Assign(Address, Four))
            .Assign(result, Address)));
    }

    [Fact]
    public void Cast_gives_zeros_for_an_IPv6_address()
    {
        Action<CodeBuilder, Expression> code = (c, result) => c
            .If(Packet.IPv4, then => then.Assign(Address, Four), other => other.Assign(Address, Six))
            .Assign(result, Address.Cast(AddressType.IPv4));
        Assert.Equal(Sender, Value(code));
        Assert.Equal(IPAddress.Any, Value(code, IPv6Packet()));
    }

    [Fact]
    public void Local_that_may_hold_another_kind_is_an_error_with_the_line_of_the_other()
    {
        Refused(c => c.If(Packet.IPv4, then => then.Assign(Address, Four), other => other.Assign(Address, Six)));
        Refused(c => c.Assign(Address, Four).While(Packet.Length > 100, loop => loop.Assign(Address, Six)));
        Refused(c => c.Assign(Address, Four)
            .Switch(Packet.Length, s => s.Case(60, then => then.Assign(Address, Six)).Case(61, _ => { })));
        var label = new Label("again");
        Refused(c => c.Mark(label).If(Packet.IPv4, then => then.Assign(Address, Four)).Assign(Address, Six)
            .Goto(label));

        void Refused(Action<CodeBuilder> code)
        {
            var definition = Script.Define();
            var result = definition.AddVariable("result", AddressType.IPv4);
            var error = Assert.Throws<CompileException>(() =>
                ProgramCompiler.Compile(definition.AddCode(code).AddCode(c => c.Assign(result, Address))));
            Assert.Equal(DiagnosticIds.WrongType, error.Id);
            Assert.Matches(@"^ipaddress cannot be used as ipv4: 'address' is also assigned a value of type ipv6, "
                + @"in line \d+\.$", error.Problem);
            Assert.Contains("Cast it to ipv4", error.Suggestion, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Maps_with_keys_of_either_kind_take_the_local()
    {
        var definition = Script.Define();
        var both = definition.AddMap("both", MapType.Hash, AddressType.IPAddress, ScalarType.UInt64, 8);
        var four = definition.AddMap("four", MapType.Hash, AddressType.IPv4, ScalarType.UInt64, 8);
        var networks = definition.AddMap("networks", MapType.LpmTrie, PrefixType.IPAddress, ScalarType.UInt8, 8);
        var networks4 = definition.AddMap("networks4", MapType.LpmTrie, PrefixType.IPv4, ScalarType.UInt8, 8);
        using var program = Script.Load(definition, c => c
            .If(Packet.IPv4,
                then => then.Assign(Address, Four).Increment(four[Address])
                    .If(networks4.Contains(Address), inside => inside.Return("Aborted")),
                other => other.Assign(Address, Six))
            .Increment(both[Address])
            .If(networks.Contains(Address), then => then.Return("Drop"))
            .Return("Tx"));
        program.Maps["networks"].Set("2001:db8::/32", 1);
        Assert.Equal("Tx", program.TestRun(Script.Packet()).Verdict);
        Assert.Equal("Drop", program.TestRun(IPv6Packet()).Verdict);
        program.Maps["networks4"].Set("10.0.0.0/8", 1);
        Assert.Equal("Aborted", program.TestRun(Script.Packet()).Verdict);
        Assert.Equal(2ul, program.Maps["four"].Get(Sender));
        Assert.Equal(1ul, program.Maps["both"].Get(Sender));
        Assert.Equal(1ul, program.Maps["both"].Get(Sender6));
    }
}
