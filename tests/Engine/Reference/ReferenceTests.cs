using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using EbpfCat.Kernel;
using EbpfCat.Language;
using FsCheck;
using FsCheck.Fluent;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Random programs behave in the kernel as in the evaluator. <c>EBPFCAT_RANDOM_PROGRAMS</c> sets their number,
/// <c>EBPFCAT_RANDOM_SEED</c> the seed, <c>EBPFCAT_RANDOM_FIRST</c> the first program, and
/// <c>EBPFCAT_RANDOM_FAILURES</c> the number of failures to stop after. <c>EBPFCAT_RANDOM_LOOPS=1</c> turns all loops
/// into functions, which can take the verifier minutes.
/// </summary>
public class ReferenceTests
{
    private const int PacketsInPool = 1024;
    private const int PacketsEach = 6;
    private const int ProgramSize = 20;

    // The intermediate form of one in this many programs is verified, which takes longer than all else.
    private const int VerifiedEach = 50;

    // One in this many programs can be beyond the verifier: searches for headers behind tags, extension headers and in
    // tunnels, and comparisons of text, multiply its paths, and it has bugs, which it reports as such. Another program
    // is tested instead.
    private const int MaxBeyondVerifier = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly long Programs = Setting("EBPFCAT_RANDOM_PROGRAMS", 3_000);
    private static readonly long Seed = Setting("EBPFCAT_RANDOM_SEED", 1);
    private static readonly long MaxFailures = Setting("EBPFCAT_RANDOM_FAILURES", 3);
    private static readonly bool OutlinesLoops = Setting("EBPFCAT_RANDOM_LOOPS", 0) != 0;
    private static readonly long First = Setting("EBPFCAT_RANDOM_FIRST", 0);

    private static readonly byte[][] Pool =
        [.. RandomPackets.Packet.Sample(PacketsInPool, new Rnd((ulong)Seed, 1), ProgramSize)];

    [Fact]
    public void Compiled_programs_behave_like_the_evaluator()
    {
        var failures = new List<string>();
        var beyondVerifier = new List<long>();
        var known = new ConcurrentDictionary<string, int>();
        var started = new ConcurrentDictionary<long, long>();
        var (next, end) = (First - 1, First + Programs);
        PinnedThread.OnEach(2, processor =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                if (number >= Interlocked.Read(ref end)) return;
                started[number] = Environment.TickCount64;
                var made = Case(Seed, number);
                var failure = made.Check(processor);
                if (failure is not null && IsBeyondVerifier(failure))
                {
                    lock (beyondVerifier) beyondVerifier.Add(number);
                    Interlocked.Increment(ref end);
                    failure = null;
                }
                // The same refusal is reported once; each difference can have its own cause.
                if (failure is not null && (failure.Signature.Length == 0 || known.TryAdd(failure.Signature, 1)))
                {
                    made = made with { Sets = [failure.InstructionSet] };
                    var smallest = new ProgramReducer(smaller =>
                    {
                        started[number] = Environment.TickCount64;
                        return Fails(smaller, failure, processor);
                    }, Patience).Reduce(made);
                    lock (failures)
                    {
                        failures.Add(Describe(number, smallest, smallest.Check(processor) ?? failure));
                        if (failures.Count >= MaxFailures) Interlocked.Exchange(ref end, 0);
                    }
                }

                started.Remove(number, out _);
            }
        }, isStuck: () => started.Values.Any(since => Environment.TickCount64 - since > Patience.TotalMilliseconds));
        lock (failures)
        {
            failures.AddRange(started.Keys.Select(number =>
                $"It takes more than {Patience}: {Name(number)}\n{ProgramText.Of(Case(Seed, number).Program)}"));
            var beyond = $"{beyondVerifier.Count} more programs were beyond the verifier: " +
                string.Join(", ", beyondVerifier.Take(10));
            if (beyondVerifier.Count > 1 + (Programs / MaxBeyondVerifier)) failures.Add(beyond);
            TestContext.Current.SendDiagnosticMessage($"{Programs} programs; {beyond}");
            Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        }
    }

    private static bool IsBeyondVerifier(ReferenceFailure failure) => failure.Kind == ReferenceFailureKind.Verifier
        && (failure.Signature.Contains("too ", StringComparison.Ordinal) ||
            failure.Signature.StartsWith("verifier bug", StringComparison.Ordinal));

    /// <summary>
    /// The case with a number: the same for the same seed. It has two of the three instruction sets.
    /// </summary>
    internal static ReferenceCase Case(long seed, long number)
    {
        var random = new Rnd((ulong)seed, ((ulong)number << 1) | 1);
        var program = ProgramGenerator.Program.Sample(1, random, ProgramSize).Single();
        var packets = Gen.Choose(0, PacketsInPool - 1).Select(i => Pool[i]).ArrayOf(PacketsEach)
            .Sample(1, random, ProgramSize).Single();
        return new ReferenceCase(
            program, program.Type == ProgramType.Tc ? [.. packets.Select(RandomPackets.ForTc)] : packets)
        {
            OutlinesLoops = OutlinesLoops,
            VerifiesIr = number % VerifiedEach == 0,
            Sets = [.. ReferenceCase.InstructionSets.Where((_, index) => index != number % 2)],
        };
    }

    // A smaller program that fails in another way does not count.
    private static bool Fails(ReferenceCase smaller, ReferenceFailure failure, int processor)
    {
        try
        {
            var other = smaller.Check(processor);
            return other?.Kind == failure.Kind && other.Signature == failure.Signature;
        }
        catch (Exception exception) when (exception is not KernelException)
        {
            return false;
        }
    }

    private static string Describe(long number, ReferenceCase smallest, ReferenceFailure failure)
    {
        var text = new StringBuilder();
        text.AppendLine($"{failure.Kind} with {failure.InstructionSet}: {Name(number)}");
        text.AppendLine("made smaller:").Append(ProgramText.Of(smallest.Program));
        foreach (var packet in smallest.Packets) text.AppendLine($"packet {Convert.ToHexString(packet)}");
        text.AppendLine(failure.Problem);
        if (failure.Kind == ReferenceFailureKind.Difference) text.Append(smallest.Disassemble(failure.InstructionSet));
        return text.ToString();
    }

    private static string Name(long number) =>
        $"EBPFCAT_RANDOM_SEED={Seed} EBPFCAT_RANDOM_FIRST={number} EBPFCAT_RANDOM_PROGRAMS=1";

    private static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
