using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Benchmarks.Running;

/// <summary>
/// Measures nanoseconds a run, on a machine that does other things too: many short samples of all programs, by turns,
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
    /// How often the programs of a benchmark are loaded anew: where they and their maps come to lie in memory, and
    /// which of a map's entries share a bucket, is luck that each of them shall have.
    /// </summary>
    public const int Loads = 16;

    /// <summary>Measures the programs of a benchmark, in the order of their loaders.</summary>
    public static double[] Measure(Benchmark benchmark, IReadOnlyList<Func<LoadedSide>> loaders, TimeSpan budget)
    {
        var best = Enumerable.Repeat(double.MaxValue, loaders.Count).ToArray();
        for (var load = 0; load < Loads; load++)
        {
            using var sides = new LoadedSides(benchmark, loaders, load);
            var subjects = sides.All.Select(side => new Subject(benchmark, side.Descriptor)).ToArray();
            try
            {
                Measure(subjects, budget / Loads);
                for (var i = 0; i < best.Length; i++) best[i] = Math.Min(best[i], subjects[i].NanosecondsPerRun);
            }
            finally
            {
                foreach (var subject in subjects) subject.Dispose();
            }
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
