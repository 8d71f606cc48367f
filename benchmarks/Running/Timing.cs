using EbpfCat.Benchmarks.Clang;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Benchmarks.Running;

/// <summary>
/// Measures nanoseconds a run, on a machine that does other things too: many short samples of both programs, by turns,
/// and of each the lower quartile. What the processor did meanwhile makes a sample slower; a few come out too quick,
/// where a virtual machine takes time for stolen that was not. The time is that which the thread was on the processor:
/// the kernel counts whole nanoseconds a run only, and a call waits for it to exchange the program that it runs.
/// </summary>
internal static class Timing
{
    private const int FirstRepeat = 20_000;
    private const double SampleSeconds = 0.016;
    private const int MinSamples = 8;
    private const int CallSamples = 3;

    /// <summary>
    /// How often the programs of a pair are loaded anew: where they and their maps come to lie in memory, and which of
    /// a map's entries share a bucket, is luck that each of the two shall have.
    /// </summary>
    public const int Loads = 16;

    /// <summary>Measures both programs of a benchmark.</summary>
    public static (double Script, double Clang) Measure(Benchmark benchmark, ElfObject compiled, TimeSpan budget)
    {
        var best = (Script: double.MaxValue, Clang: double.MaxValue);
        for (var load = 0; load < Loads; load++)
        {
            using var pair = Pair.Load(benchmark, compiled, clangFirst: load % 2 > 0);
            using var ours = new Subject(benchmark, pair.Script.Descriptor);
            using var theirs = new Subject(benchmark, pair.Clang.Descriptor);
            Measure([ours, theirs], budget / Loads);
            best = (Math.Min(best.Script, ours.NanosecondsPerRun), Math.Min(best.Clang, theirs.NanosecondsPerRun));
        }

        return best;
    }

    /// <summary>The cost of a run that does nothing, which is in every other.</summary>
    public static double MeasureEmpty(byte[] packet, TimeSpan budget)
    {
        var definition = new ProgramDefinition("empty", ProgramType.Xdp);
        definition.Code.Return("Pass");
        using var program = EbpfProgram.Load(definition);
        using var subject = new Subject(packet, program.Descriptor);
        Measure([subject], budget);
        return subject.NanosecondsPerRun;
    }

    private static void Measure(Subject[] subjects, TimeSpan budget)
    {
        var repeat =
            (int)Math.Clamp(FirstRepeat * SampleSeconds / subjects.Max(s => s.Sample(FirstRepeat)), 10_000, 1_000_000);
        // By count: on a busy machine it takes longer, and is as exact.
        var samples = Math.Max(MinSamples, (int)(budget.TotalSeconds / SampleSeconds / subjects.Length));
        for (var sample = 0; sample < samples; sample++)
        {
            foreach (var subject in subjects) subject.Measure(repeat);
        }
    }

    private sealed class Subject : IDisposable
    {
        private readonly ProgramDescriptor _program;
        private readonly byte[] _packet;
        private readonly LoadedProgram? _restorer;
        private readonly List<double> _samples = [];
        private double _call = double.MaxValue;

        public Subject(byte[] packet, ProgramDescriptor program) => (_packet, _program) = (packet, program);

        public Subject(Benchmark benchmark, ProgramDescriptor program)
            : this(benchmark.Packet, program)
        {
            if (benchmark.Restored is not var (offset, value)) return;
            _restorer = Restorer(offset, value, program);
            _program = _restorer.Descriptor;
        }

        public double NanosecondsPerRun => _samples.Order().ElementAt(_samples.Count / 4) * 1e9;

        public void Measure(int repeat)
        {
            // Each call waits for the kernel to exchange the program, so that a few must do.
            if (_samples.Count < CallSamples) _call = Math.Min(_call, Sample(2));
            _samples.Add((Sample(repeat) - _call) / (repeat - 2));
        }

        // Seconds of one system call, with all its runs.
        public double Sample(int repeat)
        {
            var start = PinnedThread.ProcessorTime;
            Bpf.TestRun(_program, new TestRunOptions { Data = _packet, Repeat = (uint)repeat });
            return PinnedThread.ProcessorTime - start;
        }

        public void Dispose() => _restorer?.Dispose();

        // Puts a byte of the packet back and goes on in the program that is measured.
        private static LoadedProgram Restorer(int offset, byte value, ProgramDescriptor program)
        {
            var definition = new ProgramDefinition("restore", ProgramType.Xdp);
            var next = definition.AddMap("next", MapType.ProgramArray, ScalarType.UInt32, ScalarType.UInt32, 1);
            definition.Code
                .Assign(Packet.Read(offset, ScalarType.UInt8), (int)value)
                .Do(new MapCallExpression(next, MapOperation.TailCall, [0]))
                .Return("Aborted");
            var restorer = EbpfProgram.Load(definition);
            Bpf.Update(restorer.Maps["next"].Descriptor, new byte[sizeof(uint)], BitConverter.GetBytes(program.Number));
            return restorer;
        }
    }
}
