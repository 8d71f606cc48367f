using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Lowers calls of helpers, and inlines calls of functions.</summary>
internal sealed class CallLowering(LoweringContext context)
{
    // What a helper returns for an address that is none (EFAULT): here for a place that is not there, as in a map that
    // is full.
    private const long NoPlace = -14;

    private readonly IrBuilder _b = context.Builder;

    /// <summary>What a helper is handed: a value, or an address.</summary>
    /// <param name="Value">The value, or the pointer that the address counts from.</param>
    /// <param name="Offset">What is added to the pointer, in bytes.</param>
    /// <param name="Guarded">Whether the pointer may be null: then the helper is not called.</param>
    /// <param name="Local">
    /// The local that what is written there goes to, where the local has no place of its own.
    /// </param>
    private readonly record struct HelperArgument(Value Value, int Offset = 0, bool Guarded = false,
        BoundLocal? Local = null);

    public ScalarOperand LowerHelperCall(BoundHelperCall call)
    {
        var id = call.Helper;
        var arguments = call.Arguments.Select(argument => argument.IsWritten
            ? WrittenArgument(argument.Value)
            : new HelperArgument(Argument(argument))).ToArray();
        var result = CallIfPresent(id, arguments);
        if (HelperTable.OfCall(id).Has(HelperTraits.InvalidatesPacketPointers)) context.Packet.Reload();
        return new ScalarOperand(ScalarType.Int64, result);
    }

    // A number by value; a map, text, struct or address by where it is; a key or value of a map as the map has it.
    private Value Argument(BoundHelperArgument argument)
    {
        if (argument.Expected is { } type) return context.Places.AddressOf(argument.Value, type);
        return context.Expressions.Lower(argument.Value) switch
        {
            ScalarOperand scalar => scalar.Value,
            var bytes => context.Places.AddressOf(context.Memory.InMemory(bytes), bytes.Type),
        };
    }

    // The place itself where it has one, made where it is absent, as by an assignment. A number is passed on: it may be
    // a pointer that another helper gave.
    private HelperArgument WrittenArgument(BoundExpression argument)
    {
        if (HelperCallBinder.IsPlace(argument))
        {
            var place = context.Places.Locate(argument, insert: true);
            return new HelperArgument(place.Place.Pointer, place.Place.Offset, place.Guarded);
        }

        if (argument is not BoundLocalAccess { Local: var local, Type: AddressType type })
        {
            return new HelperArgument(context.Expressions.LowerScalar(argument).Value);
        }

        var copy = context.Memory.Temporary(type.Size);
        context.Conversions.Store(type, copy, context.Locals.Read(local));
        return new HelperArgument(copy.Pointer, Local: local);
    }

    private Value CallIfPresent(int id, HelperArgument[] arguments)
    {
        if (_b.Current is null || !Array.Exists(arguments, argument => argument.Guarded)) return Call(id, arguments);
        var (absent, after) = (_b.NewBlock(), _b.NewBlock());
        foreach (var guarded in arguments.Where(argument => argument.Guarded))
        {
            var present = _b.NewBlock();
            _b.BranchIfNotZero(guarded.Value, present, absent);
            if (_b.StartIfReached(present))
            {
                continue;
            }

            _b.Start(absent);
            return _b.Constant(NoPlace);
        }

        var result = Call(id, arguments);
        var called = _b.Current;
        _b.Jump(after);
        if (absent.Predecessors.Count == 0)
        {
            _b.Start(after);
            return result;
        }

        _b.Start(absent);
        var failed = _b.Constant(NoPlace);
        _b.Jump(after);
        _b.Start(after);
        return _b.Phi((absent, failed), (called!, result));
    }

    private Value Call(int id, HelperArgument[] arguments)
    {
        var result = _b.Call(id, [.. arguments.Select(argument => argument.Offset == 0
            ? argument.Value
            : _b.AddOffset(argument.Value, argument.Offset))]);
        if (HelperTable.OfCall(id).Has(HelperTraits.NarrowStatus)) result = _b.Make(Op.SignExtend, 32, result);
        foreach (var (value, _, _, local) in arguments)
        {
            if (local is null) continue;
            context.Locals.Assign(local, context.Memory.Load(local.Type, new Place(MemoryRegion.Stack, value, 0)));
        }

        return result;
    }

    /// <summary>A call, its body put in here with locals of its own.</summary>
    public ScalarOperand LowerFunctionCall(BoundCall call)
    {
        var function = call.Function;
        var arguments = call.Arguments.Select(context.Expressions.Lower).ToList();
        var frame = new Frame(isFunction: true, _b.NewBlock());
        var caller = context.Frame;
        context.Frame = frame;
        // What the call's surroundings hold on the stack stays theirs while the body's statements come and go.
        var floor = context.Temporaries.Keep();
        context.Statements.DeclareLabels(function.Labels);
        for (var i = 0; i < arguments.Count; i++) context.Locals.Assign(function.Parameters[i], arguments[i]);
        _b.Write(frame.Result, _b.Constant(0));
        context.Locals.Reset(function);
        context.Statements.Lower(function.Body);
        _b.Jump(frame.Exit);
        context.Frame = caller;
        context.Temporaries.Return(floor);
        context.Locals.Release(frame);
        if (frame.Exit.Predecessors.Count > 0) _b.Start(frame.Exit);
        return new ScalarOperand(function.ResultType, _b.Read(frame.Result));
    }
}
