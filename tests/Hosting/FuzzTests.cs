using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Tests.Hosting;

/// <summary>
/// Whatever a script block contains, it is compiled and loaded, or refused in words. <c>EBPFCAT_FUZZ</c> sets how many
/// scripts are tried, <c>EBPFCAT_FUZZ_FIRST</c> the number of the first.
/// </summary>
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    private const int MaxFailures = 10;

    private const string Functions = """
        function Import-Script($Block) {
            New-EbpfProgram -Name fuzz -Type Xdp |
                Add-EbpfVariable -Name result -Type int64 |
                Add-EbpfVariable -Name fraction -Type x |
                Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 64 |
                Add-EbpfMap -Name flows -Type Hash -MaxEntries 64 `
                    -Key ([ordered]@{ Source = 'ipv4'; Port = 'uint16' }) `
                    -Value ([ordered]@{ Packets = 'uint64'; Bytes = 'uint32' }) |
                Add-EbpfCode $Block |
                Import-EbpfProgram |
                ForEach-Object Dispose
        }
        """;

    // What the examples of docs/language.md rarely contain.
    private static readonly string[] Scripts =
    [
        "if ($packet.IPv4) { $result++; $sources[$packet.IPv4.Source] += 1 } 'Pass'",
        "foreach ($i in 0..7) { if ($packet.Byte($i) -eq 0xff) { continue }; $result += $i } return 'Drop'",
        "switch ($packet.Ethernet.EtherType) { 0x800 { 'Drop' } 0x86dd { $result = 6 } default { 'Pass' } }",
        "$flow = @{ Source = $packet.IPv4.Source; Port = $packet.Tcp.DestinationPort }; $flows[$flow].Packets += 1",
        "function Get-Sum([int64] $a, $b = 3) { return $a + $b } $result = Get-Sum $packet.Length -b 2",
        """
        $share = [Math]::Floor($packet.Length / 3) * 0.5
        if ($share -gt 1.25 -and -not ($result -band 7)) { $fraction = $share }
        """,
        """
        if ($packet.IPv4.Source -in $sources -or $packet.Length -in 1..5) { [void]$sources.Remove($packet.IPv4.Source) }
        """,
        """
        while ($result -lt 100) { $result++; if ($kernel.Random -shr 3 -bxor 5) { break } }
        $packet.Byte(0) = [byte]$result
        """,
        """
        $packet.IPv4.TimeToLive--; $packet.UInt16(2 + ($result -band 31)) = [uint16]$kernel.Time
        Write-Debug "saw $result"
        """,
    ];

    private enum Outcome
    {
        NotParsed,
        NotCompiled,
        NotVerified,
        Loaded,
        Failed,
    }

    [Fact]
    public void Changed_scripts_are_loaded_or_refused_in_words()
    {
        var count = Setting("EBPFCAT_FUZZ", 5000);
        var first = Setting("EBPFCAT_FUZZ_FIRST", 1);
        var mutator = new ScriptMutator([.. ExamplesOfLanguagePage(), .. Scripts]);
        var outcomes = new int[Enum.GetValues<Outcome>().Length];
        var failures = new ConcurrentQueue<string>();
        var next = first - 1;

        void Run()
        {
            using var session = new ModuleSession(Functions);
            while (failures.Count < MaxFailures)
            {
                var number = Interlocked.Increment(ref next);
                if (number >= first + count) break;

                string script;
                try
                {
                    script = mutator.Create(number);
                }
                catch (ParseException)
                {
                    // The parser refuses some scripts in this way, before the last change.
                    Interlocked.Increment(ref outcomes[(int)Outcome.NotParsed]);
                    continue;
                }

                var outcome = Try(session, script, out var error);
                Interlocked.Increment(ref outcomes[(int)outcome]);
                if (outcome == Outcome.Failed) failures.Enqueue($"EBPFCAT_FUZZ_FIRST={number}:\n{script}\n{error}");
            }
        }

        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Run)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var summary = Enum.GetValues<Outcome>().Select(outcome => $"{outcome} {outcomes[(int)outcome]}");
        output.WriteLine(string.Join(", ", summary));
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        // Changes that the compiler always refuses, or always takes, test nothing.
        Assert.True(outcomes[(int)Outcome.Loaded] > count / 20);
        Assert.True(outcomes[(int)Outcome.NotCompiled] > count / 20);
    }

    private static Outcome Try(ModuleSession session, string script, out Exception? error)
    {
        error = null;
        ScriptBlock block;
        try
        {
            block = ScriptBlock.Create(script);
        }
        catch (ParseException)
        {
            return Outcome.NotParsed;
        }

        try
        {
            error = session.CallError("Import-Script", block);
        }
        catch (Exception exception)
        {
            // An exception that leaves the thread would end the test run without a word about the script.
            error = exception;
            return Outcome.Failed;
        }

        return error switch
        {
            null => Outcome.Loaded,
            CompileException => Outcome.NotCompiled,
            VerifierException { Explanation: not null } => Outcome.NotVerified,
            _ => Outcome.Failed,
        };
    }

    // The script blocks in the examples of the page.
    private static IEnumerable<string> ExamplesOfLanguagePage()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/language.md"));
        return
            from example in Example().Matches(page)
            let tree = Parser.ParseInput(example.Groups[1].Value, out _, out _)
            from block in tree.FindAll(node => node is ScriptBlockExpressionAst, searchNestedScriptBlocks: true)
            select block.Extent.Text[1..^1];
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text) : otherwise;

    [GeneratedRegex(@"^```powershell\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
