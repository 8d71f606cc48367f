using System.Collections.Immutable;

namespace EbpfCat.Binding;

/// <summary>
/// Warns of assignments whose checksum stays wrong: it does not follow them, because the program assigns it itself, but
/// on other paths alone.
/// </summary>
internal static class OwnChecksums
{
    /// <summary>An assignment to a field.</summary>
    /// <param name="Branches">The branches that it is in, by their conditional statement.</param>
    private sealed record Write(HeaderFieldExpression Target, SourceSpan? Source,
        ImmutableDictionary<Statement, int> Branches)
    {
        public bool CanMeet(Write other) => !Branches.Any(branch =>
            other.Branches.TryGetValue(branch.Key, out var taken) && taken != branch.Value);
    }

    /// <summary>Warns of each such assignment in the body of a program.</summary>
    public static void Report(IReadOnlyList<Statement> body, DiagnosticBag diagnostics)
    {
        var writes = new List<Write>();
        Collect(body, ImmutableDictionary<Statement, int>.Empty, writes);
        var own = writes.FindAll(write => write.Target.HeaderField.Name == HeaderChecksum.FieldName);
        if (own.Count == 0) return;
        foreach (var write in writes.Except(own))
        {
            var covering = write.Target.Header.AlternativesOf(write.Target.HeaderField).SelectMany(one =>
                PacketHeaders.WithPseudoHeader(one.Header, one.Field)
                    .Append(PacketHeaders.CoveredBy(one.Header, one.Field)));
            foreach (var header in covering.OfType<PacketHeader>().Distinct())
            {
                var assigned = own.FindAll(one => one.Target.Header == header);
                if (assigned.Count == 0 || assigned.Exists(write.CanMeet)) continue;
                diagnostics.Add(new Diagnostic(DiagnosticIds.StaleChecksum,
                    $"{header.Name}.{HeaderChecksum.FieldName} does not follow this assignment, because the program "
                        + "assigns it elsewhere.",
                    write.Source, "Assign the checksum here too, or nowhere.", DiagnosticSeverity.Warning));
            }
        }
    }

    private static void Collect(IReadOnlyList<Statement> body, ImmutableDictionary<Statement, int> branches,
        List<Write> writes)
    {
        foreach (var statement in body)
        {
            switch (statement)
            {
                case AssignStatement { Target: HeaderFieldExpression target }:
                    writes.Add(new Write(target, target.Source ?? statement.Source, branches));
                    break;
                case IfStatement branch:
                    CollectChain(branch, branches, writes);
                    break;
                case LoopStatement loop:
                    Collect(loop.Body, branches, writes);
                    break;
                case ForeachStatement loop:
                    Collect(loop.Body, branches, writes);
                    break;
                case SwitchStatement choice:
                    // Several clauses may run.
                    foreach (var clause in choice.Clauses) Collect(clause.Body, branches, writes);
                    Collect(choice.Default, branches, writes);
                    break;
            }
        }
    }

    // A chain of elseif may be longer than the stack is deep: its links are branches of the first.
    private static void CollectChain(IfStatement first, ImmutableDictionary<Statement, int> branches,
        List<Write> writes)
    {
        var link = first;
        for (var number = 0; ; number++)
        {
            Collect(link.Then, branches.Add(first, number), writes);
            if (link.Else is not [IfStatement next])
            {
                Collect(link.Else, branches.Add(first, number + 1), writes);
                return;
            }

            link = next;
        }
    }
}
