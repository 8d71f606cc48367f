namespace EbpfCat.Compiler;

/// <summary>A place that an expression names.</summary>
/// <param name="Type">The type of the value there, with its byte order.</param>
/// <param name="Place">Its address.</param>
/// <param name="Guarded">Whether the pointer may be null: then a read gives zero, and a write does nothing.</param>
/// <param name="Shared">Whether other processors may change the value at the same time.</param>
internal readonly record struct PlaceReference(EbpfType Type, Place Place, bool Guarded, bool Shared)
{
    public int BitOffset { get; init; }
    public int BitCount { get; init; }
    public int Scale { get; init; }
}
