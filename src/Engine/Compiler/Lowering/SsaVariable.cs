namespace EbpfCat.Compiler;

/// <summary>Something that is assigned more than once in the source: each assignment becomes a value of its own.</summary>
internal sealed class SsaVariable(string name)
{
    public string Name { get; } = name;

    public override string ToString() => Name;
}
