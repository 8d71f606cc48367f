namespace EbpfCat.Binding;

/// <summary>Infers the types of locals without one from their assignments.</summary>
internal static class LocalInference
{
    private const int Rounds = 16;

    public static void Run(ProgramDefinition program, Typer typer)
    {
        var sources = new Dictionary<Local, List<(Func<EbpfType?> Type, Func<bool> Adapts)>>();
        Collect(program, typer, sources);
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
                if (type is null || type == typer.TypeOf(local)) continue;
                typer.SetType(local, type);
                typer.Forget();
                changed = true;
            }

            if (!changed) break;
        }

        typer.Complete();
    }

    private static void Collect(
        ProgramDefinition program, Typer typer, Dictionary<Local, List<(Func<EbpfType?>, Func<bool>)>> sources)
    {
        void Add(Local local, Func<EbpfType?> type, Func<bool> adapts)
        {
            if (local.Type is not null) return;
            if (!sources.TryGetValue(local, out var list)) sources[local] = list = [];
            list.Add((type, adapts));
        }

        foreach (var (local, value, op) in StatementWalker.Assignments(program))
        {
            if (op is null)
            {
                Add(local, () => typer.TypeOf(value), () => Typer.Adapts(value));
                continue;
            }

            var combined = new BinaryExpression(op.Value, local, value);
            bool IsUnknown() => typer.TypeOf(local) is null;
            Add(local, () => typer.TypeOf(IsUnknown() ? value : combined), () => IsUnknown() && Typer.Adapts(value));
        }
    }
}
