using System.Text.RegularExpressions;
using EbpfCat.Programs;
using EbpfCat.Tests.Structure;

namespace EbpfCat.Tests.Programs;

/// <summary>
/// The explanations of the verifier's messages. <c>VerifierMessages.txt</c> lists the messages of Linux 6.18 and those
/// that other kernels since 5.10 have beside them, as formats of printk, each with the explanation below it. With the
/// environment variable <c>EBPFCAT_WRITE_REFUSALS=1</c> the explanations are written anew.
/// </summary>
public sealed partial class VerifierRefusalsTests
{
    private const string WriteSetting = "EBPFCAT_WRITE_REFUSALS";
    private const string NotExplained = "it is not safe";

    private static readonly string Messages = Path.Combine(
        Repository.Root, "tests", "Engine", "Programs", "VerifierMessages.txt");

    [Fact]
    public void Every_message_of_the_verifier_has_the_explanation_that_is_written_below_it()
    {
        string[] formats = [.. File.ReadLines(Messages).Where(line => line.Length > 0 && line[0] is not (' ' or '#'))];
        string[] head = [.. File.ReadLines(Messages).TakeWhile(line => line.StartsWith('#'))];
        string[] explained = [.. head, .. formats.SelectMany(format => new[] { format, "    " + Explain(format) })];
        if (Environment.GetEnvironmentVariable(WriteSetting) == "1") File.WriteAllLines(Messages, explained);
        Assert.InRange(formats.Length, 400, int.MaxValue);
        Assert.DoesNotContain("    " + NotExplained, explained);
        string[] written = [.. File.ReadLines(Messages).Where(line => line.Length > 0)];
        var different = explained.Except(written).FirstOrDefault();
        Assert.True(
            explained.SequenceEqual(written),
            $"The list differs, first by '{different}'. If that is right, set {WriteSetting}=1 to write it anew.");
    }

    [Theory]
    [InlineData("R2 !read_ok", "it reads a value that was not set on every path to this place", 4)]
    [InlineData("unreachable insn 9", "it has an instruction that no path leads to", 9)]
    [InlineData("a message of tomorrow", "it is not safe, for this reason: R2 is a pointer", 4)]
    public void A_report_of_newer_kernels_is_read_for_its_reason_alone(string refusal, string problem, int slot)
    {
        var (explanation, refused) = VerifierRefusals.Explain(Report(refusal));
        Assert.Equal((problem, refusal, slot), (explanation!.Problem, explanation.Reason, refused));
    }

    [Fact]
    public void The_same_log_without_a_report_has_the_same_explanation()
    {
        var newer = VerifierRefusals.Explain(Report("R2 !read_ok"));
        var older = VerifierRefusals.Explain(
            "3: (b7) r0 = 0\n4: (bf) r1 = r2\nR2 !read_ok\nprocessed 5 insns (limit 1000000)\n");
        Assert.Equal(older, newer);
    }

    [Fact]
    public void A_report_without_a_refusal_gives_its_reason_and_the_marked_instruction()
    {
        var (explanation, slot) = VerifierRefusals.Explain(Report(refusal: "", instructions: ""));
        Assert.Equal(("R2 is a pointer.", 4), (explanation!.Reason, slot));
    }

    [Fact]
    public void A_report_of_many_lines_does_not_hide_the_refusal()
    {
        var path =
            string.Concat(Enumerable.Range(0, 10_000).Select(line => $"  insn {line}: R2 is written, !read_ok\n"));
        var (explanation, slot) =
            VerifierRefusals.Explain(Report("invalid access to packet, off=0 size=1", path: path));
        Assert.Equal(4, slot);
        Assert.StartsWith("it reads or writes the packet", explanation!.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("R1=ctx() R10=fp0\nR2 !read_ok", "R2 !read_ok")]
    [InlineData("caller:\n R6=rcu_ptr_task()\ncallee:\n frame1: R1=scalar() R10=fp0\nR2 !read_ok", "R2 !read_ok")]
    [InlineData("; $x = 'BTF holding a lock' @ a.ps1:1\nR2 !read_ok", "R2 !read_ok")]
    [InlineData("mark_precise: frame0: regs=r2 stack= before 3: (b7) r0 = 0\nR2 !read_ok", "R2 !read_ok")]
    [InlineData("R2 !read_okprocessed 5 insns", "R2 !read_ok")]
    public void States_and_source_lines_are_not_taken_for_the_refusal(string lines, string reason) => Assert.Equal(
        reason, VerifierRefusals.Explain($"4: (bf) r1 = r2\n{lines}\nprocessed 5 insns\n").Explanation!.Reason);

    [Fact]
    public void Refusal_in_the_line_of_a_jump_is_found()
    {
        var (explanation, _) = VerifierRefusals.Explain(
            "4: (b5) if r1 <= 0xefff goto pc+2 infinite loop detected at insn 7\n"
            + "cur state: frame1: R1=scalar() cb\nold state: frame1: R1=Pscalar() cb\nprocessed 5 insns\n");
        Assert.Equal("infinite loop detected at insn 7", explanation!.Reason);
        Assert.EndsWith("it would never end", explanation.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_explanation_speaks_PowerShell() => Assert.All(
        File.ReadLines(Messages).Where(line => line.StartsWith(' ')),
        line => Assert.DoesNotMatch(@"\$\w| -[a-zA-Z]|[A-Z][a-z]+-[A-Z]", line));

    private static string Explain(string format)
    {
        var message = Placeholder().Replace(format, match => match.Value[^1] == 's' ? "name" : "7");
        return VerifierRefusals.Explain($"0: (b7) r0 = 0\n{message}\nprocessed 1 insns\n").Explanation!.Problem;
    }

    // The form of kernel/bpf/diagnostics.c in Linux 7.3. The suggestion has words of another refusal.
    private static string Report(
        string refusal, string instructions = "3: (b7) r0 = 0\n4: (bf) r1 = r2\n",
        string path = "  insn 3: R0 is written\n") => $"""
        {instructions}{refusal}

        Verification failed: Register Type Safety: Unreadable register

        Reason:
          R2 is a
          pointer.

        At:
          insn 4
                | ^-- error: R2 is not readable
          Instruction context:
              3 | (b7) r0 = 0
          >>> 4 | (bf) r1 = r2

        Causal path:
        {path}
        Suggestion:
          Test the invalid access to packet, and call no GPL-restricted function.

        processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0

        """.ReplaceLineEndings("\n");

    [GeneratedRegex("%[#.*0-9]*(?:l|ll)?[duxsc]")]
    private static partial Regex Placeholder();
}
