namespace EbpfCat.Tracing;

/// <summary>An argument in a context that is an array of 8-byte numbers.</summary>
/// <param name="Name">Its name; <c>arg0</c> and so on where BTF has none.</param>
/// <param name="Index">Its place in the array.</param>
internal sealed record ContextArgument(string Name, BtfType Type, int Index)
{
    private const int SlotSize = 8;

    /// <summary>Assigns slots to arguments: one each, or as many as a struct passed by value needs.</summary>
    /// <param name="end">The place behind them all.</param>
    public static IReadOnlyList<ContextArgument> LayOut(IEnumerable<BtfParameter> parameters, out int end)
    {
        var arguments = new List<ContextArgument>();
        end = 0;
        foreach (var (name, type) in parameters)
        {
            if (type.Kind == BtfKind.Void) break; // "..." of a variadic function
            var number = arguments.Count.ToString(CultureInfo.InvariantCulture);
            arguments.Add(new ContextArgument(name.Length > 0 ? name : "arg" + number, type, end));
            end += Math.Max(1, (type.Size + SlotSize - 1) / SlotSize);
        }

        return arguments;
    }

    /// <summary>The argument with a name, case-insensitive unless two differ only in case, or null.</summary>
    public static ContextArgument? Find(IReadOnlyList<ContextArgument> arguments, string name) =>
        arguments.FirstOrDefault(argument => argument.Name == name)
        ?? arguments.FirstOrDefault(argument => argument.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static EventAccess Slot(int index) => new(ScalarType.UInt64, EventRoot.Context, index * SlotSize, SlotSize);

    /// <summary>The argument in the context.</summary>
    /// <param name="leads">The memory that its pointers point into.</param>
    public TypedPlace At(EventMemory leads) => new(Slot(Index), Type, leads) { Name = Name };
}
