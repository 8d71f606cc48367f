namespace EbpfCat.Compiler;

/// <summary>
/// A variable of the source that may be assigned several times; each assignment is a value of its own.
/// </summary>
/// <param name="name">Its name, for the text of the intermediate form.</param>
/// <param name="size">The number of low bytes that may be other than zero, in all its values.</param>
internal sealed class SsaVariable(string name, int size = 8)
{
    public string Name { get; } = name;

    public byte Size { get; } = (byte)size;

    public override string ToString() => Name;
}
