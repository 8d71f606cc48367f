using System.Buffers.Binary;
using EbpfCat.Bytecode;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Types;

namespace EbpfCat.Tests.Events;

[Trait("Category", "Hooks")]
public sealed class RecordBufferTests
{
    private const int RingBufferReserve = 131;
    private const int RingBufferSubmit = 132;
    private const int RingBufferDiscard = 133;
    private const int PerfEventOutput = 25;

    private static readonly byte[] Ethernet = new byte[14];
    private static readonly byte[] Packet = new byte[64];

    [Fact]
    public void Discarded_records_are_skipped()
    {
        RequireRingBuffers();
        using var program = LoadReserving(4096);
        using var buffer = RecordBuffer.Open(program.Maps["records"]);
        // The byte after the number says whether to discard the record.
        for (byte number = 0; number < 100; number++)
            program.TestRun([.. Ethernet, number, (byte)(number % 3 == 0 ? 1 : 0), .. Packet]);
        Assert.Equal(Enumerable.Range(0, 100).Where(number => number % 3 != 0), Drain(buffer));
        Assert.Empty(Drain(buffer));
    }

    [Fact]
    public void Records_wrap_around_the_end_of_the_ring()
    {
        RequireRingBuffers();
        using var program = LoadReserving(4096);
        using var buffer = RecordBuffer.Open(program.Maps["records"]);
        for (var round = 0; round < 50; round++)
        {
            for (byte number = 0; number < 77; number++) program.TestRun([.. Ethernet, number, 0, .. Packet]);
            Assert.Equal(Enumerable.Range(0, 77), Drain(buffer));
        }
    }

    [Fact]
    public void Read_takes_at_most_the_requested_number()
    {
        RequireRingBuffers();
        using var program = LoadReserving(4096);
        using var buffer = RecordBuffer.Open(program.Maps["records"]);
        for (byte number = 0; number < 10; number++) program.TestRun([.. Ethernet, number, 0, .. Packet]);
        Assert.Equal([0, 1, 2], Drain(buffer, 3));
        Assert.Equal([3, 4, 5, 6, 7, 8, 9], Drain(buffer));
    }

    [Fact]
    public void Exception_in_the_handler_loses_only_one_record()
    {
        RequireRingBuffers();
        using var program = LoadReserving(4096);
        using var buffer = RecordBuffer.Open(program.Maps["records"]);
        for (byte number = 0; number < 4; number++) program.TestRun([.. Ethernet, number, 0, .. Packet]);
        Assert.Throws<InvalidOperationException>(() => buffer.Drain(0, (_, record) =>
        {
            if (record[0] == 1) throw new InvalidOperationException();
        }));
        Assert.Equal([2, 3], Drain(buffer));
    }

    [Fact]
    public void Perf_event_array_delivers_records_and_counts_losses()
    {
        using var program = LoadPerf();
        using var buffer = new PerfBufferReader(program.Maps["records"], Environment.SystemPageSize);
        for (var number = 0; number < 10; number++) program.TestRun([.. Ethernet, (byte)number, 0, .. Packet]);
        Assert.Equal(Enumerable.Range(0, 10), Drain(buffer).Order());
        Assert.Equal(0, buffer.Lost);
        for (var number = 0; number < 1000; number++) program.TestRun([.. Ethernet, (byte)number, 0, .. Packet]);
        var delivered = Drain(buffer).Count;
        Assert.InRange(delivered, 1, 999);
        // A lost record is reported before the next record that fits.
        var more = 0;
        Assert.True(Counting.Eventually(() =>
        {
            more++;
            program.TestRun([.. Ethernet, 1, 0, .. Packet]);
            delivered += Drain(buffer).Count;
            return delivered + buffer.Lost == 1000 + more;
        }));
    }

