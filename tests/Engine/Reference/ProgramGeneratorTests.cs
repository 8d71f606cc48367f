using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

public class ProgramGeneratorTests
{
    [Fact]
    public void Same_seed_and_number_give_the_same_program()
    {
        Assert.Equal(
            ProgramText.Of(ReferenceTests.Case(7, 3).Program), ProgramText.Of(ReferenceTests.Case(7, 3).Program));
        Assert.NotEqual(
            ProgramText.Of(ReferenceTests.Case(7, 3).Program), ProgramText.Of(ReferenceTests.Case(7, 4).Program));
    }

    [Fact]
    public void Programs_can_be_evaluated_and_most_reach_their_end()
    {
        var (runs, changed) = (0, 0);
        for (var number = 0; number < 300; number++)
        {
            var made = ReferenceTests.Case(1, number);
            var state = new ReferenceState(made.Program);
            var evaluator = new Evaluator(made.Program, state);
            foreach (var packet in made.Packets)
            {
                runs++;
                var before = Snapshot(made.Program, state);
                var result = evaluator.Run(packet);
                var isSame = result.Verdict == 2 && result.Packet.SequenceEqual(packet) &&
                    before == Snapshot(made.Program, state);
                if (!isSame) changed++;
            }
        }

        Assert.True(changed > runs * 2 / 3, $"Only {changed} of {runs} runs had an effect.");
    }

    [Fact]
    public void Statements_expressions_operators_and_headers_of_each_kind_are_generated()
    {
        Type[] notGenerated =
        [
            typeof(ContextExpression), typeof(DebugStatement), typeof(ErrorExpression), typeof(EventFieldExpression),
            typeof(HelperCallExpression), typeof(InnerEntryExpression), typeof(MapReferenceExpression),
            typeof(MemoryReadExpression), typeof(ObserveExpression), typeof(OutputStatement),
            typeof(SystemValueExpression), typeof(TextExpression),
        ];
        // A search in an array is bound as comparisons, which are generated; ArrayTests has its values.
        BinaryOperator[] boundAsOthers = [BinaryOperator.ElementOf];
        var missing = typeof(Statement).Assembly.GetExportedTypes()
            .Where(type => type.BaseType == typeof(Statement) || type.BaseType == typeof(Expression))
            .Except(notGenerated).Select(type => type.Name)
            .Concat(Enum.GetValues<BinaryOperator>().Except(boundAsOthers).Select(one => $"{one}"))
            .Concat(Enum.GetNames<UnaryOperator>())
            .Concat(PacketHeaders.All.Concat(InnerHeaders.All).Select(header => header.Name))
            .Append("loop in a loop").ToHashSet();
        for (var number = 0; number < 3000 && missing.Count > 0; number++)
        {
            var program = ReferenceTests.Case(1, number).Program;
            var statements = program.Body.Concat(program.Functions.SelectMany(f => f.Body));
            missing.ExceptWith(statements.SelectMany(statement => Kinds(statement, 0)));
        }

        Assert.Empty(missing);
    }

    // The kinds of a node and of the nodes in it.
    private static IEnumerable<string> Kinds(object node, int loops)
    {
        var isLoop = node is LoopStatement or ForeachStatement;
        yield return node.GetType().Name;
        if (isLoop && loops > 0) yield return "loop in a loop";
        foreach (var value in node.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0)
            .Select(p => p.GetValue(node)))
        {
            if (value is BinaryOperator or UnaryOperator) yield return $"{value}";
            if (value is PacketHeader header) yield return header.Name;
            foreach (var inner in value switch
            {
                Statement or Expression => [value],
                IEnumerable<KeyValuePair<string, Expression>> fields => fields.Select(f => (object)f.Value),
                IEnumerable<Statement> or IEnumerable<Expression> or IEnumerable<SwitchClause> =>
                    (IEnumerable<object>)value,
                _ => [],
            })
            {
                foreach (var kind in Kinds(inner, loops + (isLoop ? 1 : 0))) yield return kind;
            }
        }
    }

    private static string Snapshot(ProgramDefinition program, ReferenceState state) => string.Join(" ",
        [.. program.Variables.Select(v => Convert.ToHexString(state[v])),
            .. program.Maps.SelectMany(m => state[m].Entries)
            .Select(e => Convert.ToHexString([.. e.Key, .. e.Value]))]);
}
