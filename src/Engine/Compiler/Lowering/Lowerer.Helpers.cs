using System.Globalization;
using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>Calls of the kernel's helpers by name: what they read is handed over, what they write goes to the place
/// that is named.</content>
internal sealed partial class Lowerer
{
    // What a helper returns for an address that is none (EFAULT): here for a place that is not there, as in a map that
    // is full.
    private const long NoPlace = -14;

    /// <summary>What a helper is handed: a value, or an address.</summary>
    /// <param name="Value">The value, or the pointer that the address counts from.</param>
    /// <param name="Offset">What is added to the pointer, in bytes.</param>
    /// <param name="Guarded">Whether the pointer may be null: then the helper is not called.</param>
    /// <param name="Local">
    /// The local that what is written there goes to, where the local has no place of its own.
    /// </param>
    private readonly record struct HelperArgument(Value Value, int Offset = 0, bool Guarded = false,
        BoundLocal? Local = null);

    private ScalarOperand LowerHelperCall(BoundHelperCall call)
    {
        var id = call.Helper;
        var arguments = call.Arguments.Select(argument => argument.IsWritten
            ? WrittenArgument(argument.Value)
            : new HelperArgument(Argument(argument))).ToArray();
        var result = CallIfPresent(id, arguments);
        if (HelperTable.OfCall(id).Has(HelperTraits.InvalidatesPacketPointers)) ReloadPacketPointers();
        return new ScalarOperand(ScalarType.Int64, result);
    }

    // A number by value; a map, text, struct or address by where it is; a key or value of a map as the map has it.
    private Value Argument(BoundHelperArgument argument)
    {
        if (argument.Expected is { } type) return AddressOf(argument.Value, type);
        return LowerExpression(argument.Value) switch
        {
            ScalarOperand scalar => scalar.Value,
            var bytes => AddressOf(InMemory(bytes), bytes.Type),
        };
    }

    // The place itself where it has one, made where it is absent, as by an assignment. A number is passed on: it may be
    // a pointer that another helper gave.
    private HelperArgument WrittenArgument(BoundExpression argument)
    {
        if (HelperCallBinder.IsPlace(argument))
        {
            var place = Locate(argument, insert: true);
            return new HelperArgument(place.Place.Pointer, place.Place.Offset, place.Guarded);
        }

        if (argument is not BoundLocalAccess { Local: var local, Type: AddressType type })
        {
            return new HelperArgument(LowerScalar(argument).Value);
        }

        var copy = StackPlace(Temporary(type.Size));
        Store(type, copy, ReadLocal(local));
        return new HelperArgument(copy.Pointer, Local: local);
    }

    private Value CallIfPresent(int id, HelperArgument[] arguments)
    {
        if (_b.Current is null || !Array.Exists(arguments, argument => argument.Guarded)) return Call(id, arguments);
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

        var result = Call(id, arguments);
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

    private Value Call(int id, HelperArgument[] arguments)
    {
        var result = _b.Call(id, [.. arguments.Select(argument => argument.Offset == 0
            ? argument.Value
            : Forward(argument.Value, argument.Offset))]);
        if (HelperTable.OfCall(id).Has(HelperTraits.NarrowStatus)) result = _b.Make(Op.SignExtend, 32, result);
        foreach (var (value, _, _, local) in arguments)
        {
            if (local is not null) Assign(local, Load(local.Type, new Place(MemoryRegion.Stack, value, 0)));
        }

        return result;
    }
}
