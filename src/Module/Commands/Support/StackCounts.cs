namespace EbpfCat.Commands;

/// <summary>Finds the stack and the count in objects: entries of maps, output of programs, stacks.</summary>
/// <param name="valueName">The property that holds the count; null for that of map entries, else 1.</param>
/// <param name="groupBy">The properties whose texts go below the stack; null for the texts in keys of maps.</param>
internal sealed class StackCounts(string? valueName, string[]? groupBy)
{
    private static readonly FlameFrame Unknown = new("[unknown]", null);

    /// <summary>The frames of an object, the outermost first, and its count.</summary>
    /// <exception cref="ArgumentException">It has no stack, or its count is no number.</exception>
    public (IEnumerable<FlameFrame> Frames, double Count) Read(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var (isEntry, parts) = Parts(item);
        var stacks = parts.Select(part => Plain(part.Value)).Where(IsStack).OrderByDescending(IsUser).ToArray();
        if (stacks.Length == 0)
        {
            throw new ArgumentException(
                $"{Values.Kind(item.BaseObject)} has no stack. Give the entries of a map with stacks in its keys, "
                + "or output that has $kernel.Stack or $kernel.UserStack.");
        }

        var groups = parts.Where(part => groupBy is null
            ? isEntry && Plain(part.Value) is string : groupBy.Contains(part.Name, StringComparer.OrdinalIgnoreCase));
        var frames = stacks.SelectMany(FramesOf).ToArray();
        return (
            groups.Select(part => new FlameFrame(Values.Wrap(Plain(part.Value))?.ToString() ?? "", null))
                .Concat(frames.Length == 0 ? [Unknown] : frames),
            CountOf(item, isEntry));
    }

    private static (bool IsEntry, (string Name, object? Value)[] Parts) Parts(PSObject item)
    {
        if (IsStack(item.BaseObject)) return (false, [("Stack", item.BaseObject)]);
        var isEntry = item.BaseObject is MapEntry;
        var holder = isEntry ? PSObject.AsPSObject(((MapEntry)item.BaseObject).Key ?? "") : item;
        return (isEntry, IsStack(holder.BaseObject)
            ? [("Key", holder.BaseObject)]
            : [.. holder.Properties.Where(each => each.IsGettable).Select(each => (each.Name, (object?)each.Value))]);
    }

    private double CountOf(PSObject item, bool isEntry)
    {
        if (valueName is null && !isEntry) return 1;
        var name = valueName ?? nameof(MapEntry.Value);
        var value = item.Properties[name] is { } property ? Plain(property.Value)
            : throw new ArgumentException($"There is no property '{name}' that holds the count.");
        return Number(value) ?? throw new ArgumentException($"'{name}' is no number: {Values.Text(value)}.");
    }

    private static double? Number(object? value) => value switch
    {
        Statistics statistics => statistics.Sum,
        TimeSpan time => time.TotalMicroseconds,
        // A count for each processor.
        Array counts => counts.Cast<object?>().Sum(each => Number(Plain(each))),
        IConvertible and not string and not bool => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject and var inner }
        ? inner : value;

    private static bool IsStack(object? value) => value is CallStack or IEnumerable<SymbolizedAddress>
        || (value is object[] { Length: > 0 } items
            && Array.TrueForAll(items, item => Plain(item) is SymbolizedAddress));

    private static bool IsUser(object? stack) => stack is CallStack { Reference.IsUser: true };

    private static IEnumerable<FlameFrame> FramesOf(object? stack) => stack switch
    {
        CallStack { IsUnknown: true } => [Unknown],
        CallStack call => FramesOf(call.Frames),
        IEnumerable<SymbolizedAddress> frames => frames.Select(FlameFrame.Of).Reverse(),
        _ => FramesOf(((object[])stack!).Select(frame => (SymbolizedAddress)Plain(frame)!)),
    };
}
