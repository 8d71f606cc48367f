using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Reduces a failing case: removes statements and replaces expressions by their parts while it still fails.
/// </summary>
/// <param name="fails">Whether a case fails in the same way.</param>
/// <param name="patience">The time limit.</param>
internal sealed class ProgramReducer(Func<ReferenceCase, bool> fails, TimeSpan patience)
{
    private readonly long _end = Environment.TickCount64 + (long)patience.TotalMilliseconds;

    /// <summary>The smallest case found.</summary>
    public ReferenceCase Reduce(ReferenceCase failing)
    {
        failing = ReducePackets(failing);
        while (true)
        {
            var next = ReduceProgram(failing);
            next = ReducePackets(DropUnused(next));
            if (ReferenceEquals(next, failing)) return failing;
            failing = next;
        }
    }

    private bool StillFails(ReferenceCase smaller) => Environment.TickCount64 < _end && fails(smaller);

    private ReferenceCase ReducePackets(ReferenceCase failing)
    {
        for (var i = failing.Packets.Count - 1; i >= 0 && failing.Packets.Count > 1; i--)
        {
            var fewer = failing with { Packets = [.. failing.Packets.Where((_, at) => at != i)] };
            if (StillFails(fewer)) failing = fewer;
        }

        return failing;
    }

    private ReferenceCase ReduceProgram(ReferenceCase failing)
    {
        for (var node = 0; ; node++)
        {
            for (var alternative = 0; ; alternative++)
            {
                var rewriter = new ProgramRewriter(node, alternative);
                var program = rewriter.Rewrite(failing.Program);
                if (!rewriter.MetNode) return failing;
                if (!rewriter.Changed) break;
                var smaller = failing with { Program = program };
                if (!StillFails(smaller)) continue;
                failing = smaller;
                alternative = -1;
            }
        }
    }

    private ReferenceCase DropUnused(ReferenceCase failing)
    {
        var program = failing.Program;
        void Try(ProgramDefinition smallerProgram)
        {
            var smaller = failing with { Program = smallerProgram };
            if (!StillFails(smaller)) return;
            (program, failing) = (smallerProgram, smaller);
        }

        void TryChange(Action<ProgramDefinition> change)
        {
            var copy = ProgramRewriter.Copy(program);
            change(copy);
            Try(copy);
        }

        if (program.MinimumPacketSize > 0) TryChange(p => p.MinimumPacketSize = 0);
        if (program.DefaultAction is not null) TryChange(p => p.DefaultAction = null);
        foreach (var variable in program.Variables.ToArray()) Try(ProgramRewriter.Without(program, variable));
        foreach (var map in program.Maps.ToArray()) Try(ProgramRewriter.Without(program, map));
        var used = StatementWalker.Expressions(program).ToList();
        var packetVariables = used.OfType<PacketVariableExpression>().Select(e => e.Variable);
        foreach (var place in program.PacketVariables.Except(packetVariables).ToArray())
        {
            Try(ProgramRewriter.Without(program, place));
        }

        var called = used.OfType<CallExpression>().Select(e => e.Function.Name).ToHashSet();
        foreach (var name in program.Functions.Select(f => f.Name).Where(name => !called.Contains(name)).ToArray())
        {
            Try(ProgramRewriter.Without(program, program.Functions.First(f => f.Name == name)));
        }

        return failing;
    }
}
