using System.Runtime.InteropServices;
using EbpfCat.Benchmarks.Programs;
using EbpfCat.Compiler;
using EbpfCat.Language;

namespace EbpfCat.Tests.Compiler;

public sealed partial class CompileTimeTests
{
    private const int Few = 1_000;
    private const int Many = 10_000;

    // Caches and the garbage collector take their part; a quadratic compiler would need ten times the time.
    private const double MaxGrowth = 4;

    // CLOCK_THREAD_CPUTIME_ID of include/uapi/linux/time.h.
    private const int ThreadTime = 3;

    [Theory]
    [InlineData("statements")]
    [InlineData("branches")]
    [InlineData("elseif")]
    [InlineData("switch cases")]
    [InlineData("locals")]
    [InlineData("maps")]
    [InlineData("functions")]
    public void Compile_time_grows_with_the_length_of_the_program(string shape)
    {
        var (few, many) = (GrowingPrograms.Shapes[shape](Few), GrowingPrograms.Shapes[shape](Many));
        // Both without the verifier of the intermediate form.
        var options = new CompilerOptions { AfterPass = null };
        ProgramCompiler.Compile(few, options);
        var growth = double.MaxValue;
        for (var attempt = 0; attempt < 3 && growth > MaxGrowth; attempt++)
        {
            var (shorter, longer) = (Time(few), Time(many));
            growth = Math.Min(growth, longer / shorter * Few / Many);
        }

        Assert.True(growth <= MaxGrowth, $"The time a repetition is {growth:0.0} times as long.");

        double Time(ProgramDefinition definition)
        {
            var start = ProcessorTime();
            ProgramCompiler.Compile(definition, options);
            return ProcessorTime() - start;
        }
    }

    private static double ProcessorTime()
    {
        _ = GetTime(ThreadTime, out var time);
        return time.Seconds + (time.Nanoseconds / 1e9);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
