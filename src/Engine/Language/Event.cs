namespace EbpfCat.Language;

/// <summary>The traced event: what the program is attached to, for programs written in C#.</summary>
/// <example>
/// A histogram of the sizes that processes ask <c>malloc</c> for:
/// <code>
/// var program = new ProgramDefinition("sizes", ProgramType.Kprobe) { Probe = ProbeKind.Uprobe };
/// var sizes = program.AddMap("sizes", MapType.LruHash, new StringType(16), HistogramType.Instance, maxEntries: 4096);
/// program.AddCode(code => code.Do(sizes.Observe(Current.ProcessName, Event.Argument(0))));
/// </code>
/// </example>
public static class Event
{
    /// <summary>The value that a function returned, in a program that runs at its return.</summary>
    public static SystemValueExpression Return => new(SystemValue.ReturnValue);

    /// <summary>A field of a tracepoint, or a named argument of a function.</summary>
    /// <param name="path">Its name. Dots lead through structs and pointers: <c>sk.__sk_common.skc_dport</c>.</param>
    public static EventFieldExpression Field(string path) => new(Names(path));

    /// <summary>An argument of a function by its index from 0, as a number of 8 bytes.</summary>
    public static EventFieldExpression Argument(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new([string.Create(CultureInfo.InvariantCulture, $"arg{index}")]);
    }

    /// <summary>A field of the struct that a function returned a pointer to; see <see cref="Field"/>.</summary>
    public static EventFieldExpression ReturnField(string path) =>
        new([EventFieldExpression.ReturnValue, .. Names(path)]);

    private static string[] Names(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return path.Split('.');
    }
}
