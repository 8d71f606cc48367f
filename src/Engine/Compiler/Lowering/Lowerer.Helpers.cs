using System.Globalization;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>Calls of the kernel's helpers by name: what they read is handed over, what they write goes to the place that is named.</content>
internal sealed partial class Lowerer
{
    private const int MostArguments = 5;

    // What a helper returns for an address that is none (EFAULT): here for a place that is not there, as in a map that is full.
    private const long NoPlace = -14;

    /// <summary>What a helper is handed: a value, or an address.</summary>
    /// <param name="Value">The value, or the pointer that the address counts from.</param>
    /// <param name="Offset">What is added to the pointer, in bytes.</param>
    /// <param name="Guarded">Whether the pointer may be null: then the helper is not called.</param>
    /// <param name="Local">The local that what is written there goes to, where the local has no place of its own.</param>
    private readonly record struct HelperArgument(Value Value, int Offset = 0, bool Guarded = false, Local? Local = null);

    private ScalarOperand LowerHelperCall(HelperCallExpression call)
    {
        var id = NumberOf(call);
        if (call.Arguments.Count > MostArguments)
        {
            throw Error("WrongArgumentCount", $"A helper takes at most {MostArguments} arguments.", call.Source);
        }

        var parameters = HelperTable.Get(id)?.Parameters ?? [];
        var map = call.Arguments.OfType<MapReferenceExpression>().FirstOrDefault()?.Map;
        HelperParameterKind KindOf(int index) => index < parameters.Count ? parameters[index].Kind : HelperParameterKind.Number;
        var arguments = call.Arguments.Select((argument, index) => IsWritten(argument, KindOf(index))
            ? WrittenArgument(call, index, KindOf(index + 1) == HelperParameterKind.Size ? call.Arguments.ElementAtOrDefault(index + 1) : null)
            : new HelperArgument(Argument(argument, KindOf(index), map))).ToArray();
        var result = CallIfPresent(id, arguments, call.Source);
        if (HelperTable.OfCall(id).Has(HelperTraits.InvalidatesPacketPointers)) ReloadPacketPointers();
        return new ScalarOperand(ScalarType.Int64, result);
    }

    private bool IsWritten(Expression argument, HelperParameterKind kind) =>
        kind == HelperParameterKind.Write || (kind == HelperParameterKind.Update && IsPlace(argument));

    private static int NumberOf(HelperCallExpression call)
    {
        if (int.TryParse(call.Name, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)) return number;
        return HelperTable.Find(call.Name)?.Id ?? throw Error("UnknownHelper", $"The kernel has no helper '{call.Name}'.", call.Source,
            SimilarNames.Sentence(call.Name, [.. HelperTable.All.Select(h => h.Name)]));
    }

    // A number by value; a map, text, struct or address by where it is; a key or value of a map as the map has it.
    private Value Argument(Expression argument, HelperParameterKind kind, Map? map)
    {
        var type = kind switch { HelperParameterKind.Key => map?.Key, HelperParameterKind.Value => map?.Value, _ => null };
        if (type is not null) return AddressOf(argument, type, argument.Source);
        switch (LowerExpression(argument))
        {
            case ScalarOperand scalar:
                return scalar.Value;
            case var bytes:
                return AddressOf(InMemory(bytes), bytes.Type, argument.Source);
        }
    }

    // The place itself where it has one, made where it is absent, as by an assignment. A number is passed on: it may be a
    // pointer that another helper gave.
    private HelperArgument WrittenArgument(HelperCallExpression call, int index, Expression? size)
    {
        var argument = call.Arguments[index];
        var type = _typer.TypeOf(argument);
        if (IsPlace(argument))
        {
            var place = Locate(argument, insert: true);
            RequireRoom(call, argument, place.Type, size);
            return new HelperArgument(place.Place.Pointer, place.Place.Offset, place.Guarded);
        }

        if (argument is LocalExpression { Local: var local } && type is AddressType)
        {
            RequireRoom(call, argument, type, size);
            var copy = StackPlace(Temporary(type.Size));
            Store(type, copy, ReadLocal(local), argument.Source);
            return new HelperArgument(copy.Pointer, Local: local);
        }

        if (type is ScalarType && argument is not (HeaderFieldExpression or PacketReadExpression or PacketVariableExpression))
        {
            return new HelperArgument(LowerScalar(argument).Value);
        }

        throw Error("NotAPlace", $"The helper '{call.Name}' writes into its argument {index + 1}, and this is a value, which it would not change.",
            argument.Source ?? call.Source,
            "Name a local, a shared variable, an entry of a map, or a field of one of these; what is written there can be assigned further.");
    }

    // What lies in memory that stays: shared variables, entries of maps, locals that are not in registers; and their parts.
    private bool IsPlace(Expression expression) => expression switch
    {
        VariableExpression or MapEntryExpression or InnerEntryExpression => true,
        LocalExpression { Local: var local } => _typer.TypeOf(expression) is not (null or ScalarType or AddressType) && StorageOf(local, wholeWrite: false).Slot is not null,
        FieldExpression { Target: var target } => IsPlace(target),
        IndexExpression { Target: var target } => IsPlace(target),
        _ => false,
    };

    // The verifier sees whole values and the whole stack, and so not that a helper writes over what is behind the place. From an
    // element on more than that may be meant.
    private static void RequireRoom(HelperCallExpression call, Expression argument, EbpfType type, Expression? size)
    {
        if (size is null || argument is IndexExpression || Constants.Integer(size) is not { } bytes || bytes <= type.Size) return;
        throw Error("NoRoom", $"The helper '{call.Name}' is to write {bytes} bytes where there are {type.Size}, those of {type.Name}.",
            size.Source ?? call.Source, $"Write {type.Size}, or declare the place larger.");
    }

    private Value CallIfPresent(int id, HelperArgument[] arguments, SourceSpan? source)
    {
        if (_b.Current is null || !Array.Exists(arguments, argument => argument.Guarded)) return Call(id, arguments, source);
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        foreach (var guarded in arguments.Where(argument => argument.Guarded))
        {
            var present = _b.NewBlock();
            BranchIfNotZero(guarded.Value, present, absent);
            if (present.Predecessors.Count > 0)
            {
                Start(present);
                continue;
            }

            Start(absent);
            return _b.Constant(NoPlace);
        }

        var result = Call(id, arguments, source);
        var called = _b.Current;
        Jump(after);
        if (absent.Predecessors.Count == 0)
        {
            Start(after);
            return result;
        }

        Start(absent);
        var failed = _b.Constant(NoPlace);
        Jump(after);
        Start(after);
        return _b.Phi((absent, failed), (called!, result));
    }

    private Value Call(int id, HelperArgument[] arguments, SourceSpan? source)
    {
        var result = _b.Call(id, [.. arguments.Select(argument => argument.Offset == 0 ? argument.Value : Forward(argument.Value, argument.Offset))]);
        if (HelperTable.OfCall(id).Has(HelperTraits.NarrowStatus)) result = _b.Make(Op.SignExtend, 32, result);
        foreach (var (value, _, _, local) in arguments)
        {
            if (local is not null) Assign(local, Load(TypeOf(local), new Place(MemoryRegion.Stack, value, 0)), source);
        }

        return result;
    }
}
