using System.Diagnostics;

namespace EbpfCat.Tests.Hosting;

/// <summary>
/// How long cmdlets take in a session that has run them before. The minimum counts, which other work disturbs least.
/// The verifier of the intermediate form is off meanwhile, as it is in the module, so no other test may run.
/// </summary>
[Collection(nameof(TimingTests))]
[CollectionDefinition(nameof(TimingTests), DisableParallelization = true)]
[Trait("Category", "Timing")]
public sealed class TimingTests(ITestOutputHelper output) : IDisposable
{
    private const int Runs = 200;
    private const string VerifyIr = "EbpfCat.VerifyIr";

    private const string Functions = """
        function New-Count {
            New-EbpfProgram -Name count -Type Xdp |
                Add-EbpfVariable -Name packets -Type uint64 |
                Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
                Add-EbpfCode {
                    if ($packet.IPv4) {
                        $packets++
                        $sources[$packet.IPv4.Source] += 1
                    }
                    'Pass'
                }
        }
        function Test-Definition { $null = New-Count }
        function Test-Compilation { $null = New-Count | Get-EbpfInstruction }
        function Test-Load { New-Count | Import-EbpfProgram | ForEach-Object Dispose }
        """;

    [Theory]
    [InlineData("Test-Definition", 2)]
    [InlineData("Test-Compilation", 4)]
    [InlineData("Test-Load", 5)]
    public void Cmdlets_are_fast(string function, double maxMilliseconds)
    {
        AppContext.SetSwitch(VerifyIr, false);
        using var session = new ModuleSession(Functions);
        var times = new List<double>(Runs);
        for (var run = 0; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            session.Call(function, 0);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"{function}: minimum {times[0]:f2} ms, median {times[Runs / 2]:f2} ms");
        Assert.True(times[0] <= maxMilliseconds, $"{function} took {times[0]:f2} ms, more than {maxMilliseconds} ms.");
    }

    public void Dispose() => AppContext.SetSwitch(VerifyIr, true);
}
