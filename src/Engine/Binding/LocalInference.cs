namespace EbpfCat.Binding;

/// <summary>Infers the types of locals without one from their assignments.</summary>
internal static class LocalInference
{
    private const int Rounds = 16;

    public static void Run(ProgramDefinition program, Typer typer)
    {
        var sources = new Dictionary<Local, List<(Func<EbpfType?> Type, Func<Signedness> Sign)>>();
        Collect(program, typer, sources);
        // Types grow until nothing changes; each local can only go from unknown over integers to fixed-point.
        for (var round = 0; round < Rounds; round++)
        {
            var changed = false;
            typer.Forget();
            foreach (var (local, list) in sources)
            {
                EbpfType? type = null;
                var sign = Signedness.Any;
                foreach (var (typeOf, signOf) in list)
                {
                    if (typeOf() is not { } next) continue;
                    type = type is null ? next : Typer.Join(type, sign, next, signOf());
                    sign = Typer.Stronger(sign, signOf());
                }

                type = Typer.Join(type, sign, null, default);
                if (type is null || type == typer.TypeOf(local)) continue;
                typer.SetType(local, type);
                typer.Forget();
                changed = true;
            }

            if (!changed) break;
        }

        typer.Complete();
    }

    private static void Collect(ProgramDefinition program, Typer typer,
        Dictionary<Local, List<(Func<EbpfType?>, Func<Signedness>)>> sources)
    {
        void Add(Local local, Func<EbpfType?> type, Func<Signedness> sign)
        {
            if (local.Type is not null) return;
            if (!sources.TryGetValue(local, out var list)) sources[local] = list = [];
            list.Add((type, sign));
        }

        foreach (var (local, value, op) in StatementWalker.Assignments(program))
        {
            if (op is null)
            {
                Add(local, () => typer.TypeOf(value), () => typer.SignOf(value));
                continue;
            }

            var combined = new BinaryExpression(op.Value, local, value);
            bool IsUnknown() => typer.TypeOf(local) is null;
            Add(local, () => typer.TypeOf(IsUnknown() ? value : combined),
                () => typer.SignOf(IsUnknown() ? value : combined));
        }
    }
}
