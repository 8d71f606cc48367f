using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;
using FsCheck;
using FsCheck.Fluent;
using static EbpfCat.Tests.Reference.Generators;

namespace EbpfCat.Tests.Reference;

internal static partial class ProgramGenerator
{
    private static readonly BinaryOperator[] CompoundOperators =
        [BinaryOperator.Add, BinaryOperator.Add, BinaryOperator.Add, BinaryOperator.Subtract, BinaryOperator.Subtract,
            .. NumberOperators];

    // A whole body: every local without a type is assigned somewhere, because its type is inferred.
    private static Gen<Statement[]> Body(ProgramScope scope, int length) =>
        from first in OnceIn(2)
        from given in Gen.CollectToArray(scope.Locals.Where(l => l.Type is null),
            local => Number(scope, 1).Select(value => (Statement)new AssignStatement(local, value)))
        from statements in Block(scope, length, scope.Depth)
        from result in scope.InFunction
            ? Number(scope, 2).Select(value => (Statement)new ReturnStatement(value))
            : Verdict(scope).Select(value => (Statement)new ResultStatement(value))
        select first ? (Statement[])[.. given, .. statements, result] : [.. statements, .. given, result];

    private static Gen<Statement[]> Block(ProgramScope scope, int length, int depth) =>
        Several(1, length, Statement(scope, depth)).Select(groups => groups.SelectMany(g => g).ToArray());

    private static Gen<Statement[]> One(Gen<Statement> statement) => statement.Select(s => new[] { s });

    private static Gen<Statement[]> Statement(ProgramScope scope, int depth)
    {
        var deep = depth > 0 ? 1 : 0;
        var loops = depth > 0 && scope.Loops < 2 ? 1 : 0;
        var keyed = scope.KeyedMaps.Any() ? 1 : 0;
        return Weighted(
            (12, () => One(Assignment(scope))),
            (HasNumbers(scope) ? 9 : 0, () => One(Compound(scope))),
            (keyed * 8, () => One(MapStatement(scope))),
            (scope.Maps.Count > 0 ? 3 : 0, () => One(MapEffect(scope))),
            (scope.CanWritePacket ? 5 : 0, () => One(PacketWrite(scope))),
            (2, () => One(PutOut(scope))),
            (deep * 6, () => One(If(scope, depth - 1))),
            (deep * 4, () => One(IfPresent(scope, depth - 1))),
            (loops * 2, () => Counted(scope, depth - 1)),
            (loops * 2, () => One(Each(scope, depth - 1))),
            (scope.Arrays.Any() ? loops * 2 : 0, () => One(EachElement(scope, depth - 1))),
            (deep * 2, () => One(Switch(scope, depth - 1))),
            (scope.CanBreak ? 2 : 0, () => One(Leave(scope))),
            (scope.Functions.Count > 0
                ? 2 : 0, () => One(Call(scope, 1).Select(call => (Statement)new ExpressionStatement(call)))),
            (deep, () => One(If(scope, 0, [new ReturnStatement()]))),
            (deep * (scope.InFunction || scope.Loops > 0 ? 0 : 1), () => Jump(scope, depth - 1)));
    }

    private static Gen<Statement> Assignment(ProgramScope scope) =>
        from place in Gen.Elements(scope.Targets.ToArray())
        from value in Value(scope, ProgramScope.TypeOf(place), scope.Depth)
        select (Statement)new AssignStatement(place, value);

    private static bool HasNumbers(ProgramScope scope) =>
        scope.CanWritePacket || scope.Targets.Any(p => ProgramScope.TypeOf(p) is null or ScalarType);

    private static Gen<Expression> NumberPlace(ProgramScope scope)
    {
        var places = scope.Targets.Where(p => ProgramScope.TypeOf(p) is null or ScalarType).ToArray();
        var arrays = scope.Arrays.ToArray();
        return Weighted(
            (places.Length > 0 ? 8 : 0, () => Gen.Elements(places)),
            (arrays.Length > 0 ? 2 : 0, () => Element(scope, arrays, 2)),
            (scope.CanWritePacket ? 1 : 0, () => NumberField(scope).Where(scope.CanWrite)));
    }

    private static Gen<Statement> Compound(ProgramScope scope) =>
        from place in NumberPlace(scope)
        from op in Gen.Elements(CompoundOperators)
        from value in Number(scope, 2)
        select Compound(place, op, value);

    // Fixed-point numbers have no bitwise operators, and shared bit fields no compound assignments.
    private static Statement Compound(Expression place, BinaryOperator op, Expression value) =>
        place is VariableExpression or MapEntryExpression or FieldExpression
            && ProgramScope.TypeOf(place) is ScalarType { BitCount: > 0 }
        ? new AssignStatement(place, value)
        : IsBitwise(op)
        ? MayBeFixed(place)
            ? new AssignStatement(place, value, BinaryOperator.Add)
            : new AssignStatement(place, Whole(value), op)
        : new AssignStatement(place, value, op);

