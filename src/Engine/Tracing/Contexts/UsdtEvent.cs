namespace EbpfCat.Tracing;

/// <summary>
/// A USDT probe: its arguments, <c>arg0</c> and so on, from the constants, registers and memory in the file's note, and
/// the registers.
/// </summary>
public sealed class UsdtEvent : TracedEvent
{
    private readonly IReadOnlyList<UsdtProbe> _places;
    private readonly Registers _registers;
    private readonly RegisterPlaces _all;

    /// <summary>A probe with one or several locations.</summary>
    /// <param name="places">
    /// The locations. An argument that differs between them is found by the cookie of the attachment, which is the
    /// index of the location (Linux 5.15).
    /// </param>
    /// <param name="registers">The registers; null for those of this architecture.</param>
    public UsdtEvent(IReadOnlyList<UsdtProbe> places, Registers? registers = null)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentOutOfRangeException.ThrowIfZero(places.Count);
        (_places, _registers) = (places, registers ?? Registers.Current);
        _all = new RegisterPlaces(_registers, EventMemory.User);
    }

    public override string Description => $"the probe {_places[0].FullName}";

    public override IReadOnlyList<string> FieldNames => (string[])[.. NumberedArguments.Names(Count), .. _all.Names];

    private int Count => _places.Min(place => place.Arguments.Count);

    /// <summary>Resolves a target: <c>path:provider:name</c> or <c>path:name</c>; null if it names no probe.</summary>
    internal static UsdtEvent? ForTarget(string target)
    {
        if (target.Split(':', 2) is not [var path, var probe]) return null;
        using var file = ElfFile.Open(SharedLibraries.Resolve(path));
        return new UsdtEvent(UsdtProbes.Find(file, probe));
    }

    /// <summary>The locations grouped by the places of their arguments: one program serves a whole group.</summary>
    public static IReadOnlyList<IReadOnlyList<UsdtProbe>> Group(IEnumerable<UsdtProbe> places) =>
        places.GroupBy(Layout).Select(group => group.ToList()).ToArray();

    private protected override string? Suggest(string name) => _all.Suggest(name);

    private protected override EventPlace? Find(string name)
    {
        if (NumberedArguments.Find(name, Count) is not { } index) return _all.Find(name);
        var groups = _places.Index().GroupBy(place => Layout(place.Item, index)).ToArray();
        if (groups.Length == 1) return new PlainPlace(Read(_places[0], index));
        if (KernelFacts.RunningVersion < KernelFacts.Since(BpfAttachType.PerfEvent))
        {
            throw new CompileException(DiagnosticIds.NotAvailable,
                $"The places of {Description} do not all keep '{name}' alike, which requires Linux "
                + $"{KernelFacts.Since(BpfAttachType.PerfEvent)}.",
                null, "Attach the program to each place by itself.");
        }

        EventAlternative[] alternatives =
        [
            .. groups.OrderBy(group => group.Count()).Select(group => new EventAlternative(
                [.. group.Select(place => (long)place.Index)], Read(group.First().Item, index))),
        ];
        var types = alternatives.Select(each => (ScalarType)each.Access.Type).Distinct().ToArray();
        var type = types.Length == 1 ? types[0] : ScalarType.Integer(64, types.Any(each => each.IsSigned));
        return new PlainPlace(new EventAccess(type, EventRoot.Alternatives, 0, 8)
        {
            Alternatives = alternatives,
            Memory = EventMemory.User,
        });
    }

    private EventAccess Read(UsdtProbe place, int index)
    {
        var argument = place.Arguments[index];
        return argument.Operand switch
        {
            UsdtOperand.Constant constant => Constant(argument.Type, constant.Value),
            UsdtOperand.InRegister { Register: var register } => Whole(register) with { Type = argument.Type },
            UsdtOperand.InMemory memory => InMemory(memory, place) with { Type = argument.Type },
            _ => throw new CompileException(
                DiagnosticIds.NotAvailable,
                $"'arg{index}' of {Description} is in {argument.Text}, which no program can read.", null),
        };
    }

    private static string Layout(UsdtProbe place) =>
        string.Join(' ', place.Arguments.Select((_, index) => Layout(place, index)));

    // An address relative to the load address is computed from the probe's own address.
    private static string Layout(UsdtProbe place, int index)
    {
        var argument = place.Arguments[index];
        return argument.Operand is UsdtOperand.InMemory { IsFileRelative: true }
            ? $"{argument.Text} from {place.Address}" : argument.Text;
    }

    // The register name tells the part that the compiler used; the size of the argument tells the part that matters.
    private static EventAccess Constant(ScalarType type, long value) =>
        new(type, EventRoot.Constant, 0, 8) { Constant = value, Memory = EventMemory.User };

    private EventAccess Whole(RegisterSlot register)
    {
        var isLow = register.Offset % 8 == 0;
        return _all.At(isLow ? register with { Size = 8 } : register);
    }

    private EventAccess InMemory(UsdtOperand.InMemory memory, UsdtProbe place)
    {
        var (root, displacement) = memory switch
        {
            { IsFileRelative: true } =>
                (Whole(_registers.InstructionPointer), memory.Displacement - (long)place.Address),
            { Base: { } start } => (Whole(start), memory.Displacement),
            _ => (Constant(ScalarType.UInt64, memory.Displacement), 0),
        };
        return root with
        {
            Index = memory.Index is { } index ? new EventIndex(index.Offset, index.Size, memory.Scale) : null,
            Steps = [new EventStep(checked((int)displacement), EventMemory.User)],
        };
    }
}
