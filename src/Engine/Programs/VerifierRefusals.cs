using System.Text.RegularExpressions;

namespace EbpfCat.Programs;

/// <summary>Explains the verifier's refusals.</summary>
internal static partial class VerifierRefusals
{
    private const int TailLength = 1 << 16;

    // bpf_diag_header in kernel/bpf/diagnostics.c (Linux 7.3).
    private const string ReportStart = "\nVerification failed: ";

    /// <summary>Explains a refusal, and finds the instruction that was refused.</summary>
    /// <param name="log">
    /// The verifier's log: instructions, the refusal, statistics. From Linux 7.3 on a report follows the refusal; the
    /// explanation uses its reason alone.
    /// </param>
    /// <returns>No explanation where the log gives no reason.</returns>
    public static (VerifierExplanation? Explanation, int? Slot) Explain(string log)
    {
        var end = log.LastIndexOf(ReportStart, StringComparison.Ordinal);
        var report = end < 0 ? "" : log[end..];
        // Millions of lines can come before the refusal.
        var trace = end < 0 ? log : log[..end];
        var lines = LinesOf(trace[Math.Max(0, trace.Length - TailLength)..]);
        var slot = LastInstruction(lines) ?? SlotOf(report);
        // The refusal follows the instruction that it is about. It may have several lines.
        var last = Array.FindLastIndex(lines, IsInstruction);
        string[] refusals = [.. MessageAfterJump(lines.ElementAtOrDefault(last)), .. lines.Skip(last + 1)
            .Where(line => !TraceLine().IsMatch(line)).Select(WithoutStatistics)];
        foreach (var row in Table)
        {
            if (refusals.Select(row.Match).FirstOrDefault(match => match.Success) is not { } match) continue;
            if (match.Groups["slot"] is { Success: true } named)
                slot = int.Parse(named.ValueSpan, CultureInfo.InvariantCulture);
            return (new VerifierExplanation(Fill(row.Problem, match), row.Remedy, match.Result("$_")), slot);
        }

        // A refusal that no row explains, with the reason that newer kernels give.
        var reason = ReasonOf(report);
        if ((refusals.LastOrDefault() ?? reason) is not { } unknown) return (null, slot);
        var problem = reason is null ? "it is not safe" : $"it is not safe, for this reason: {reason.TrimEnd('.')}";
        return (new VerifierExplanation(problem, "The verifier's log tells more.", unknown), slot);
    }

    // "Reason:" and its indented lines.
    private static string? ReasonOf(string report) => ReasonSection().Match(report) is { Success: true } section
        ? string.Join(' ', LinesOf(section.Groups["text"].Value)) : null;

    private static int? SlotOf(string report) => MarkedInstruction().Match(report) is { Success: true } marked
        ? int.Parse(marked.Groups["slot"].ValueSpan, CultureInfo.InvariantCulture) : null;

    private static string[] LinesOf(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Fill(string problem, Match match)
    {
        foreach (Group group in match.Groups)
        {
            if (group.Success) problem = problem.Replace($"{{{group.Name}}}", Name(group), StringComparison.Ordinal);
        }

        return problem.Replace("the helper {helper}", "a helper", StringComparison.Ordinal);
    }

    // The verifier names types of maps by number. Before Linux 5.18 it calls a scalar inv.
    private static string Name(Group group) => (group.Name, group.Value) switch
    {
        ("map", var number) => Enum.GetName((MapType)int.Parse(number, CultureInfo.InvariantCulture)) ?? number,
        ("given", "inv") => "scalar",
        (_, var text) => text,
    };

    private static int? LastInstruction(string[] lines)
    {
        var last = lines.LastOrDefault(IsInstruction);
        return last is null
            ? null
            : int.Parse(last.AsSpan(0, last.IndexOf(':', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
    }

    // Some messages have no line end.
    private static string WithoutStatistics(string line) =>
        line.IndexOf("processed ", StringComparison.Ordinal) is > 0 and var at ? line[..at].TrimEnd() : line;

    // In a line with a jump whose state is not in the log, a message follows the jump.
    private static IEnumerable<string> MessageAfterJump(string? line) =>
        JumpWithMessage().Matches(line ?? "").Select(match => match.Groups["message"].Value);

    private static bool IsInstruction(string line) => InstructionLine().IsMatch(line);

    [GeneratedRegex(@"^\d+: \([0-9a-f]{2}\) ")]
    private static partial Regex InstructionLine();

    [GeneratedRegex(@"^\d+: .* goto pc[+-]\d+ (?<message>[^;\s].*)$")]
    private static partial Regex JumpWithMessage();

    // Statistics, source lines and states of registers.
    [GeneratedRegex(
        @"^(?:;|processed |verification time|stack depth \d+(?!.*exceed)|func#\d+ @|frame\d+: |R\d+(?:_\w+)?=|\d+: R\d"
        + @"|(?:cur|old) state: |(?:caller|callee|returning from callee|Live regs before insn):"
        + @"|to caller at|from \d+ to \d+|mark_precise: "
        + @"|regs=|parent |Validating |Func#\d+ .* is (?:global and assumed valid|safe)|Note, )")]
    private static partial Regex TraceLine();

    [GeneratedRegex(@"^Reason:\n(?<text>(?:[ \t]+\S.*\n?)+)", RegexOptions.Multiline)]
    private static partial Regex ReasonSection();

    [GeneratedRegex(@"^\s*>>> (?<slot>\d+) \| \([0-9a-f]{2}\) |^ +insn (?<slot>\d+)$", RegexOptions.Multiline)]
    private static partial Regex MarkedInstruction();
}
