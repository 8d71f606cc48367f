namespace EbpfCat.ScriptBlocks;

/// <summary>A variable of a kernel script, and what it stands for.</summary>
/// <param name="Kind">The kind of object that it names.</param>
/// <param name="Value">
/// The thing: a <see cref="Variable"/>, <see cref="EbpfCat.Language.Map"/>, <see cref="PacketVariable"/>,
/// <see cref="Local"/>, constant or the name of a part.
/// </param>
internal readonly record struct Name(NameKind Kind, object? Value = null)
{
    /// <summary>The map, where it is one.</summary>
    public Map? Map => Value as Map;
}