    private static Gen<Statement> MapStatement(ProgramScope scope) =>
        from map in Gen.Elements(scope.KeyedMaps.ToArray())
        from key in Key(scope, map, 2)
        from part in Gen.Elements(ProgramScope.Parts(map[key], map.Value).ToArray())
        let type = ProgramScope.TypeOf(part)
        from isCompound in OnceIn(2)
        from op in Gen.Elements(CompoundOperators)
        from value in Value(scope, type, 2)
        select isCompound && type is ScalarType ? Compound(part, op, value) : new AssignStatement(part, value);

    // A call that changes a map; its value is stored in a local or dropped.
    private static Gen<Statement> MapEffect(ProgramScope scope) =>
        from map in Gen.Elements(scope.Maps.ToArray())
        from call in MapCall(scope, map)
        let type = call.Operation is MapOperation.Pop or MapOperation.Peek ? map.Value : ScalarType.Boolean
        let locals = scope.Locals.Where(l => type is ScalarType ? l.Type is null or ScalarType : l.Type == type)
            .ToArray()
        from keep in OnceIn(2)
        from local in locals.Length > 0 ? Gen.Elements(locals) : Gen.Constant<Local>(null!)
        select keep && local is not null ? new AssignStatement(local, call) : (Statement)new ExpressionStatement(call);

    private static Gen<MapCallExpression> MapCall(ProgramScope scope, Map map)
    {
        if (map.Key is null)
        {
            return
                from value in Value(scope, map.Value, 2)
                from op in Gen.Elements(MapOperation.Push, MapOperation.Push, MapOperation.Pop, MapOperation.Peek)
                select new MapCallExpression(map, op, op == MapOperation.Push ? [value] : []);
        }

        var operations = map.Type is MapType.Array or MapType.PerCpuArray
            ? [MapOperation.Set, MapOperation.Replace, MapOperation.Add]
            : new[] { MapOperation.Remove, MapOperation.Remove, MapOperation.Add, MapOperation.Replace,
                MapOperation.Set, MapOperation.Pop };
        return
            from key in Key(scope, map, 2)
            from value in Value(scope, map.Value, 2)
            from op in Gen.Elements(operations)
            select new MapCallExpression(map, op, op is MapOperation.Remove or MapOperation.Pop ? [key] : [key, value]);
    }

    private static Gen<Statement> PacketWrite(ProgramScope scope) =>
        from isAddress in OnceIn(5)
        from place in (isAddress ? AddressField(scope) : PacketNumber(scope, 2)).Where(scope.CanWrite)
        let type = place is HeaderFieldExpression header ? header.HeaderField.Type : ScalarType.UInt64
        from isCompound in OnceIn(3)
        from op in Gen.Elements(CompoundOperators)
        from value in Value(scope, type, 2)
        select isCompound && type is ScalarType ? Compound(place, op, value) : new AssignStatement(place, value);

    private static Gen<Expression> AddressField(ProgramScope scope) =>
        from header in Header(scope)
        from field in Gen.Elements(
            header.Fields.Where(f => f.Type is AddressType).DefaultIfEmpty(header.Fields[0]).ToArray())
        select (Expression)new HeaderFieldExpression(header, field);

    private static Gen<Expression> Verdict(ProgramScope scope) => Weighted(
        (3, () => Gen.Elements(scope.Type.Verdicts.Keys.ToArray()).Select(name => (Expression)name)),
        (1, () => Number(scope, 2)));

    private static Gen<Statement> PutOut(ProgramScope scope) =>
        (scope.InFunction ? Number(scope, 2) : Verdict(scope)).Select(value => (Statement)new ResultStatement(value));

    private static Gen<Statement> If(ProgramScope scope, int depth) =>
        from condition in Condition(scope, 2)
        from then in Block(scope, 3, depth)
        from hasElse in OnceIn(2)
        from otherwise in hasElse ? Block(scope, 3, depth) : Gen.Constant<Statement[]>([])
        select (Statement)new IfStatement(condition, then, otherwise);

    private static Gen<Statement> If(ProgramScope scope, int depth, Statement[] then) =>
        Condition(scope, depth + 1).Select(condition => (Statement)new IfStatement(condition, then));

    private static Gen<Statement> IfPresent(ProgramScope scope, int depth) =>
        from header in AnyHeader(scope)
        from then in Block(scope.With(header), 4, depth)
        from hasElse in OnceIn(3)
        from otherwise in hasElse ? Block(scope, 2, depth) : Gen.Constant<Statement[]>([])
        select (Statement)new IfStatement(new HeaderExpression(header), then, otherwise);

