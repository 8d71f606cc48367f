using System.Diagnostics;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Tests.Attachments;

namespace EbpfCat.Tests.Events;

[Trait("Category", "Hooks")]
public sealed class EventReaderTests
{
    // Neither the runtime nor other tests make these system calls.
    private const string Tracepoint = "syscalls/sys_enter_getpriority";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public EventReaderTests() => Assert.SkipWhen(
        KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");

    [Fact]
    public void Records_are_typed_and_in_order()
    {
        using var program = Output.Load();
        using var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        using var reader = new EventReader(program);
        SystemCalls.Repeat(100, () => SystemCalls.GetPriority(0, 0));
        var records = reader.Read(Long, Token).Take(100).ToList();
        Assert.Equal(Enumerable.Range(1, 100).Select(number => (object)(ulong)number),
            records.Select(record => record["number"]));
        Assert.Equal(["Number", "Thread", "Name"], records[0].Type.Fields.Select(field => field.Name));
        Assert.Equal(File.ReadAllText("/proc/thread-self/comm").Trim(), records[0]["Name"]);
        Assert.Same(program, records[0].Program);
        Assert.Equal(3, records[0].Values.Count);
        Assert.Contains("did you mean Thread", Assert.Throws<KeyNotFoundException>(() => records[0]["Tread"]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Delivered_plus_lost_records_equal_written_records()
    {
        using var program = Output.LoadBurst(1000);
        using var reader = new EventReader(program);
        var packet = new byte[64];
        program.TestRun(packet, repeat: 20);
        Assert.InRange(reader.Lost, 1, 19_999);
        var delivered = reader.Read(TimeSpan.Zero, Token).LongCount();
        Assert.Equal(20_000, delivered + reader.Lost);
        Assert.Equal(20_000, program.Count());
        // The buffer has room again.
        var lost = reader.Lost;
        program.TestRun(packet);
        Assert.Equal(1000, reader.Read(TimeSpan.Zero, Token).Count());
        Assert.Equal(lost, reader.Lost);
    }

    [Fact]
    public void No_record_is_missed_when_reading_while_writing()
    {
        using var program = Output.LoadBurst(100);
        using var reader = new EventReader(program);
        var writer = new Thread(() => SystemCalls.Repeat(500, () => program.TestRun(new byte[64], repeat: 2)));
        writer.Start();
        long delivered = 0;
        ulong last = 0;
        while (writer.IsAlive || reader.Wait(TimeSpan.Zero, Token))
        {
            delivered += reader.Read((_, type, record) =>
            {
                var number = BitConverter.ToUInt64(record);
                Assert.True(number > last, "in order");
                last = number;
            }, TimeSpan.FromMilliseconds(20), Token);
        }

        Assert.Equal(100_000, delivered + reader.Lost);
    }

    [Fact]
    public void One_reader_reads_several_programs()
    {
        using var first = Output.Load(name: "first");
        using var second = Output.Load(name: "second");
        using var a = TracepointAttachment.Attach(first, new(Tracepoint));
        using var b = TracepointAttachment.Attach(second, new("syscalls/sys_enter_times"));
        using var reader = new EventReader(first, second);
        SystemCalls.Repeat(10, () => SystemCalls.GetPriority(0, 0));
        SystemCalls.Repeat(20, () => SystemCalls.GetTimes(0));
        var records = reader.Read(Long, Token).Take(30).ToLookup(record => record.Program.Name);
        Assert.Equal((10, 20), (records["first"].Count(), records["second"].Count()));
    }

    [Fact]
    public void Unread_records_remain_for_the_next_read()
    {
        using var program = Output.Load();
        using var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        using var reader = new EventReader(program);
        SystemCalls.Repeat(10, () => SystemCalls.GetPriority(0, 0));
        Assert.Equal(3, reader.Read(Long, Token).Take(3).Count());
        Assert.Equal(2, reader.Take(2).Count);
        Assert.Equal(5, reader.Read(TimeSpan.Zero, Token).Count());
    }

    [Fact]
    public void Cancellation_ends_the_wait_at_once()
    {
        using var program = Output.Load();
        using var reader = new EventReader(program);
        using var stop = new CancellationTokenSource(100);
        var clock = Stopwatch.StartNew();
        Assert.Empty(reader.Read(Long, stop.Token));
        Assert.InRange(clock.ElapsedMilliseconds, 50, 5000);
        // It can be read again.
        using var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        SystemCalls.GetPriority(0, 0);
        Assert.Single(reader.Read(Long, Token).Take(1));
    }

    [Fact]
    public void Wait_ends_at_its_timeout_or_when_a_record_arrives()
    {
        using var program = Output.Load();
        using var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        using var reader = new EventReader(program);
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(50), Token));
        var writer = new Thread(() =>
        {
            Thread.Sleep(50);
            SystemCalls.GetPriority(0, 0);
        });
        writer.Start();
        Assert.True(reader.Wait(Long, Token));
        Assert.Single(reader.Take());
        writer.Join();
    }

    [Fact]
    public void Program_without_output_is_refused()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        Assert.Throws<ArgumentException>(() => new EventReader(program));
    }

    [Fact]
    public void Reading_does_not_allocate_per_record()
    {
        using var program = Output.LoadBurst(1000);
        using var reader = new EventReader(program);
        long sum = 0;
        EventRecordHandler handler = (_, _, record) => sum += record.Length;
        program.TestRun(new byte[64]);
        reader.Read(handler, TimeSpan.Zero, Token);
        program.TestRun(new byte[64], repeat: 5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = reader.Read(handler, TimeSpan.Zero, Token);
        Assert.Equal(5000, count + reader.Lost);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }
}
