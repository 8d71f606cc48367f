namespace EbpfCat.Compiler;

/// <summary>
/// Something that is assigned more than once in the source: each assignment becomes a value of its own.
/// </summary>
/// <param name="name">What it is called.</param>
/// <param name="size">How many bytes hold all its values, taken as unsigned: no value has a bit set above them.</param>
internal sealed class SsaVariable(string name, int size = 8)
{
    public string Name { get; } = name;

    public byte Size { get; } = (byte)size;

    public override string ToString() => Name;
}
