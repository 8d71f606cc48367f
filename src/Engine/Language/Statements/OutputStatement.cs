namespace EbpfCat.Language;

/// <summary>Sends a record to user space through the program's event buffer.</summary>
public sealed class OutputStatement(StructExpression record) : Statement
{
    /// <summary>The record's fields; their types are inferred.</summary>
    public StructExpression Record { get; } = record;
}
