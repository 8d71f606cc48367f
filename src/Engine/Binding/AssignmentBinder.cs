namespace EbpfCat.Binding;

/// <summary>Binds assignments: what can be assigned to, and the conversion of the value.</summary>
internal sealed class AssignmentBinder(BindingContext context)
{
    private ExpressionBinder Expressions => context.Expressions;

    public BoundStatement Bind(AssignStatement assignment)
    {
        WarnIfCut(assignment);
        var (written, source) = (assignment.Target, assignment.Source);
        if (written is HeaderFieldExpression { Header.Alternatives.Length: > 0, HeaderField.IsOffset: false } either)
            return BindAlternatives(assignment, either);
        if (written is PacketReadExpression { Offset: var offset } && context.Presence.HeadersOf(offset) is [_, ..] all)
            return BindWhere(all, assignment);
        return Bind(assignment, Expressions.Bind(written));
    }

    private BoundStatement Bind(AssignStatement assignment, BoundExpression target)
    {
        var (written, source) = (assignment.Target, assignment.Source);
        if (target is BoundHeaderField { Header: var header, Field: { IsOffset: true } or { IsName: true } } fixedField)
        {
            target = context.Error(DiagnosticIds.InvalidAssignment,
                $"{header.Name}.{fixedField.Field.Name} can only be read.", written.Source ?? source,
                "Assign it to a variable first.");
        }

        if (target.Type is ErrorType)
        {
            Expressions.Bind(assignment.Value);
            return new BoundErrorStatement(source);
        }

        if (target.Type is AggregateType
            && (assignment.Operator is not null || context.Typer.TypeOf(assignment.Value) != target.Type))
        {
            Error(DiagnosticIds.InvalidAssignment,
                $"A number is not assigned to {target.Type.Name}, but observed by it.", source,
                "Call its method Observe with the number.");
            return new BoundErrorStatement(source);
        }

        if (target is BoundElementAccess { Target.Type: StringType })
        {
            Error(DiagnosticIds.InvalidAssignment, "A byte of a text cannot be assigned to.", written.Source ?? source,
                "Use an array of bytes.");
        }

        switch (target.Whole)
        {
            case BoundLocalAccess or BoundVariableAccess or BoundMapEntry or BoundInnerEntry:
                break;
            case BoundPacketAccess or BoundHeaderField:
                context.PacketChangeCount++;
                if (context.Info.Packet == PacketAccess.Copy || context.Definition.Type == ProgramType.CgroupSkb)
                {
                    Error(DiagnosticIds.ReadOnlyPacket,
                        $"A program of type {context.Definition.Type} cannot change the packet.", source,
                        "Use a program of type Tc or Xdp.");
                }
                else if (context.Info.HasTagInMetadata && target is BoundHeaderField { Header: var tag }
                    && (tag == PacketHeaders.Vlan || tag == PacketHeaders.InnerVlan))
                {
                    Error(DiagnosticIds.ReadOnlyPacket,
                        $"A program of type {context.Definition.Type} cannot write to a VLAN tag: it may be outside of "
                            + "the packet, where the network card has put it.", source,
                        "Replace it with the helpers skb_vlan_pop and skb_vlan_push, or use a program of type Xdp.");
                }

                break;
            case BoundEventValue { Access.IsWritable: true }:
                break;
            case BoundEventValue when written is EventFieldExpression field:
                Error(DiagnosticIds.InvalidAssignment,
                    $"{string.Join('.', field.Path)} of the {(field.IsOfContext ? "packet" : "event")} can only be "
                        + $"read by a program of type {context.Definition.Type}.",
                    field.Source ?? source,
                    "Assign it to a variable first.");
                break;
            default:
                Error(DiagnosticIds.InvalidAssignment, "This cannot be assigned to.", written.Source ?? source,
                    "Assign to a variable, a map entry, a packet field or a local.");
                break;
        }

        if (assignment.Operator is not { } op)
        {
            var assigned = Expressions.BindAs(assignment.Value, target.Type, source);
            if (target is BoundLocalAccess { Local: var given }) context.Addresses.Assign(given, assigned);
            return new BoundAssignment(target, assigned, null, source)
            {
                IsMadeInPlace = (written, assignment.Value) is (LocalExpression { Local: var local },
                    StructExpression record)
                    && target.Type is StructType
                    && !StatementWalker.Inside(record).Any(e => e is LocalExpression used
                        && ReferenceEquals(used.Local, local)),
            };
        }

        if (target.StoredType is ScalarType { BitCount: > 0 } && IsShared(target.Whole))
        {
            Error(DiagnosticIds.SharedBits,
                "Processors that change these bits or those around them at the same time would lose changes.", source,
                "Use a variable of its own, or storage per CPU.");
        }

        var operation = new BinaryExpression(op, written, assignment.Value) { Source = source };
        var combined = Expressions.BindArithmetic(operation, target, Expressions.Bind(assignment.Value));
        if (combined is not BoundBinary binary) return new BoundErrorStatement(source);
        return target is BoundLocalAccess or BoundEventValue
            ? new BoundAssignment(target, context.Conversions.Check(binary, target.Type, source), null, source)
            : new BoundAssignment(target, binary.Right,
                new CompoundOperation(op, binary.Arithmetic!, (ScalarType)binary.Type), source);
    }