    [Fact]
    public void Perf_event_array_wakes_its_reader_and_can_be_reopened()
    {
        using var program = LoadPerf();
        for (var time = 0; time < 2; time++)
        {
            using var reader = new RecordReader(program.Maps["records"]);
            Assert.False(reader.Wait(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
            program.TestRun([.. Ethernet, 7, 0, .. Packet]);
            Assert.True(reader.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
            var numbers = new List<int>();
            Assert.Equal(1, reader.Drain((buffer, record) => numbers.Add(record[0] + buffer)));
            Assert.Equal([7], numbers);
        }
    }

    [Fact]
    public void Map_of_another_kind_is_refused()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        Assert.Throws<ArgumentException>(() => RecordBuffer.Open(program.Variables["count"].Map));
    }

    private static void RequireRingBuffers() => Assert.SkipWhen(
        KernelFacts.RunningVersion < KernelFacts.Since(BpfMapType.RingBuffer), "ring buffers came with Linux 5.8");

    private static List<int> Drain(RecordBuffer buffer, int most = int.MaxValue)
    {
        var numbers = new List<int>();
        var count = buffer.Drain(0, (_, record) =>
        {
            Assert.InRange(record.Length, 16, 16 + 7);
            Assert.Equal(
                BinaryPrimitives.ReadInt64LittleEndian(record), BinaryPrimitives.ReadInt64LittleEndian(record[8..]));
            numbers.Add(record[0]);
        }, most);
        Assert.Equal(count, numbers.Count);
        return numbers;
    }

    // Reserves 16 bytes, puts the byte after the Ethernet header into both halves, and discards or submits by the next
    // byte.
    private static LoadedProgram LoadReserving(int size) => Counting.Load(
        new ProgramDefinition("reserving", ProgramType.SocketFilter),
        [
            Instruction.Move(Width.W64, Register.R6, Register.R1),
            Instruction.LoadAbsolute(MemorySize.Byte, 14),
            Instruction.Move(Width.W64, Register.R7, Register.R0),
            Instruction.LoadAbsolute(MemorySize.Byte, 15),
            Instruction.Move(Width.W64, Register.R8, Register.R0),
            Instruction.LoadMap(Register.R1, 0),
            Instruction.MoveImmediate(Width.W64, Register.R2, 16),
            Instruction.MoveImmediate(Width.W64, Register.R3, 0),
            Instruction.Call(RingBufferReserve),
            Instruction.JumpImmediate(JumpOperation.Eq, Width.W64, Register.R0, 0, 8),
            Instruction.Store(MemorySize.Double, Register.R0, 0, Register.R7),
            Instruction.Store(MemorySize.Double, Register.R0, 8, Register.R7),
            Instruction.Move(Width.W64, Register.R1, Register.R0),
            Instruction.MoveImmediate(Width.W64, Register.R2, 0),
            Instruction.JumpImmediate(JumpOperation.Ne, Width.W64, Register.R8, 0, 2),
            Instruction.Call(RingBufferSubmit),
            Instruction.Goto(1),
            Instruction.Call(RingBufferDiscard),
            Instruction.MoveImmediate(Width.W64, Register.R0, 0),
            Instruction.Exit(),
        ],
        new Map("records", MapType.RingBuffer, null, null, size),
        reference: 5);

    private static LoadedProgram LoadPerf() => Counting.Load(
        new ProgramDefinition("perf", ProgramType.SocketFilter),
        [
            Instruction.Move(Width.W64, Register.R6, Register.R1),
            Instruction.LoadAbsolute(MemorySize.Byte, 14),
            Instruction.Store(MemorySize.Double, Register.R10, -16, Register.R0),
            Instruction.Store(MemorySize.Double, Register.R10, -8, Register.R0),
            Instruction.Move(Width.W64, Register.R1, Register.R6),
            Instruction.LoadMap(Register.R2, 0),
            Instruction.LoadImmediate64(Register.R3, 0xffffffff), // BPF_F_CURRENT_CPU
            Instruction.Move(Width.W64, Register.R4, Register.R10),
            Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R4, -16),
            Instruction.MoveImmediate(Width.W64, Register.R5, 16),
            Instruction.Call(PerfEventOutput),
            Instruction.MoveImmediate(Width.W64, Register.R0, 0),
            Instruction.Exit(),
        ],
        new Map("records", MapType.PerfEventArray, null, null, 0),
        reference: 5);
}
