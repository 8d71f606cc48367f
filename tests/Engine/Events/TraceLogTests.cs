using System.Diagnostics;
using EbpfCat.Attachments;
using EbpfCat.Compiler;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Types;

namespace EbpfCat.Tests.Events;

[Trait("Category", "Hooks")]
public sealed class TraceLogTests
{
    [Fact]
    public void Trace_log_is_read_line_by_line_until_the_timeout()
    {
        var mark = $"mark-{Guid.NewGuid():n}"[..20];
        var definition = new ProgramDefinition("writing", ProgramType.Tracepoint);
        using var program = EbpfProgram.Load(definition.AddCode(code => code.If(
            Counting.OwnProcess,
            then => then.Add(new DebugStatement([mark + " by ", new SystemValueExpression(SystemValue.ThreadId)])))));
        using var log = new TraceLog();
        using (TracepointAttachment.Attach(program, new("syscalls/sys_enter_getsid")))
        {
            var clock = Stopwatch.StartNew();
            SystemCalls.Repeat(3, () => SystemCalls.GetSession(0));
            // Another test can make the same call on its own thread.
            var lines = log.Read(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken)
                .Where(line => line.Text.StartsWith(mark, StringComparison.Ordinal))
                .ToList();
            Assert.InRange(lines.Count, 3, int.MaxValue);
            Assert.All(lines, line => Assert.Equal($"{mark} by {line.ThreadId}", line.Text));
            Assert.All(lines, line => Assert.InRange(line.Processor, 0, 4095));
            Assert.InRange(clock.Elapsed.TotalSeconds, 1, 20);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Values_are_written_as_user_space_shows_them_where_the_kernel_can(bool isPlain)
    {
        Assert.SkipUnless(isPlain || KernelFacts.RunningVersion >= new Version(5, 16), "the kernel has no formats");
        var mark = $"mark-{Guid.NewGuid():n}"[..20];
        var definition = new ProgramDefinition("writing", ProgramType.Xdp);
        Expression Variable(string name, string type, object value) =>
            definition.AddVariable(name, EbpfType.Parse(type), initialValue: value);
        var cases = new (Expression[] Values, string Text, string Plain)[]
        {
            ([Variable("a", "ipv4", "10.77.0.2")], "10.77.0.2", "a4d0002"),
            ([Variable("b", "ipaddress", "10.77.0.2")], "10.77.0.2", "a4d0002"),
            ([Variable("c", "ipv6", "fd77::2")], "fd77:0000:0000:0000:0000:0000:0000:0002", "fd77000000000000"),
            ([Variable("d", "ipaddress", "fd77::2")], "fd77:0000:0000:0000:0000:0000:0000:0002", "fd77000000000000"),
            ([Variable("e", "mac", "02-00-00-0A-BC-DE")], "0200000ABCDE", "200000abcde"),
            ([Variable("f", "fixed", 3.5)], "3.5", "3"),
            ([Variable("g", "fixed", -0.25)], "-0.25", "0"),
            ([Variable("h", "fixed", 12)], "12", "12"),
            ([Variable("i", "fixed", -1.00001)], "-1.00001", "-1"),
            ([Variable("j", "fixed", 100.0203)], "100.0203", "100"),
            ([Variable("k", "bool", true)], "True", "1"),
            ([Variable("l", "bool", false)], "False", "0"),
            ([Packet.IPv4.Source], "10.77.0.2", "a4d0002"),
            ([(Expression)7 / 2], "3.5", "3"),
            ([Variable("m", "fixed", 0.5), Variable("n", "ipaddress", "1.2.3.4"), Variable("o", "fixed", -7.5)],
                "0.5 1.2.3.4 -7.5", "0 1020304 -7"),
        };
        definition.AddCode(code =>
        {
            foreach (var (values, _, _) in cases)
            {
                code.Add(new DebugStatement(
                    [mark, .. values.SelectMany(value => new Expression[] { " ", value }), "%"]));
            }
        });
        using var log = new TraceLog();
        using var program = ProgramLoader.Load(isPlain
            ? ProgramCompiler.Compile(definition, new CompilerOptions { InstructionSet = Features.InstructionSet })
            : EbpfProgram.Compile(definition));
        program.TestRun(Language.Script.Packet());
        var lines = log.Read(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken)
            .Where(line => line.Text.StartsWith(mark, StringComparison.Ordinal)).Select(line => line.Text).ToList();
        Assert.Equal(cases.Select(one => $"{mark} {(isPlain ? one.Plain : one.Text)}%"), lines);
    }

    [Fact]
    public void Cancellation_ends_the_wait_at_once()
    {
        using var log = new TraceLog();
        using var stop = new CancellationTokenSource(100);
        var clock = Stopwatch.StartNew();
        foreach (var _ in log.Read(cancellation: stop.Token))
        {
            // Other programs can write too.
        }

        Assert.InRange(clock.ElapsedMilliseconds, 50, 10_000);
    }

    [Theory]
    [InlineData(
        "            bash-1234    [003] d..31  5120.123456: bpf_trace_printk: hello: world", "bash", 1234, 3,
        5120123456, "hello: world")]
    [InlineData("          <idle>-0       [000] .N..1     1.000001: bpf_trace_printk: x", "<idle>", 0, 0, 1000001, "x")]
    [InlineData("   Web Content-x-77 (  70) [001] .... 9.5: 0: text", "Web Content-x", 77, 1, 9500000, "text")]
    [InlineData("           <...>-42      [011] 9.250000: bpf_trace_printk: ", "<...>", 42, 11, 9250000, "")]
    public void Line_is_parsed_into_its_fields(
        string text, string process, int thread, int processor, long microseconds, string written)
    {
        using var log = new TraceLog();
        Assert.Equal(
            new TraceLogLine(process, thread, processor, TimeSpan.FromMicroseconds(microseconds), written),
            log.Parse(text));
    }

    [Theory]
    [InlineData("            bash-1234    [003] d..31  5120.123456: sched_switch: prev_comm=bash", 0)]
    [InlineData("CPU:1 [LOST 23 EVENTS]", 23)]
    [InlineData("", 0)]
    public void Lines_not_written_by_programs_are_skipped(string text, long lost)
    {
        using var log = new TraceLog();
        Assert.Null(log.Parse(text));
        Assert.Equal(lost, log.Lost);
    }
}
