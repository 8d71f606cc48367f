using System.Diagnostics;
using System.Globalization;
using EbpfCat.Tests.Attachments;
using EbpfCat.Traces;

namespace EbpfCat.Tests.Traces;

/// <summary>The trace beside strace(1), which traces the same processes at the same time by other means.</summary>
[Collection(Starting.Processes)]
public sealed class StraceTests
{
    private static readonly string[] Calls =
        ["openat", "execve", "connect", "bind", "sendto", "accept4", "kill", "mmap", "ioctl"];

    private const string Load = """
        for i in 1 2; do echo "$i" >file$i; done
        cat file1 file2 | sort -r | head -n 1
        ls -l / "$(printf 'a "quoted"\\ \033[31m\377 \303\244 name')" /nowhere/file
        /bin/echo $(seq 100)
        sleep 60 & kill $!; kill -0 999999991; wait
        python3 - <<'END'
        import http.server, os, socket, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200); self.end_headers(); self.wfile.write(b'hello')
        server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        if os.system(f'curl -s http://127.0.0.1:{server.server_port}/page'):
            socket.create_connection(server.server_address).close()
        thread.join()
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x\0\xff"\\', ('::1', 9))
        socket.socket(socket.AF_UNIX).bind('socket')
        for name in '\0nobody', 'no\033body', 'x' * 107:
            try: socket.socket(socket.AF_UNIX).connect(name)
            except OSError: pass
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 1))
        END
        git init -q repository; cd repository; cp ../file1 .; git add file1
        git -c user.name=n -c user.email=e commit -q -m 'first "one"'; git log; git gc -q
        apt-config dump
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Trace_agrees_with_strace_call_by_call()
    {
        foreach (var program in new[] { "strace", "python3" })
            Assert.SkipUnless(IsInstalled(program), $"{program} is absent.");
        var directory = Directory.CreateTempSubdirectory("ebpfcat-test-");
        try
        {
            var (traced, lost) = Trace(directory.FullName);
            var all = new List<PrintedCall>();
            var differences = new List<string>();
            foreach (var file in directory.GetFiles("calls.*"))
            {
                var thread = uint.Parse(file.Extension.AsSpan(1), CultureInfo.InvariantCulture);
                List<PrintedCall> theirs =
                    [.. File.ReadLines(file.FullName).Select(PrintedCall.OfStrace).OfType<PrintedCall>()];
                var ours = traced.GetValueOrDefault(thread, []);
                // The process that strace makes stops itself, before it becomes that of the load.
                if (ours is [{ Name: "kill", Arguments: [_, "SIGSTOP"] }, ..]) ours.RemoveAt(0);
                if (ours.Count != theirs.Count) differences.Add($"{thread}: {ours.Count} for {theirs.Count} calls");
                foreach (var (our, their) in ours.Zip(theirs))
                {
                    if (!our.Equals(Explained(their, our))) differences.Add($"{thread}:\n{our}\n{their}");
                }

                all.AddRange(ours);
            }

            Assert.Equal(0, lost);
            Assert.Empty(differences);
            Assert.Equal(Calls.Order(), all.Select(one => one.Name).Distinct().Order());
            Assert.True(all.Count > 1000, $"There were {all.Count} calls alone.");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // The call as the trace ought to print it. The two mean to differ in these points.
    private static PrintedCall Explained(PrintedCall theirs, PrintedCall ours) => (theirs.Name, ours.Arguments) switch
    {
        // strace leaves out permissions where the flags say that none are used; the trace has all arguments.
        ("openat", [_, _, _, var mode]) when theirs.Arguments.Count == 3 =>
            theirs with { Arguments = [.. theirs.Arguments, mode] },
        // The trace has the address of a buffer, strace its bytes.
        ("sendto", [_, var buffer, ..]) =>
            theirs with { Arguments = [theirs.Arguments[0], buffer, .. theirs.Arguments.Skip(2)] },
        // The trace has the addresses of what the kernel writes at the end of the call, strace what it wrote.
        ("accept4", [_, var address, var length, ..]) =>
            theirs with { Arguments = [theirs.Arguments[0], address, length, theirs.Arguments[3]] },
        _ => theirs,
    };

    // Runs the load, and returns the calls of each thread in order, and the number of calls that were lost.
    private static (Dictionary<uint, List<PrintedCall>> Calls, long Lost) Trace(string directory)
    {
        File.WriteAllText($"{directory}/load", Load);
        // The numbers of ioctl(2) have names in strace, and arguments of many types.
        var command = $"strace -ff -s 4096 -e raw=ioctl -e trace={string.Join(',', Calls)} -o calls sh load";
        var start = new ProcessStartInfo("sh", ["-c", $"read go; exec {command} >log 2>&1"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            Environment = { ["HOME"] = directory },
        };
        using var process = Process.Start(start)!;
        using var trace = SyscallTrace.Start(
            Calls, new() { Moment = SyscallMoment.Whole, ProcessTrees = [process.Id], BufferSize = 1 << 24 });
        var calls = new Dictionary<uint, List<PrintedCall>>();
        process.StandardInput.WriteLine();
        for (var isOver = false; !isOver;)
        {
            isOver = process.HasExited;
            trace.Events.Read(
                one =>
                {
                    var thread = (uint)one.GetType().GetProperty("ThreadId")!.GetValue(one)!;
                    if (!calls.TryGetValue(thread, out var list)) calls[thread] = list = [];
                    list.Add(PrintedCall.OfTrace(one.ToString()!));
                },
                TimeSpan.FromMilliseconds(100), cancellation: Token);
        }

        return (calls, trace.Events.TakeLost());
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, program)));
}
