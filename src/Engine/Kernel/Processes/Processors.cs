namespace EbpfCat.Kernel;

/// <summary>The processors of the machine, from <c>/sys/devices/system/cpu</c>.</summary>
internal static class Processors
{
    private static readonly MachineFact<IReadOnlyList<int>> PossibleFact = new(() => Read("possible"));

    /// <summary>The numbers of the processors that the machine can have: per-CPU maps have a value for each.</summary>
    public static IReadOnlyList<int> Possible => PossibleFact.Value;

    /// <summary>The numbers of the processors that run now: perf events can be opened on these.</summary>
    public static IReadOnlyList<int> Online => Read("online");

    /// <summary>Reads a list of processors in the kernel's notation.</summary>
    /// <param name="list">Numbers and ranges divided by commas: <c>0-3,8</c>.</param>
    /// <returns>The numbers, in the order given.</returns>
    /// <exception cref="FormatException">The text is no such list.</exception>
    public static IReadOnlyList<int> Parse(string list)
    {
        var numbers = new List<int>();
        foreach (var part in list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var first = int.Parse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture);
            var last = dash < 0
                ? first : int.Parse(part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
            for (var number = first; number <= last; number++) numbers.Add(number);
        }

        return numbers;
    }

    private static IReadOnlyList<int> Read(string name) => Parse(File.ReadAllText($"/sys/devices/system/cpu/{name}"));
}
