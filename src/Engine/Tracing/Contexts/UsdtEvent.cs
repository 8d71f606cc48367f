using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>
/// A USDT probe: its arguments, <c>arg0</c> and so on, from the constants, registers and memory that the file's note names,
/// and the registers.
/// </summary>
public sealed class UsdtEvent : TracedEvent
{
    private readonly IReadOnlyList<UsdtProbe> _places;
    private readonly Registers _registers;
    private readonly RegisterPlaces _all;

    /// <summary>A probe at one place or several.</summary>
    /// <param name="places">The places; an argument that they do not all keep alike is refused when it is used.</param>
    /// <param name="registers">The processor's; null for those of this one.</param>
    public UsdtEvent(IReadOnlyList<UsdtProbe> places, Registers? registers = null)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentOutOfRangeException.ThrowIfZero(places.Count);
        (_places, _registers) = (places, registers ?? Registers.Current);
        _all = new RegisterPlaces(_registers, EventMemory.User);
    }

    /// <inheritdoc/>
    public override string Description => $"the probe {_places[0].FullName}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames => [.. NumberedArguments.Names(Count), .. _all.Names];

    private int Count => _places.Min(place => place.Arguments.Count);

    /// <summary>The places in groups whose arguments are kept alike: one program can be put on all of a group.</summary>
    /// <param name="places">The places.</param>
    public static IReadOnlyList<IReadOnlyList<UsdtProbe>> Group(IEnumerable<UsdtProbe> places) =>
        [.. places.GroupBy(Layout).Select(group => group.ToList())];

    /// <inheritdoc/>
    private protected override EventPlace? Find(string name)
    {
        if (NumberedArguments.Find(name, Count) is not { } index) return _all.Find(name);
        var argument = _places[0].Arguments[index];
        if (_places.Any(place => Layout(place, index) != Layout(_places[0], index)))
        {
            throw new CompileException("NotAvailable",
                $"The places of {Description} do not all keep '{name}' alike.", null, "Attach the program to each place by itself.");
        }

        return new PlainPlace(argument.Operand switch
        {
            UsdtOperand.Constant constant => new EventAccess(argument.Type, EventRoot.Constant, 0, 8) { Constant = constant.Value, Memory = EventMemory.User },
            UsdtOperand.InRegister { Register: var register } => Whole(register) with { Type = argument.Type },
            UsdtOperand.InMemory memory => InMemory(memory, _places[0]) with { Type = argument.Type },
            _ => throw new CompileException("NotAvailable", $"'{name}' of {Description} is in {argument.Text}, which no program can read.", null),
        });
    }

    private static string Layout(UsdtProbe place) => string.Join(' ', place.Arguments.Select((_, index) => Layout(place, index)));

    // What counts from the file's place in memory is found by the probe's own.
    private static string Layout(UsdtProbe place, int index)
    {
        var argument = place.Arguments[index];
        return argument.Operand is UsdtOperand.InMemory { IsFileRelative: true } ? $"{argument.Text} from {place.Address}" : argument.Text;
    }

    // The name says how much of the register the compiler used; the argument's own size says how much counts.
    private EventAccess Whole(RegisterSlot register)
    {
        var isLow = register.Offset % 8 == 0;
        return _all.At(isLow ? register with { Size = 8 } : register);
    }

    private EventAccess InMemory(UsdtOperand.InMemory memory, UsdtProbe place)
    {
        var (root, displacement) = memory switch
        {
            { IsFileRelative: true } => (Whole(_registers.InstructionPointer), memory.Displacement - (long)place.Address),
            { Base: { } start } => (Whole(start), memory.Displacement),
            _ => (new EventAccess(ScalarType.UInt64, EventRoot.Constant, 0, 8) { Constant = memory.Displacement, Memory = EventMemory.User }, 0),
        };
        return root with
        {
            Index = memory.Index is { } index ? new EventIndex(index.Offset, index.Size, memory.Scale) : null,
            Steps = [new EventStep(checked((int)displacement), EventMemory.User)],
        };
    }
}
