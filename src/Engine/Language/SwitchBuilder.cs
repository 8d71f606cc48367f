namespace EbpfCat.Language;

/// <summary>Writes the clauses of a switch from C#.</summary>
public sealed class SwitchBuilder
{
    private readonly List<SwitchClause> _clauses = [];

    internal SwitchBuilder() { }

    internal IReadOnlyList<SwitchClause> Clauses => _clauses;

    internal IReadOnlyList<Statement>? Otherwise { get; private set; }

    /// <summary>Runs statements if the value equals a constant.</summary>
    public SwitchBuilder Case(Expression constant, Action<CodeBuilder> body)
    {
        _clauses.Add(new SwitchClause(constant, CodeBuilder.Block(body)));
        return this;
    }

    /// <summary>Runs statements if the value equals no constant.</summary>
    /// <exception cref="InvalidOperationException">The switch has a default.</exception>
    public SwitchBuilder Default(Action<CodeBuilder> body)
    {
        if (Otherwise is not null) throw new InvalidOperationException("The switch has a default.");
        Otherwise = CodeBuilder.Block(body);
        return this;
    }
}