    // The verifier follows every iteration: a loop's body must be simple, and that of a nested loop simpler.
    private static Gen<Statement[]> LoopBody(ProgramScope scope, int depth) =>
        Block(scope, scope.Loops > 1 ? 2 : 3, Math.Min(depth, scope.Loops > 1 ? 0 : 1));

    // A loop of any form; its own local counts the iterations, so it ends.
    private static Gen<Statement[]> Counted(ProgramScope scope, int depth) =>
        from number in Gen.Choose(0, 999)
        let counter = new Local($"i{number}", ScalarType.Int64)
        from turns in Gen.Choose(1, scope.Loops > 0 ? 2 : 5)
        from condition in Condition(scope, 1)
        from body in LoopBody(scope.Inside(counter), depth)
        from form in Gen.Choose(0, 4)
        select Loop(counter, turns, condition, body, form);

    private static Statement[] Loop(Local counter, int turns, Expression condition, Statement[] body, int form)
    {
        Statement start = new AssignStatement(counter, 0);
        Statement step = new AssignStatement(counter, 1, BinaryOperator.Add);
        Expression more = (Expression)counter < turns;
        return form switch
        {
            0 => [new LoopStatement(more, body) { Initializer = [start], Step = [step] }],
            1 => [new LoopStatement(more.And(condition), body) { Initializer = [start], Step = [step] }],
            2 => [new LoopStatement(more, body) { Initializer = [start], Step = [step], TestsAfter = true }],
            3 => [start, new LoopStatement(
                condition, [step, new IfStatement((Expression)counter > turns, [new BreakStatement()]), .. body])],
            _ => [start,
                new LoopStatement(null, [step, .. body]) { Step = [new IfStatement(!more, [new ReturnStatement()])] }],
        };
    }

    private static Gen<Statement> Each(ProgramScope scope, int depth) =>
        from number in Gen.Choose(0, 999)
        from isRange in OnceIn(2)
        from first in Gen.Choose(-3, 5)
        from turns in Gen.Choose(-3, 3)
        from list in Several(1, 4, NumberConstant)
        let counter = new Local($"e{number}", isRange ? null : ScalarType.Int64)
        from body in LoopBody(scope.Inside(counter), depth)
        let values = isRange ? [first, first + turns] : list
        select (Statement)new ForeachStatement(counter, values, body) { IsRange = isRange };

    private static Gen<Statement> EachElement(ProgramScope scope, int depth) =>
        from number in Gen.Choose(0, 999)
        from array in Gen.Elements(scope.Arrays.ToArray())
        let each = new Local($"e{number}", Typer.Plain(Typer.ElementOf(ProgramScope.TypeOf(array))))
        from body in LoopBody(scope.Inside(each), depth)
        select (Statement)new ForeachStatement(each, [array], body) { IsArray = true };

    private static Gen<Statement> Switch(ProgramScope scope, int depth) =>
        from value in Weighted((1, () => Number(scope, 2)), (1, () => Number(scope, 1).Select(n => Whole(n) & 3)))
        from clauses in Several(1, 4,
            from constant in Weighted((2, () => Gen.Choose(0, 3).Select(n => (Expression)n)), (1, () => NumberConstant))
            from body in Block(scope with { CanBreak = true }, 2, depth)
            from leaves in OnceIn(2)
            select new SwitchClause(constant, leaves ? [.. body, new BreakStatement()] : body))
        from hasDefault in OnceIn(2)
        from @default in hasDefault ? Block(scope with { CanBreak = true }, 2, depth) : Gen.Constant<Statement[]>([])
        select (Statement)new SwitchStatement(value, clauses, @default);

    private static Gen<Statement> Leave(ProgramScope scope) =>
        from condition in Condition(scope, 1)
        from goesOn in scope.CanContinue ? OnceIn(2) : Gen.Constant(false)
        select (Statement)new IfStatement(condition, [goesOn ? new ContinueStatement() : new BreakStatement()]);

    // Forward over some statements, or back a few times.
    private static Gen<Statement[]> Jump(ProgramScope scope, int depth) =>
        from number in Gen.Choose(0, 999)
        from back in OnceIn(2)
        from condition in Condition(scope, 1)
        let counter = new Local($"g{number}", ScalarType.Int64)
        from between in back
            ? LoopBody(scope.Inside(counter) with { CanBreak = false, CanContinue = false }, depth)
            : Block(scope, 3, depth)
        let label = new Label($"label{number}")
        select back
            ? (Statement[])
            [
                new AssignStatement(counter, 0),
                new LabelStatement(label),
                .. between,
                new AssignStatement(counter, 1, BinaryOperator.Add),
                new IfStatement((Expression)counter < 3, [new GotoStatement(label)]),
            ]
            : [new IfStatement(condition, [new GotoStatement(label)]), .. between, new LabelStatement(label)];
}
