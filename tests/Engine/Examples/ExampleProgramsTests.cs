using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EbpfCat.Maps;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tests.Structure;

namespace EbpfCat.Tests.Examples;

/// <summary>The programs in <c>examples</c>, run as a user would run them.</summary>
[Collection(Starting.Processes)]
[Trait("Category", "Hooks")]
public sealed class ExampleProgramsTests : IDisposable
{
    private const string Seconds = "2";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("ebpfcat-").FullName;

    public ExampleProgramsTests() => Repository.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task SourceCount_shows_the_packets_of_each_source()
    {
        using var network = Packets.Connected();
        var output = await RunAsync("SourceCount", network, [VethPair.Near, Seconds], () => Send(network, 7));
        Assert.Contains(output, line => Words(line) is ["10.77.0.2", var count]
            && int.Parse(count, CultureInfo.InvariantCulture) >= 7);
    }

    [Fact]
    public async Task DropList_drops_the_packets_of_the_listed_sources_only()
    {
        using var network = Packets.Connected();
        string[] arguments = [VethPair.Near, Seconds, "10.77.0.2/32", "192.0.2.0/24"];
        var output = await RunAsync("DropList", network, arguments, () => Assert.False(Packets.Arrives(network, 1)));
        Assert.True(Packets.Arrives(network, 2));
        Assert.Contains(output, line => Words(line) is ["10.77.0.2/32", not "0"]);
        Assert.Contains(output, line => Words(line) is ["192.0.2.0/24", "0"]);
    }

    [Fact]
    public async Task Opens_shows_the_files_that_are_opened()
    {
        var path = Path.Combine(_folder, "opened");
        var output = await RunAsync("Opens", null, [Seconds], () => File.WriteAllText(path, ""));
        Assert.Contains(output, line => line.EndsWith(path, StringComparison.Ordinal)
            && line.Contains($"{Environment.ProcessId} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Opens_runs_as_native_code()
    {
        var hasLinker = File.Exists("/usr/bin/clang") || File.Exists("/usr/bin/gcc");
        Assert.SkipUnless(hasLinker, "NativeAOT links with clang or gcc.");
        var folder = Path.Combine(_folder, "native");
        using (var publish = Start("dotnet", ["publish", Repository.PathOf("examples/Opens.cs"), "-o", folder], null))
        {
            var messages = await publish.StandardOutput.ReadToEndAsync(Token);
            await publish.WaitForExitAsync(Token);
            Assert.True(publish.ExitCode == 0, messages);
        }

        Assert.False(File.Exists(Path.Combine(folder, "Opens.dll")));
        var path = Path.Combine(_folder, "opened");
        using var program = Start(Path.Combine(folder, "Opens"), [Seconds], null);
        var output = await ReadAsync(program, () => File.WriteAllText(path, ""));
        Assert.Contains(output, line => line.EndsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MallocSizes_draws_a_histogram_of_each_process()
    {
        var output = await RunAsync("MallocSizes", null, [Seconds], () =>
        {
            using var list = Start("/bin/ls", [_folder], null);
            list.WaitForExit();
        });
        var start = output.FindIndex(line => line.StartsWith("ls: ", StringComparison.Ordinal));
        Assert.True(start >= 0, string.Join('\n', output));
        Assert.Contains('@', output[start + 1]);
    }

    // An emulated processor takes too long to start the second program while the first one counts.
    [Fact]
    [Trait("Category", "Timing")]
    public async Task PinnedMap_counts_in_one_process_and_watches_in_another()
    {
        var pin = $"ebpfcat-example-{Environment.ProcessId}";
        var path = PinPath.Of(pin);
        using var counter = Start("dotnet", [Build("PinnedMap"), "count", pin, "10"], null);
        Assert.True(Counting.Eventually(() => File.Exists(path)));
        using var watcher = Start("dotnet", [Build("PinnedMap"), "watch", pin, "1"], null);
        var output = (await watcher.StandardOutput.ReadToEndAsync(Token)).Split('\n');
        Assert.Contains(output, line => Words(line) is [_, var calls]
            && int.Parse(calls, CultureInfo.InvariantCulture) > 0);
        await counter.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        Assert.Equal(0, counter.ExitCode);
        Assert.False(File.Exists(path));
    }

    private static void Send(VethPair network, int count) => network.FarNamespace.Run(() =>
    {
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var number = 0; number < count; number++) sender.SendTo([1], new IPEndPoint(VethPair.NearAddress, 7778));
    });

    private static Process Start(string file, IEnumerable<string> arguments, VethPair? network)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        // Settings of the build that runs the tests.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD")).ToList())
            start.Environment.Remove(name);
        // A child runs in the network namespace of the thread that starts it.
        return network is null ? Process.Start(start)! : network.NearNamespace.Run(() => Process.Start(start)!);
    }

    // Each says in its first line that it is attached.
    private static async Task<List<string>> ReadAsync(Process program, Action whileAttached)
    {
        var lines = new List<string>();
        while (await program.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Limit, Token) is { } line)
        {
            lines.Add(line);
            if (lines.Count == 1) whileAttached();
        }

        await program.WaitForExitAsync(Token);
        Assert.True(program.ExitCode == 0, string.Join('\n', lines));
        return lines;
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string Build(string name) =>
        CSharp.Build(name, File.ReadAllText(Repository.PathOf($"examples/{name}.cs")), _folder);

    private async Task<List<string>> RunAsync(string name, VethPair? network, string[] arguments, Action whileAttached)
    {
        using var program = Start("dotnet", [Build(name), .. arguments], network);
        return await ReadAsync(program, whileAttached);
    }
}
