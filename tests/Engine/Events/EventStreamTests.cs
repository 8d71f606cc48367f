using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Types;
using EbpfCat.Types;
using FsCheck.Fluent;

namespace EbpfCat.Tests.Events;

public sealed class EventStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public EventStreamTests() => Assert.SkipWhen(
        KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");

    public static TheoryData<string, object, Type> Fields => new()
    {
        { "uint8", (byte)200, typeof(byte) },
        { "int8", (sbyte)-3, typeof(sbyte) },
        { "uint16", (ushort)0xfedc, typeof(ushort) },
        { "int16", (short)-2, typeof(short) },
        { "uint32", 0xfedcba98u, typeof(uint) },
        { "int32", -7, typeof(int) },
        { "uint64", 0xfedcba9876543210ul, typeof(ulong) },
        { "int64", -9L, typeof(long) },
        { "!H", (ushort)80, typeof(ushort) },
        { "!i", -5, typeof(int) },
        { "bool", true, typeof(bool) },
        { "fixed", 2.25, typeof(double) },
        { "string[16]", "a näme", typeof(string) },
        { "string[64]", new string('x', 63), typeof(string) },
        { "ipaddress", IPAddress.Parse("10.0.0.1"), typeof(IPAddress) },
        { "ipv6", IPAddress.IPv6Loopback, typeof(IPAddress) },
        { "mac", PhysicalAddress.Parse("02:00:5e:10:00:01"), typeof(PhysicalAddress) },
        { "sockaddr", new IPEndPoint(IPAddress.Loopback, 443), typeof(EndPoint) },
        { "timespan", TimeSpan.FromMilliseconds(-1.5), typeof(TimeSpan) },
        { "byte[3]", new byte[] { 1, 2, 3 }, typeof(byte[]) },
        { "uint16[2]", new ushort[] { 4, 5 }, typeof(object) },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Each_field_becomes_a_property_of_its_type(string typeName, object value, Type propertyType)
    {
        using var program = Output.LoadBurst(1);
        var field = EbpfType.Parse(typeName);
        var type =
            StructType.Create([new("Before", ScalarType.UInt8), new("Value", field), new("After", ScalarType.UInt64)]);
        var bytes =
            type.ToBytes(new Dictionary<string, object?> { ["Before"] = (byte)7, ["Value"] = value, ["After"] = 11ul });

        var decoded = new EventDecoder(program, type).Decode(bytes);

        Assert.Equal(["Before", "Value", "After"], decoded.GetType().GetProperties().Select(property => property.Name));
        Assert.Equal(propertyType, decoded.GetType().GetProperty("Value")!.PropertyType);
        Assert.Equal([(byte)7, value, 11ul], Values(decoded));
    }

    [Fact]
    public void Record_of_any_bytes_is_decoded()
    {
        using var program = Output.LoadBurst(1);
        var types = new List<EbpfType>
        {
            SocketAddressType.Instance, new SocketAddressType(16), InstantType.Instance, DurationType.Instance,
            TextListType.Instance, StackType.Instance, StatisticsType.Instance, HistogramType.Instance,
        };
        types.AddRange(TypedValue.Types(2).Sample(200));
        var random = new Random(7);
        foreach (var field in types)
        {
            var type = StructType.Create([new("Value", field), new("After", ScalarType.UInt8)]);
            var decoder = new EventDecoder(program, type);
            var bytes = new byte[type.Size];
            for (var time = 0; time < 50; time++)
            {
                random.NextBytes(bytes);
                // Families of addresses, lengths of lists and numbers of enumerations are mostly small.
                if (time % 2 == 0) bytes[1] = 0;
                if (time % 4 == 0) bytes.AsSpan(1, Math.Min(7, bytes.Length - 1)).Clear();
                Assert.NotNull(decoder.Decode(bytes).ToString());
            }
        }
    }

    [Fact]
    public void Nested_struct_becomes_a_nested_object()
    {
        using var program = Output.LoadBurst(1);
        var inner = StructType.Create([new("Source", AddressType.IPv4), new("Port", ScalarType.UInt16)]);
        var type = StructType.Create([new("One", inner), new("Two", new ArrayType(inner, 2))]);
        Dictionary<string, object?> End(byte last) =>
            new() { ["Source"] = new IPAddress([10, 0, 0, last]), ["Port"] = (ushort)last };
        var bytes = type.ToBytes(
            new Dictionary<string, object?> { ["One"] = End(1), ["Two"] = new object[] { End(2), End(3) } });

        var decoded = Values(new EventDecoder(program, type).Decode(bytes));

        Assert.Equal([IPAddress.Parse("10.0.0.1"), (ushort)1],
            Values(Assert.IsType<EventObject>(decoded[0], exactMatch: false)));
        var two = Assert.IsType<object?[]>(decoded[1]);
        Assert.Equal([IPAddress.Parse("10.0.0.3"), (ushort)3], Values((EventObject)two[1]!));
    }

    [Fact]
    public void Programs_share_one_class_for_records_of_the_same_type()
    {
        using var first = Output.LoadBurst(1);
        using var second = Output.LoadBurst(1);
        var classes = new HashSet<Type>();
        using var stream = new EventStream([first, second]);
        first.TestRun(new byte[64]);
        second.TestRun(new byte[64]);
        Assert.Equal(2, stream.Read(one => classes.Add(one.GetType()), TimeSpan.Zero, cancellation: Token));
        Assert.Single(classes);
    }

    [Fact]
    public void Event_prints_like_a_PowerShell_object()
    {
        using var program = Output.LoadBurst(1);
        var type = StructType.Create([new("Port", ScalarType.UInt16), new("Name", new StringType(8))]);
        var bytes = type.ToBytes(new Dictionary<string, object?> { ["Port"] = 80, ["Name"] = "http" });
        Assert.Equal("@{Port=80; Name=http}", new EventDecoder(program, type).Decode(bytes).ToString());
    }

    [Fact]
    public void Limited_read_leaves_the_rest_and_reports_losses_once()
    {
        using var program = Output.LoadBurst(1000);
        program.TestRun(new byte[64], repeat: 20);
        var numbers = new List<ulong>();
        var between = 0;
        using (var stream = new EventStream([program]) { Between = () => between++ })
        {
            Assert.Equal(10, stream.Read(one => numbers.Add((ulong)Values(one)[0]!), max: 10, cancellation: Token));
            Assert.Equal(EventReader.LostBy(program), stream.TakeLost());
            Assert.Equal(0, stream.TakeLost());
        }

        Assert.InRange(between, 1, 10);
        using var again = new EventStream([program]);
        again.Read(one => numbers.Add((ulong)Values(one)[0]!), TimeSpan.Zero, cancellation: Token);
        Assert.Equal(0, again.TakeLost());
        Assert.Equal(20_000, numbers.Count + EventReader.LostBy(program));
        Assert.Equal(numbers.Order(), numbers);
    }

    [Fact]
    public void Read_drains_the_buffer_after_its_timeout()
    {
        using var program = Output.LoadBurst(100);
        using var stream = new EventStream([program]);
        var clock = Stopwatch.StartNew();
        var isFilled = false;
        stream.Between = () =>
        {
            if (isFilled || clock.ElapsedMilliseconds < 100) return;
            isFilled = true;
            program.TestRun(new byte[64]);
        };
        program.TestRun(new byte[64]);
        // The handler takes longer than the timeout.
        var count = stream.Read(_ => Thread.Sleep(2), TimeSpan.FromMilliseconds(100), cancellation: Token);
        Assert.Equal(200, count);
    }

    [Fact]
    public void Exception_in_the_handler_ends_the_read()
    {
        using var program = Output.LoadBurst(10);
        using var stream = new EventStream([program]);
        program.TestRun(new byte[64]);
        Assert.Throws<InvalidOperationException>(
            () => stream.Read(_ => throw new InvalidOperationException(), cancellation: Token));
        Assert.Equal(9, stream.Read(_ => { }, TimeSpan.Zero, cancellation: Token));
    }

    [Fact]
    public void Program_can_write_to_a_perf_event_array()
    {
        var definition =
            new ProgramDefinition("perf", ProgramType.Xdp) { Buffer = EventBuffer.PerfEventArray, BufferSize = 4096 };
        var count = definition.AddVariable("count", ScalarType.UInt64);
        var turn = CodeBuilder.Local("turn");
        using var program = EbpfProgram.Load(definition.AddCode(code => code
            .For(turn, 1, 1000, body => body.Increment(count)
                .Add(new OutputStatement(new StructExpression([new("Number", count), new("Text", "a text")])))
                .Add(new OutputStatement(new StructExpression(
                    [new("Half", new SystemValueExpression(SystemValue.Cpu).Cast(ScalarType.UInt8))]))))
            .Return("Pass")));
        using var stream = new EventStream([program]);
        program.TestRun(new byte[64]);

        var seen = new List<EventObject>();
        stream.Read(seen.Add, TimeSpan.Zero, cancellation: Token);

        Assert.InRange(seen.Count, 10, 1999);
        Assert.Equal(2000, seen.Count + stream.TakeLost());
        Assert.Equal([1ul, "a text"], Values(seen[0]));
        Assert.Equal(typeof(byte), seen[1].GetType().GetProperty("Half")!.PropertyType);
    }

    [Fact]
    public void Perf_event_array_keeps_what_is_put_out_while_nobody_reads()
    {
        var definition = new ProgramDefinition("perf", ProgramType.Xdp) { Buffer = EventBuffer.PerfEventArray };
        var count = definition.AddVariable("count", ScalarType.UInt64);
        using var program = EbpfProgram.Load(definition.AddCode(code =>
            code.Increment(count).Output([("Number", count)])));
        var numbers = new List<ulong>();
        for (var batch = 1; batch <= 3; batch++)
        {
            program.TestRun(new byte[64], repeat: 10);
            using var stream = new EventStream([program]);
            stream.Read(one => numbers.Add((ulong)Values(one)[0]!), TimeSpan.Zero, cancellation: Token);
            Assert.Equal(10 * batch, numbers.Count);
            Assert.Equal(0, stream.TakeLost());
        }
    }

    private static object?[] Values(EventObject one) =>
        [.. one.GetType().GetProperties().Select(property => property.GetValue(one))];
}
