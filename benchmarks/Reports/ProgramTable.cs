using System.Text;

namespace EbpfCat.Benchmarks.Reports;

/// <summary>The table of programs, as markdown.</summary>
internal static class ProgramTable
{
    // Times that differ by less than this factor count as equal.
    private const double TimeNoise = 1.03;

    public static string Write(IReadOnlyList<Row> rows, double emptyNanoseconds)
    {
        var text = new StringBuilder();
        text.AppendLine("| program | instructions | clang | ratio | ns/run | clang | ratio |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var row in rows)
        {
            text.AppendLine(
                $"| {row.Benchmark.Title} | {row.Slots} | {row.ClangSlots} | {row.SlotRatio:0.00} "
                + $"| {row.Nanoseconds:0.0} | {row.ClangNanoseconds:0.0} | {row.TimeRatio:0.00} |");
        }

        text.AppendLine(
            $"| **geometric mean** | | | **{GeometricMean(rows.Select(r => r.SlotRatio)):0.000}** | | "
            + $"| **{GeometricMean(rows.Select(r => r.TimeRatio)):0.000}** |");
        text.AppendLine();
        text.AppendLine($"A run of an empty program takes {emptyNanoseconds:0.0} ns, which is in every time above.");
        WriteReasons(text, rows);
        return text.ToString();
    }

    private static void WriteReasons(StringBuilder text, IReadOnlyList<Row> rows)
    {
        var lost = rows.Where(r => r.SlotRatio > 1 || r.TimeRatio > TimeNoise).ToList();
        if (lost.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Where clang wins:");
        text.AppendLine();
        foreach (var rowsOfReason in lost.GroupBy(row => row.Benchmark.WhereClangWins ?? Unexplained(row)))
            text.AppendLine($"- {string.Join("; ", rowsOfReason.Select(r => r.Benchmark.Title))}: {rowsOfReason.Key}");
    }

    private static string Unexplained(Row row) =>
        $"by {row.Nanoseconds - row.ClangNanoseconds:0.0} ns, with {row.Slots} instructions against " +
        $"{row.ClangSlots}: no known cause; it may be noise.";

    private static double GeometricMean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));
}
