namespace EbpfCat.Binding;

internal sealed class MapBinder(BindingContext context, ExpressionBinder expressions)
{
    /// <summary>A map of the program; null for another, which is reported.</summary>
    public BoundMap? Find(Map map, SourceSpan? source)
    {
        if (context.Resources.IndexOf(map) is { } index) return new BoundMap(index, map);
        Error(DiagnosticIds.UndeclaredMap, $"The map '{map.Name}' is not part of the program.", source, "Declare it.");
        return null;
    }

    public BoundExpression BindEntry(MapEntryExpression entry)
    {
        var map = entry.Map;
        var key = BindPart(entry.Key, map.Key, entry.Source);
        if (key is BoundError || Find(map, entry.Source) is not { } found) return new BoundError(entry.Source);
        if (map.Value is null || map.Key is null)
        {
            return Error(DiagnosticIds.NoKey, $"The map '{map.Name}' of type {map.Type} has no keys.", entry.Source,
                "Use Push, Pop and Peek.");
        }

        return IsOfMaps(map)
            ? Error(DiagnosticIds.NotAValue, $"An entry of '{map.Name}' is a map, not a value.", entry.Source,
                "Name a key of the inner map too, or ask whether the map has the key.")
            : new BoundMapEntry(Typer.Plain(map.Value)!, found, key, entry.Source);
    }

    public BoundExpression BindInnerEntry(InnerEntryExpression entry)
    {
        var (outer, source) = (entry.Outer, entry.Source);
        if (outer.InnerMap is not { } inner)
        {
            return Error(DiagnosticIds.NoInnerMap, $"The map '{outer.Name}' has no maps in it.", source, IsOfMaps(outer)
                ? "Declare it with an inner map, which those in it are like." : "Look up one key.");
        }

        if (inner is not { Key: not null, Value: not null })
        {
            return Error(DiagnosticIds.NoKey,
                $"The maps in '{outer.Name}' are of type {inner.Type}, which has no keys.", source);
        }

        var outerKey = BindPart(entry.OuterKey, outer.Key, source);
        var key = BindPart(entry.Key, inner.Key, source);
        return Find(outer, source) is { } found
            ? new BoundInnerEntry(Typer.Plain(inner.Value)!, found, outerKey, inner, key, source)
            : new BoundError(source);
    }

    public BoundExpression BindTest(MapContainsExpression contains)
    {
        var map = contains.Map;
        // A bloom filter is asked for a value.
        var key = BindPart(contains.Key, map.Type is MapType.BloomFilter ? map.Value : map.Key, contains.Source);
        return key is not BoundError && Find(map, contains.Source) is { } found
            ? context.Presence.Guard([contains.Key], [key],
                operands => new BoundMapTest(found, operands[0], contains.Source))
            : new BoundError(contains.Source);
    }

    public BoundExpression BindCall(MapCallExpression call)
    {
        var (map, given) = (call.Map, call.Arguments);
        // Keys and values, as types; null for a number.
        EbpfType?[]? parameters = (call.Operation, map.Key) switch
        {
            (MapOperation.Remove, _) => [map.Key],
            (MapOperation.Add or MapOperation.Replace or MapOperation.Set, _) => [map.Key, map.Value],
            (MapOperation.Push, _) => [map.Value],
            (MapOperation.Pop, { } key) => [key],
            (MapOperation.Pop or MapOperation.Peek, _) => [],
            (MapOperation.Redirect, _) => given.Count < 2 ? [null] : [null, null],
            (MapOperation.TailCall, _) => [null],
            _ => null,
        };
        if (parameters is null)
        {
            return Error(DiagnosticIds.UnsupportedOperation,
                $"{call.Operation} does not work on a map of type {map.Type}.", call.Source);
        }

        if (given.Count != parameters.Length)
        {
            var expected = call.Operation == MapOperation.Redirect ? "1 or 2" : $"{parameters.Length}";
            return Error(DiagnosticIds.WrongArguments,
                $"{call.Operation} takes {expected} arguments, not {given.Count}.", call.Source);
        }

        if (call.Operation is MapOperation.Pop or MapOperation.Peek && map.Value is null)
            return Error(DiagnosticIds.NoValue, $"The map '{map.Name}' of type {map.Type} has no values.", call.Source);
        var isNumber = call.Operation is MapOperation.Redirect or MapOperation.TailCall;
        var arguments = given.Select((argument, i) => call.Operation == MapOperation.TailCall
            ? BindProgram(map, argument)
            : isNumber ? expressions.BindNumber(argument)
            : BindPart(argument, parameters[i], call.Source)).ToArray();
        if (Array.Exists(arguments, argument => argument is BoundError) || Find(map, call.Source) is not { } found)
            return new BoundError(call.Source);
        return new BoundMapCall(context.Typer.TypeOf(call)!, found, call.Operation, arguments, call.Source);
    }

    /// <summary>Binds an observation of a histogram or statistics.</summary>
    public BoundExpression BindObservation(ObserveExpression observation)
    {
        var (target, value) = (expressions.Bind(observation.Target), expressions.BindNumber(observation.Value));
        if (target.Type is ErrorType || value.Type is ErrorType) return new BoundError(observation.Source);
        return target.Type is AggregateType && HelperCallBinder.IsPlace(target)
            ? new BoundObservation(target, value, observation.Source)
            : Error(DiagnosticIds.NotAnAggregate, $"{target.Type.Name} does not observe values.", observation.Source,
                "Declare a variable, or a map with values, of type histogram, statistics or linear(0,100,10).");
    }

    private static bool IsOfMaps(Map map) => map.Type is MapType.ArrayOfMaps or MapType.HashOfMaps;

    private BoundError Error(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        context.Error(id, problem, source, suggestion);

    // A key or value.
    private BoundExpression BindPart(Expression expression, EbpfType? type, SourceSpan? source) => type is null
        ? Error(DiagnosticIds.NoKey, "This kind of map has no keys.", source, "Use Push, Pop and Peek.")
        : expressions.BindAs(expression, type, source ?? expression.Source);

    // A program by its index, or by the name that the map's keys have for it.
    private BoundExpression BindProgram(Map map, Expression program)
    {
        if (program is not ConstantExpression { Value: string name }) return expressions.BindInteger(program);
        if (map.Key is not EnumType names)
        {
            return Error(DiagnosticIds.UnnamedPrograms, $"The programs of the map '{map.Name}' have no names.",
                program.Source,
                "Give the map an enumeration of their names as keys, or call one by its index.");
        }

        return names.FindValue(name) is { } number
            ? new BoundConstant(ScalarType.Int64, (long)number, program.Source)
            : Error(DiagnosticIds.UnknownProgram, $"The map '{map.Name}' has no program '{name}'.", program.Source,
                SimilarNames.Sentence(name, [.. names.Members.Select(member => member.Key)]));
    }
}
