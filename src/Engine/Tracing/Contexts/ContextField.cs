namespace EbpfCat.Tracing;

/// <summary>A field of the context of a program type.</summary>
/// <param name="Name">Its name, of which case does not count.</param>
/// <param name="Offset">The offset in bytes.</param>
/// <param name="Size">The size of an access in bytes.</param>
internal sealed record ContextField(string Name, int Offset, int Size, EbpfType Type)
{
    /// <summary>The hooks that have the field; empty for all.</summary>
    public IReadOnlyList<ProgramHook> Hooks { get; init; } = [];

    public bool IsWritable { get; init; }

    /// <summary>The first bit of a bit field, counted from the least significant.</summary>
    public int BitOffset { get; init; }

    /// <summary>The number of bits of a bit field; 0 for a whole field.</summary>
    public int BitCount { get; init; }

    public EventAccess Access => new(Type, EventRoot.Context, Offset, Size)
    {
        IsWritable = IsWritable,
        BitOffset = BitOffset,
        BitCount = BitCount,
    };

    public bool IsAt(ProgramHook? hook) => Hooks.Count == 0 || (hook is { } known && Hooks.Contains(known));
}