    // Assigns the field of whichever header is present. The value is computed once.
    private BoundStatement BindAlternatives(AssignStatement assignment, HeaderFieldExpression written)
    {
        var (field, source) = (written.HeaderField, assignment.Source);
        var fields = written.Header.AlternativesOf(field).ToArray();
        if (field.IsProtocol || fields.Any(one => one.Field.Addend != 0
            || Typer.Plain(one.Field.Type) != Typer.Plain(field.Type)))
        {
            var names = fields.Select(one => $"{one.Header.Name}.{one.Field.Name}");
            Error(DiagnosticIds.InvalidAssignment,
                $"{written.Header.Name}.{field.Name} can only be read: the headers that it stands for differ.",
                written.Source ?? source, $"Assign {string.Join(" or ", names)}, where that header is present.");
            Expressions.Bind(assignment.Value);
            return new BoundErrorStatement(source);
        }

        var (first, value) = Once(assignment, field.Type);
        IReadOnlyList<BoundStatement> otherwise = [];
        foreach (var (header, part) in fields.Reverse())
        {
            var target = new HeaderFieldExpression(header, part) { Source = written.Source };
            var write = Bind(new AssignStatement(target, value, assignment.Operator) { Source = source },
                Expressions.Bind(target));
            if (write is BoundAssignment { Target: BoundHeaderField place } bound)
                write = bound with { Target = place with { AlternativeOf = written } };
            otherwise = otherwise.Count == 0
                ? [write]
                : [new BoundIf(new BoundHeaderTest(header, source), [write], otherwise, source)];
        }

        return new BoundIf(new BoundConstant(ScalarType.Boolean, true, source), [.. first, .. otherwise], [], source);
    }

    // Assigns bytes at an offset in headers, where the packet has these.
    private BoundIf BindWhere(IReadOnlyList<PacketHeader> headers, AssignStatement assignment)
    {
        var (target, source) = ((PacketReadExpression)assignment.Target, assignment.Source);
        var (first, value) = Once(assignment, target.Type);
        var calls = context.CallCount;
        var write = Bind(new AssignStatement(target, value, assignment.Operator) { Source = source },
            Expressions.BindPlace(target));
        write = write with { CallCount = context.CallCount - calls };
        var where = new BoundIf(HeaderPresence.AllOf(headers, source), [write], [], source) { IsImplied = true };
        return new BoundIf(new BoundConstant(ScalarType.Boolean, true, source), [.. first, where], [], source);
    }

    // A local that holds the assigned value, which is computed once, and the assignment to it; constants need none.
    private (IReadOnlyList<BoundStatement> First, Expression Value) Once(AssignStatement assignment, EbpfType type)
    {
        var (value, source) = (assignment.Value, assignment.Source);
        if (value is ConstantExpression) return ([], value);
        var local = new Local("value",
            assignment.Operator is null ? Typer.Plain(type) : context.Typer.TypeOf(value));
        return ([context.Statements.Bind(new AssignStatement(local, value) { Source = source })], local);
    }

    // A constant that does not fit into a place in the packet is cut.
    private void WarnIfCut(AssignStatement assignment)
    {
        (string Name, EbpfType? Stored, HeaderField? Field) place = assignment.Target switch
        {
            HeaderFieldExpression { Header: var header, HeaderField: var named } =>
                ($"{header.Name}.{named.Name} holds", named.Type, named),
            PacketReadExpression read => ("these bytes hold", read.Type, null),
            PacketVariableExpression { Variable: var variable } => ($"'{variable.Name}' holds", variable.Type, null),
            _ => default,
        };
        if (assignment.Operator is not null || place.Stored is not ScalarType { IsBoolean: false, IsFixed: false } type
            || Constants.Integer(assignment.Value) is not { } value)
        {
            return;
        }

        var bits = new[] { place.Field?.BitCount ?? 0, type.BitCount, type.Bits }.First(count => count > 0);
        // In raw bytes a negative number stands for its bits.
        if (place.Field is null && value < 0 && value >= -(Int128.One << (bits - 1))) return;
        var (scale, mask) = (place.Field?.Scale ?? 0, (Int128.One << bits) - 1);
        var stored = ((value >> scale) & mask) << scale;
        if (stored == value) return;
        var unit = scale > 0 ? $"multiples of {1 << scale}" : "numbers";
        context.Diagnostics.Add(new Diagnostic(DiagnosticIds.CutConstant,
            $"{value} becomes {stored}: {place.Name} {unit} from 0 to {mask << scale}.",
            assignment.Value.Source ?? assignment.Source, null, DiagnosticSeverity.Warning));
    }

    private static bool IsShared(BoundExpression whole) => whole switch
    {
        BoundVariableAccess { Location.Variable.Storage: var storage } => storage != VariableStorage.PerCpu,
        BoundMapEntry { Map.Map: var map } => !map.IsPerCpu,
        BoundInnerEntry { Inner: var map } => !map.IsPerCpu,
        _ => false,
    };

    private void Error(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        context.Error(id, problem, source, suggestion);
}
