using System.Buffers.Binary;
using System.Net;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>
/// Checksums follow writes to named fields. The packets are made with right checksums, and what comes out is summed up
/// in full.
/// </summary>
public sealed class ChecksumTests
{
    private static readonly ProgramType[] Types = [ProgramType.Xdp, ProgramType.Tc];

    // These move the header behind or name another one; the checksum of the IPv4 header alone follows.
    private static readonly string[] Structure =
        ["Version", "HeaderLength", "FragmentOffset", "MoreFragments", "Protocol", "NextHeader"];

    public static TheoryData<string, string> Fields()
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in new[] { "4 tcp", "4 udp", "4 icmp", "6 tcp", "6 udp", "6 icmp", "4+ tcp", "6+ udp" })
        {
            foreach (var header in HeadersOf(kind))
            {
                foreach (var field in header.Fields.Where(f => f.Name != "Checksum" && !Structure.Contains(f.Name)))
                    data.Add(kind, $"{header.Name}.{field.Name}");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Checksums_are_right_after_a_write(string kind, string name)
    {
        var parts = name.Split('.');
        var header = PacketHeaders.Find(parts[0])!;
        var field = new HeaderFieldExpression(header, header.GetField(parts[1]));
        foreach (var type in Types)
        {
            var packet = Make(kind, payload: type == ProgramType.Xdp ? 13 : 40);
            Assert.Equal("", WrongChecksums(packet));
            var writes = Values(field.HeaderField.Type).Select(v => (Action<CodeBuilder>)(c => c.Assign(field, v)));
            if (field.HeaderField.Type is ScalarType)
                writes = writes.Append(code => code.Update(field, BinaryOperator.Subtract, 1));
            var runs = writes.Select(write => Run(type, packet, write)).ToList();
            Assert.All(runs, run => Assert.Equal("", WrongChecksums(run)));
            Assert.Contains(runs, run => !run.SequenceEqual(packet));
        }
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Header_checksum_follows_fields_that_say_what_follows(ProgramType type)
    {
        foreach (var name in Structure.Where(name => PacketHeaders.IPv4.TryGetField(name, out _)))
        {
            var run = Run(type, Make("4 udp", 20), code => code.Assign(Packet.IPv4[name], 24));
            Assert.True(SumOf(run, 14, 20) == 0xffff, name);
        }
    }

    [Theory]
    [InlineData(ProgramType.Xdp, "4 udp")]
    [InlineData(ProgramType.Tc, "4 udp")]
    [InlineData(ProgramType.Xdp, "4 tcp")]
    [InlineData(ProgramType.Tc, "6 tcp")]
    [InlineData(ProgramType.Tc, "6 icmp")]
    public void Several_writes_in_a_row_are_corrected_together(ProgramType type, string kind)
    {
        var packet = Make(kind, 33);
        var isSix = kind[0] == '6';
        var run = Run(type, packet, code =>
        {
            if (isSix)
            {
                code.If(Packet.IPv6, then => then.Assign(Packet.IPv6.Source, IPAddress.Parse("2001:db8:ffff::9"))
                    .Assign(Packet.IPv6.Destination, Packet.IPv6.Source).Assign(Packet.IPv6.HopLimit, 1));
            }
            else
            {
                code.If(Packet.IPv4, then => then.Assign(Packet.IPv4.Source, IPAddress.Parse("192.0.2.1"))
                    .Assign(Packet.IPv4.Destination, Packet.IPv4.Source).Assign(Packet.IPv4.TypeOfService, 0xfe)
                    .Update(Packet.IPv4.TimeToLive, BinaryOperator.Subtract, 1));
            }

            code.If(Packet.Udp, then => then.Assign(Packet.Udp.SourcePort, 0xffff).Assign(Packet.Udp.Length, 9)
                    .Assign(Packet.IPv4.Id, 7))
                .If(Packet.Tcp, then => then.Assign(Packet.Tcp.DestinationPort, 1).Assign(Packet.Tcp.Syn, true)
                    .Assign(Packet.Tcp.SequenceNumber, Packet.Tcp.SequenceNumber + 0x12345678))
                .If(Packet.Icmp6, then => then.Assign(Packet.Icmp6.Type, 129).Assign(Packet.Icmp6.Code, 255)
                    .Assign(Packet.IPv6.PayloadLength, 0xffff));
        });
        Assert.Equal("", WrongChecksums(run));
        Assert.NotEqual(packet, run);
    }

    [Theory]
    [InlineData(ProgramType.Xdp, "4 udp")]
    [InlineData(ProgramType.Tc, "4+ tcp")]
    [InlineData(ProgramType.Tc, "6+ udp")]
    public void Writes_to_whichever_header_is_present_are_followed(ProgramType type, string kind)
    {
        var packet = Make(kind, 33);
        var run = Run(type, packet, code => code.Assign(Packet.IP.HopLimit, 7)
            .Assign(Packet.Transport.DestinationPort, Packet.Transport.DestinationPort + 1000));
        Assert.Equal("", WrongChecksums(run));
        Assert.NotEqual(packet, run);
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Datagram_without_checksum_stays_without(ProgramType type)
    {
        var packet = Make("4 udp", 20);
        (packet[40], packet[41]) = (0, 0);
        var run = Run(type, packet, code => code.Assign(Packet.Udp.SourcePort, 4321)
            .Assign(Packet.IPv4.Source, IPAddress.Parse("192.0.2.1")));
        Assert.Equal([0, 0], run[40..42]);
        Assert.Equal(0xffff, SumOf(run, 14, 20));
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Checksum_of_a_datagram_never_becomes_zero(ProgramType type)
    {
        var packet = Make("4 udp", 20);
        // The port takes up the whole sum.
        var port = (packet[34] << 8 | packet[35]) + (packet[40] << 8 | packet[41]);
        var run = Run(type, packet, code => code.Assign(Packet.Udp.SourcePort, port > 0xffff ? port - 0xffff : port));
        Assert.Equal([0xff, 0xff], run[40..42]);
        Assert.Equal("", WrongChecksums(run));
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Later_fragment_has_only_the_checksum_of_its_header(ProgramType type)
    {
        var packet = Make("4 udp", 20);
        packet[21] = 5; // in units of eight bytes
        SetSum(packet, 24, SumOf(packet, 14, 10) + SumOf(packet, 26, 8));
        var run = Run(type, packet, code => code.Assign(Packet.IPv4.Destination, IPAddress.Parse("192.0.2.7"))
            .Assign(Packet.Udp.SourcePort, 5));
        Assert.Equal(0xffff, SumOf(run, 14, 20));
        Assert.Equal(packet[34..], run[34..]);
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Program_that_assigns_a_checksum_itself_keeps_it(ProgramType type)
    {
        var packet = Make("4 udp", 20);
        var run = Run(type, packet, code => code
            .Assign(Packet.IPv4.Source, IPAddress.Parse("192.0.2.1")).Assign(Packet.Udp.DestinationPort, 1)
            .If(Packet.Length > 9999, then => then.Assign(Packet.Udp.Checksum, 0x1234)));
        Assert.Equal(packet[40..42], run[40..42]);
        Assert.Equal(0xffff, SumOf(run, 14, 20));
    }

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.Tc)]
    public void Raw_writes_change_nothing_else(ProgramType type)
    {
        var packet = Make("4 udp", 20);
        var run = Run(type, packet, code => code.Assign(Packet.Read(22, ScalarType.UInt8), 9));
        packet[22] = 9;
        Assert.Equal(packet, run);
    }

    [Fact]
    public void Echo_request_becomes_a_reply()
    {
        var packet = Make("4 icmp", 56);
        var run = Run(ProgramType.Xdp, packet, code =>
        {
            code.If(Packet.Icmp.Type == 8, then => then
                .Local("source", Packet.IPv4.Source, out var source)
                .Assign(Packet.IPv4.Source, Packet.IPv4.Destination).Assign(Packet.IPv4.Destination, source)
                .Assign(Packet.Icmp.Type, 0));
        });
        Assert.Equal("", WrongChecksums(run));
        Assert.Equal((0, packet[30], packet[26]), (run[34], run[26], run[30]));
    }

    private static byte[] Run(ProgramType type, byte[] packet, Action<CodeBuilder> code)
    {
        var definition = new ProgramDefinition("checksums", type);
        definition.AddCode(code);
        using var program = EbpfProgram.Load(definition);
        return program.TestRun(packet).Packet;
    }

    private static Expression[] Values(EbpfType type) => type switch
    {
        AddressType { Kind: AddressKind.IPv4 } =>
            [IPAddress.Parse("255.255.255.254"), IPAddress.Parse("0.0.0.1")],
        AddressType => [IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), IPAddress.Parse("::1")],
        _ => [0x55555555, -1, Packet.Length * 77],
    };

    private static PacketHeader[] HeadersOf(string kind)
    {
        var six = kind[0] == '6';
        return
        [
            six ? PacketHeaders.IPv6 : PacketHeaders.IPv4,
            kind[^3..] switch
            {
                "tcp" => PacketHeaders.Tcp,
                "udp" => PacketHeaders.Udp,
                _ => six ? PacketHeaders.Icmp6 : PacketHeaders.Icmp,
            },
        ];
    }

    // With a plus: a tag, and options or an extension header.
    private static byte[] Make(string kind, int payload)
    {
        var (six, extra) = (kind[0] == '6', kind[1] == '+');
        var content = Enumerable.Range(0, payload).Select(i => (byte)(i * 37 + 5)).ToArray();
        byte[] transport = kind[^3..] switch
        {
            "tcp" => [0x30, 0x39, 1, 0xbb, 1, 2, 3, 4, 9, 8, 7, 6, 0x5a, 0x15, 0x12, 0x34, 0, 0, 0, 8, .. content],
            "udp" => [0x30, 0x39, 0, 123, .. Big(8 + payload), 0, 0, .. content],
            _ => [(byte)(six ? 128 : 8), 3, 0, 0, 0x11, 0x22, 0, 7, .. content],
        };
        var protocol = (byte)(kind[^3..] == "tcp" ? 6 : kind[^3..] == "udp" ? 17 : six ? 58 : 1);
        byte[] between = !extra ? [] : six ? [protocol, 0, 1, 4, 0, 0, 0, 0] : [1, 1, 1, 0];
        var length = between.Length + transport.Length;
        byte[] network = six
            ? [0x6a, 0xbc, 0xde, 0xf1, .. Big(length), extra ? (byte)60 : protocol, 63, .. Address("2001:db8::1"),
                .. Address("2001:db8:1:2:3:4:5:6")]
            : [(byte)(extra ? 0x46 : 0x45), 0x2a, .. Big(20 + length), 0xab, 0xcd, 0x40, 0, 63, protocol, 0, 0,
                .. Address("10.77.0.2"), .. Address("203.0.113.200")];
        byte[] packet =
        [
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, .. (byte[])(extra ? [0x81, 0, 0, 5] : []),
            .. (byte[])(six ? [0x86, 0xdd] : [8, 0]), .. network, .. between, .. transport,
        ];
        foreach (var (at, sum) in Sums(packet)) SetSum(packet, at, sum);
        return packet;
    }

    private static string WrongChecksums(byte[] packet) => string.Join(", ", Sums(packet)
        .Where(s => Fold(s.Sum + (packet[s.At] << 8 | packet[s.At + 1])) != 0xffff)
        .Select(s => $"at {s.At} of {Convert.ToHexString(packet)}"));

    // The checksums of a packet, and the sums of what they cover but themselves.
    private static List<(int At, long Sum)> Sums(byte[] packet)
    {
        var network = packet[12] == 0x81 ? 18 : 14;
        var six = packet[network - 2] == 0x86;
        var start = network + (six ? 40 : (packet[network] & 15) * 4);
        if (six && packet[network + 6] == 60) start += 8;
        var protocol = six ? start == network + 48 ? packet[network + 40] : packet[network + 6] : packet[network + 9];
        var place = protocol switch { 6 => 16, 17 => 6, _ => 2 };
        var sum = SumOf(packet, start, place) + SumOf(packet, start + place + 2, packet.Length - start - place - 2);
        if (protocol != 1)
        {
            sum += six ? SumOf(packet, network + 8, 32) : SumOf(packet, network + 12, 8);
            var field = protocol == 17 ? start + 4 : network + (six ? 4 : 2);
            var length = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(field))
                - (protocol == 17 ? 0 : start - network - (six ? 40 : 0));
            sum += protocol + (length + 0xffff);
        }

        var sums = new List<(int, long)> { (start + place, sum) };
        if (!six)
        {
            sums.Add((network + 10, SumOf(packet, network, 10)
                + SumOf(packet, network + 12, (packet[network] & 15) * 4 - 12)));
        }

        return sums;
    }

    private static int SumOf(byte[] packet, int start, int count) =>
        Fold(Enumerable.Range(0, count).Sum(i => (long)packet[start + i] << (i % 2 == 0 ? 8 : 0)));

    private static int Fold(long sum) => (int)(sum == 0 ? 0 : (sum - 1) % 0xffff + 1);

    private static void SetSum(byte[] packet, int at, long sum)
    {
        var value = 0xffff - Fold(sum);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), (ushort)value);
    }

    private static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();

    private static byte[] Big(int value) => [(byte)(value >> 8), (byte)value];
}
