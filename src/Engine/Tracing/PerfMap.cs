namespace EbpfCat.Tracing;

/// <summary>
/// The functions that a JIT compiler lists for tracers in <c>/tmp/perf-PID.map</c>, as .NET
/// (<c>DOTNET_PerfMapEnabled</c>), Node.js (<c>--perf-basic-prof</c>) and Java agents do: a line <c>start size name</c>
/// each, start and size in hexadecimal (<c>tools/perf/Documentation/jit-interface.txt</c>).
/// </summary>
internal sealed class PerfMap
{
    private readonly ulong[] _starts;
    private readonly (ulong Size, string Name)[] _functions;

    private PerfMap(List<(ulong Start, ulong Size, string Name)> found)
    {
        _starts = [.. found.Select(each => each.Start)];
        _functions = [.. found.Select(each => (each.Size, each.Name))];
        Array.Sort(_starts, _functions);
    }

    /// <summary>The functions of a process, or null if it has no such file.</summary>
    public static PerfMap? Read(int processId)
    {
        var id = processId.ToString(CultureInfo.InvariantCulture);
        var inside = (ProcessInfo.Read(processId)?.NamespaceId ?? processId).ToString(CultureInfo.InvariantCulture);
        return KernelFile.TryRead($"/proc/{id}/root/tmp/perf-{inside}.map", out var text) == Errno.None
            || KernelFile.TryRead($"/tmp/perf-{id}.map", out text) == Errno.None
                ? Parse(text) : null;
    }

    internal static PerfMap Parse(ReadOnlySpan<byte> text)
    {
        var found = new List<(ulong, ulong, string)>();
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            if (line.Split(' ', 3) is [var start, var size, var name]
                && TryHexadecimal(start, out var address) && TryHexadecimal(size, out var length))
            {
                found.Add((address, length, name));
            }
        }

        return new PerfMap(found);
    }

    /// <summary>The function that contains an address, and the offset in it; null if there is none.</summary>
    public (string Name, ulong Offset)? Find(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        if (at < 0) at = ~at - 1;
        return at >= 0 && address - _starts[at] < _functions[at].Size
            ? (_functions[at].Name, address - _starts[at]) : null;
    }

    private static bool TryHexadecimal(string text, out ulong number) => ulong.TryParse(
        text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text,
        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
