using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Finds the types of the locals that have none, from what is assigned to them.</summary>
internal static class LocalInference
{
    private const int Rounds = 16;

    public static void Run(ProgramDefinition program, Typer typer)
    {
        var sources = new Dictionary<Local, List<(Func<EbpfType?> Type, Func<bool> Adapts)>>();
        foreach (var body in (IEnumerable<List<Statement>>)[program.Body, .. program.Functions.Select(f => f.Body)])
        {
            Collect(body, typer, sources);
        }
        // Types grow until nothing changes; each local can only go from unknown over integers to fixed-point.
        for (var round = 0; round < Rounds; round++)
        {
            var changed = false;
            typer.Forget();
            foreach (var (local, list) in sources)
            {
                EbpfType? type = null;
                var adapts = false;
                var first = true;
                foreach (var (typeOf, adaptsOf) in list)
                {
                    if (typeOf() is not { } next) continue;
                    type = first ? next : Typer.Join(type, adapts, next, adaptsOf());
                    adapts = first ? adaptsOf() : adapts && adaptsOf();
                    first = false;
                }
                type = Typer.Join(type, adapts, null, false);
                if (type is null || type == local.Type) continue;
                local.Type = type;
                typer.Forget();
                changed = true;
            }
            if (!changed) break;
        }
        typer.Forget();
        foreach (var local in sources.Keys) local.Type ??= ScalarType.Int64;
    }

    private static void Collect(
        List<Statement> body, Typer typer, Dictionary<Local, List<(Func<EbpfType?>, Func<bool>)>> sources)
    {
        void Add(Local local, Func<EbpfType?> type, Func<bool> adapts)
        {
            // A type that the author gave, or that an earlier compilation found, stands.
            if (local.Type is not null && !sources.ContainsKey(local)) return;
            if (!sources.TryGetValue(local, out var list)) sources[local] = list = [];
            list.Add((type, adapts));
        }

        foreach (var statement in StatementWalker.All(body))
        {
            switch (statement)
            {
                case AssignStatement { Target: LocalExpression target, Operator: null } assignment:
                    Add(target.Local, () => typer.TypeOf(assignment.Value), () => Typer.Adapts(assignment.Value));
                    break;
                case AssignStatement { Target: LocalExpression target, Operator: { } op } assignment:
                    var combined = new BinaryExpression(op, target, assignment.Value);
                    Add(target.Local, () => target.Local.Type is null ? typer.TypeOf(assignment.Value) : typer.TypeOf(combined),
                        () => target.Local.Type is null && Typer.Adapts(assignment.Value));
                    break;
                case ForeachStatement loop:
                    foreach (var value in loop.Values) Add(loop.Local, () => typer.TypeOf(value), () => Typer.Adapts(value));
                    break;
            }
        }
        foreach (var let in StatementWalker.Expressions(body).OfType<LetExpression>())
        {
            Add(let.Local, () => typer.TypeOf(let.Value), () => Typer.Adapts(let.Value));
        }
        foreach (var call in StatementWalker.Expressions(body).OfType<CallExpression>())
        {
            for (var i = 0; i < Math.Min(call.Arguments.Count, call.Function.Parameters.Count); i++)
            {
                var argument = call.Arguments[i];
                Add(call.Function.Parameters[i], () => typer.TypeOf(argument), () => Typer.Adapts(argument));
            }
        }
    }
}
