using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>A field of the struct that programs of a type are handed.</summary>
/// <param name="Name">Its name, of which case does not count.</param>
/// <param name="Offset">Where it lies, in bytes.</param>
/// <param name="Size">How many bytes are read or written at once.</param>
/// <param name="Type">What it is.</param>
internal sealed record ContextField(string Name, int Offset, int Size, EbpfType Type)
{
    /// <summary>The hooks at which programs may see it; empty for all.</summary>
    public IReadOnlyList<ProgramHook> Hooks { get; init; } = [];

    /// <summary>Whether programs may change it.</summary>
    public bool IsWritable { get; init; }

    /// <summary>The first of the bits that it is, from the least significant.</summary>
    public int BitOffset { get; init; }

    /// <summary>How many bits it is; 0 for all.</summary>
    public int BitCount { get; init; }

    /// <summary>How it is reached.</summary>
    public EventAccess Access => new(Type, EventRoot.Context, Offset, Size)
    {
        IsWritable = IsWritable,
        BitOffset = BitOffset,
        BitCount = BitCount,
    };

    /// <summary>Whether programs see it at a hook.</summary>
    public bool IsAt(ProgramHook? hook) => Hooks.Count == 0 || (hook is { } known && Hooks.Contains(known));
}
