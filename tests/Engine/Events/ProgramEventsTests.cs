using System.Diagnostics;
using System.Net;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Types;

namespace EbpfCat.Tests.Events;

public sealed class ProgramEventsTests
{
    private static readonly StructType Record = StructType.Create(
    [
        new("Small", ScalarType.Int16), new("Port", EbpfType.Parse("!H")), new("Name", new StringType(16)),
        new("Address", AddressType.IPAddress), new("Duration", DurationType.Instance), new("Bytes", new BytesType(3)),
        new("Numbers", new ArrayType(ScalarType.UInt16, 2)), new("IsLast", ScalarType.Boolean),
    ]);

    private static readonly object?[] Values =
    [
        (short)-3, (ushort)443, "a näme", IPAddress.Loopback, TimeSpan.FromMilliseconds(2), new byte[] { 1, 2, 3 },
        new ushort[] { 4, 5 }, true,
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ProgramEventsTests() => Assert.SkipWhen(
        KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");

    private enum Service
    {
        Https = 443,
    }

    [Fact]
    public async Task Records_come_as_objects_in_order()
    {
        using var program = Output.LoadBurst(1000);
        program.TestRun(new byte[64]);
        var numbers = new List<ulong>();
        await foreach (var one in program.Events<Burst>(Token))
        {
            Assert.Equal(one.Number, (ulong)one.Turn);
            numbers.Add(one.Number);
            if (one.Number == 1000) break;
        }

        Assert.Equal(Enumerable.Range(1, 1000).Select(number => (ulong)number), numbers);
        Assert.Equal(0, program.LostEvents);
    }

    [Fact]
    public async Task Records_that_are_not_enumerated_stay_in_the_buffer()
    {
        using var program = Output.LoadBurst(10);
        program.TestRun(new byte[64]);
        var numbers = new List<ulong>();
        for (var turn = 0; turn < 3; turn++)
        {
            await foreach (var one in program.Events<Burst>(Token))
            {
                numbers.Add(one.Number);
                break;
            }
        }

        Assert.Equal([1, 2, 3], numbers);
    }

    [Fact]
    public async Task Lost_records_are_counted()
    {
        using var program = Output.LoadBurst(1000);
        program.TestRun(new byte[64], repeat: 20);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var delivered = 0L;
        stop.CancelAfter(500);
        await foreach (var _ in program.Events<Burst>(stop.Token)) delivered++;
        Assert.InRange(program.LostEvents, 1, 19_999);
        Assert.Equal(20_000, delivered + program.LostEvents);
    }

    [Fact]
    public async Task Cancellation_ends_a_wait_at_once()
    {
        using var program = Output.LoadBurst(1);
        using var stop = new CancellationTokenSource(100);
        var clock = Stopwatch.StartNew();
        var events = program.Events<Burst>(Token).WithCancellation(stop.Token);
        await foreach (var _ in events) Assert.Fail("No record was put out.");
        Assert.InRange(clock.ElapsedMilliseconds, 50, 5000);
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_record()
    {
        using var program = Output.Load();
        using var attachment = TracepointAttachment.Attach(program, new("syscalls/sys_enter_getpriority"));
        var first = Task.Run(async () =>
        {
            await foreach (var one in program.Events<Named>(Token)) return one.Name;
            return null;
        });
        await Task.Delay(50, Token);
        SystemCalls.GetPriority(0, 0);
        Assert.NotNull(await first.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_field_goes_to_the_parameter_property_or_field_of_its_name(bool isEmitted)
    {
        var one = Make<Whole>(isEmitted);
        Assert.Equal((-3L, Service.Https, "a näme", IPAddress.Loopback), (one.Small, one.Port, one.Name, one.Address));
        Assert.Equal(TimeSpan.FromMilliseconds(2), one.Duration);
        Assert.Equal([1, 2, 3], one.Bytes);
        Assert.Equal([4, 5], one.Numbers);
        Assert.True(one.IsLast);
        Assert.Equal("given by the constructor", one.Origin);

        var number = Make<Unmanaged>(isEmitted);
        Assert.Equal((-3, 443ul, true), (number.Small, number.Port, number.IsLast));
        Assert.Equal(new Positional(443, -3), Make<Positional>(isEmitted));
        var boxed = Make<Boxed>(isEmitted);
        Assert.Equal(((short)-3, IPAddress.Loopback, TimeSpan.FromMilliseconds(2)),
            (boxed.Small, boxed.Address, boxed.Duration));
    }

    [Fact]
    public void A_type_that_cannot_hold_the_output_is_refused()
    {
        using var program = Output.LoadBurst(1);
        Assert.Equal("'Optional.Number' is a UInt64?, and the field 'Number' of the output is uint64.",
            Assert.Throws<ArgumentException>(() => program.Events<Optional>(Token)).Message);
        Assert.Equal("UInt64 has no public member to hold a field of the output.",
            Assert.Throws<ArgumentException>(() => program.Events<ulong>(Token)).Message);
    }

    [Fact]
    public void A_name_that_the_output_does_not_have_is_refused_with_the_nearest()
    {
        using var program = Output.LoadBurst(1);
        var refusal = Assert.Throws<ArgumentException>(() => program.Events<Misspelled>(Token));
        Assert.Contains("'Misspelled.Nummer'. Did you mean Number?", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_too_small_is_refused()
    {
        using var program = Output.LoadBurst(1);
        var refusal = Assert.Throws<ArgumentException>(() => program.Events<Narrow>(Token));
        Assert.Contains("'Narrow.Number' is a UInt32", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("uint64", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_without_output_is_refused()
    {
        var definition = new ProgramDefinition("silent", ProgramType.Xdp).AddCode(code => code.Return("Pass"));
        using var program = EbpfProgram.Load(definition);
        Assert.Throws<ArgumentException>(() => program.Events<Burst>(Token));
    }

    [Fact]
    public async Task Of_several_kinds_of_records_those_with_the_fields_of_the_type_come()
    {
        var definition = new ProgramDefinition("kinds", ProgramType.Xdp);
        using var program = EbpfProgram.Load(definition.AddCode(code => code
            .Add(new OutputStatement(new StructExpression([new("Name", "one")])))
            .Add(new OutputStatement(new StructExpression([new("Number", 2), new("Name", "two")])))
            .Add(new OutputStatement(new StructExpression([new("Number", 3)])))
            .Return("Pass")));
        program.TestRun(new byte[64]);
        var names = new List<string>();
        await foreach (var one in program.Events<Named>(Token))
        {
            names.Add(one.Name);
            if (names.Count == 2) break;
        }

        Assert.Equal(["one", "two"], names);
    }

    private static T Make<T>(bool isEmitted)
    {
        using var program = Output.LoadBurst(1);
        var pairs = Record.Fields.Zip(Values, (field, value) => KeyValuePair.Create(field.Name, value));
        var mapping = new RecordMapping(Record, typeof(T));
        var maker = isEmitted ? mapping.CreateMaker<T>() : mapping.CreateInvoker<T>();
        return maker(Record.ToBytes(new Dictionary<string, object?>(pairs)), new Plain());
    }

    private sealed class Plain() : RecordDecoder(Record, null, new RecentTexts())
    {
        private protected override object? ReadStruct(ReadOnlySpan<byte> bytes, StructType type, int index) => null;
    }

    private sealed record Burst(ulong Number, long Turn);

    private sealed record Named(string Name);

    private sealed record Misspelled(ulong Nummer);

    private sealed record Narrow(uint Number);

    private sealed record Optional(ulong? Number);

    private sealed record Boxed(object Small, object Address, IFormattable Duration);

    private sealed record Whole(long Small, Service Port, string Name, IPAddress Address)
    {
        public required TimeSpan Duration { get; init; }

        public byte[] Bytes { get; set; } = [];

        public ushort[] Numbers = [];

        public bool IsLast { get; init; }

        public string Origin { get; } = "given by the constructor";
    }

    private struct Unmanaged
    {
        public int Small { get; set; }

        public ulong Port { get; set; }

        public bool IsLast { get; set; }
    }

    private readonly record struct Positional(ushort Port, short Small);
}
