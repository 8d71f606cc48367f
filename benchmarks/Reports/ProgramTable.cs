using System.Text;

namespace EbpfCat.Benchmarks.Reports;

/// <summary>The table of programs, as markdown.</summary>
internal static class ProgramTable
{
    // Times that differ by less than this factor count as equal.
    private const double TimeNoise = 1.03;

    public static string Write(IReadOnlyList<Row> rows)
    {
        var columns = rows[0].Slots.Keys.ToList();
        var timed = columns.Where(rows[0].Nanoseconds.ContainsKey).ToList();
        var titles = columns.Select(c => c.Title).Concat(timed.Select(c => $"ns: {c.Title}"));
        var text = new StringBuilder();
        text.AppendLine($"| program | {string.Join(" | ", titles)} |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", columns.Count + timed.Count))}");
        foreach (var row in rows)
        {
            var cells = columns.Select(c => Cell(row.Slots, c, "0"))
                .Concat(timed.Select(c => Cell(row.Nanoseconds, c, "0.0")));
            text.AppendLine($"| {row.Benchmark.Title} | {string.Join(" | ", cells)} |");
        }

        var means = columns.Select(c => Mean(rows, r => r.Slots, c))
            .Concat(timed.Select(c => Mean(rows, r => r.Nanoseconds, c)));
        text.AppendLine($"| **geometric mean** | {string.Join(" | ", means)} |");
        WriteReasons(text, rows);
        return text.ToString();
    }

    private static string Cell(IReadOnlyDictionary<Column, double> values, Column column, string format)
    {
        var value = values[column].ToString(format);
        return column.Clang is null ? value : $"{value} ({Row.Ratio(values, column):0.00})";
    }

    private static string Mean(
        IReadOnlyList<Row> rows, Func<Row, IReadOnlyDictionary<Column, double>> values, Column column) =>
        column.Clang is null
            ? "" : $"**{Math.Exp(rows.Average(row => Math.Log(Row.Ratio(values(row), column)))):0.000}**";

    private static void WriteReasons(StringBuilder text, IReadOnlyList<Row> rows)
    {
        var lost = rows.Where(row => Loses(row.Slots, 1) || Loses(row.Nanoseconds, TimeNoise)).ToList();
        if (lost.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Where clang wins:");
        text.AppendLine();
        foreach (var rowsOfReason in lost.GroupBy(row => row.Benchmark.WhereClangWins ?? "no known cause."))
            text.AppendLine($"- {string.Join("; ", rowsOfReason.Select(r => r.Benchmark.Title))}: {rowsOfReason.Key}");
    }

    private static bool Loses(IReadOnlyDictionary<Column, double> values, double limit) =>
        values.Keys.Any(column => column.Clang is not null && Row.Ratio(values, column) > limit);
}
