namespace EbpfCat.ScriptBlocks;

/// <summary>
/// Finds verdicts that never count. The last value is the result: in <c>if ($bad) { 'Drop' }; 'Pass'</c> that is always
/// Pass, which is allowed, and hardly what was meant.
/// </summary>
internal sealed class OverwrittenResults
{
    private readonly DiagnosticBag _diagnostics;

    // Whether a value is overwritten on the way that break and continue take.
    private bool _isOverwrittenAfter;
    private bool _isOverwrittenInNext;

    private OverwrittenResults(DiagnosticBag diagnostics) => _diagnostics = diagnostics;

    /// <summary>Warns of each such value in the body of a script or function.</summary>
    public static void Report(IReadOnlyList<Statement> body, DiagnosticBag diagnostics) =>
        new OverwrittenResults(diagnostics).Check(body, false);

    /// <summary>Warns of each value in earlier code that a value of the code behind it overwrites.</summary>
    public static void ReportEarlier(IReadOnlyList<Statement> earlier, IReadOnlyList<Statement> added,
        DiagnosticBag diagnostics)
    {
        if (!new OverwrittenResults(new DiagnosticBag()).Check(added, false)) return;
        var (known, all) = (new DiagnosticBag(), new DiagnosticBag());
        Report(earlier, known);
        new OverwrittenResults(all).Check(earlier, true);
        foreach (var warning in all.Warnings.Except(known.Warnings)) diagnostics.Add(warning);
    }

    // From the end to the beginning: what is put out counts unless another value follows on every way.
    private bool Check(IReadOnlyList<Statement> body, bool isOverwritten)
    {
        for (var i = body.Count - 1; i >= 0; i--) isOverwritten = Before(body[i], isOverwritten);
        return isOverwritten;
    }

    // Whether a value put out before a statement is overwritten, from whether one put out after it is.
    private bool Before(Statement statement, bool isOverwritten)
    {
        switch (statement)
        {
            case ResultStatement result:
                if (isOverwritten && IsVerdict(result.Value) && result.Source is { } place)
                    _diagnostics.Add(Warning(place));
                return true;
            case ReturnStatement { Value: var value }: return value is not null;
            case IfStatement branch: return InAll(Branches(branch), isOverwritten);
            case BreakStatement: return _isOverwrittenAfter;
            case ContinueStatement: return _isOverwrittenInNext;
            case SwitchStatement choice:
                return Within(isOverwritten, _isOverwrittenInNext,
                    () => InAll(choice.Clauses.Select(clause => clause.Body).Append(choice.Default), isOverwritten));
            case LoopStatement loop: return Around(loop.Body, isOverwritten);
            case ForeachStatement loop: return Around(loop.Body, isOverwritten);
            default: return isOverwritten;
        }
    }

    // Checks every branch, also when the result is known before the last.
    private bool InAll(IEnumerable<IReadOnlyList<Statement>> bodies, bool isOverwritten)
    {
        var isOverwrittenInAll = true;
        foreach (var body in bodies) isOverwrittenInAll &= Check(body, isOverwritten);
        return isOverwrittenInAll;
    }

    // A loop may not run at all. From its middle the way leads behind it sooner or later, or to a return.
    private bool Around(IReadOnlyList<Statement> body, bool isOverwritten)
    {
        var remains = isOverwritten && !EndsWithoutValue(body);
        Within(remains, remains, () => Check(body, remains));
        return remains;
    }

    private bool Within(bool after, bool next, Func<bool> check)
    {
        var outer = (_isOverwrittenAfter, _isOverwrittenInNext);
        (_isOverwrittenAfter, _isOverwrittenInNext) = (after, next);
        var isOverwritten = check();
        (_isOverwrittenAfter, _isOverwrittenInNext) = outer;
        return isOverwritten;
    }

    private static bool EndsWithoutValue(IReadOnlyList<Statement> body) => body.Any(statement => statement switch
    {
        ReturnStatement { Value: null } => true,
        IfStatement branch => Branches(branch).Any(EndsWithoutValue),
        SwitchStatement choice =>
            choice.Clauses.Any(clause => EndsWithoutValue(clause.Body)) || EndsWithoutValue(choice.Default),
        LoopStatement loop => EndsWithoutValue(loop.Body),
        ForeachStatement loop => EndsWithoutValue(loop.Body),
        _ => false,
    });

    // The branches of a chain of elseif, which may be longer than the stack is deep, and its else.
    private static IEnumerable<IReadOnlyList<Statement>> Branches(IfStatement branch)
    {
        yield return branch.Then;
        while (branch.Else is [IfStatement next])
        {
            branch = next;
            yield return branch.Then;
        }

        yield return branch.Else;
    }

    // What has no effect but to be the result. The value of a function may be left over from what it was called for.
    private static bool IsVerdict(Expression value) => value switch
    {
        ConstantExpression or HelperCallExpression or MapCallExpression { Operation: MapOperation.Redirect } => true,
        ConditionalExpression choice => IsVerdict(choice.WhenTrue) && IsVerdict(choice.WhenFalse),
        _ => false,
    };

    private static Diagnostic Warning(SourceSpan place)
    {
        var start = place.Column - 1;
        var text = place.LineText.Substring(start, Math.Min(place.Length, place.LineText.Length - start));
        return new Diagnostic(DiagnosticIds.OverwrittenResult,
            $"{text} is never the result, for a value further down takes its place.",
            place, $"To end with it, write return {text}.", DiagnosticSeverity.Warning);
    }
}
