using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>The place of a value: memory, a map entry, or a local. A place outside an array has none of them.</summary>
internal sealed record ReferencePlace(EbpfType Type)
{
    /// <summary>The memory of a variable or of the packet.</summary>
    public byte[]? Memory { get; init; }

    /// <summary>The offset in the memory, the map's value or the local's bytes.</summary>
    public int Offset { get; init; }

    /// <summary>The bits, for a part of the type.</summary>
    public BitField Bits { get; init; }

    /// <summary>The map.</summary>
    public ReferenceMap? Map { get; init; }

    /// <summary>The key in the map.</summary>
    public byte[] Key { get; init; } = [];

    /// <summary>The local.</summary>
    public Local? Local { get; init; }

    /// <summary>A part of the value here.</summary>
    public ReferencePlace Part(int offset, EbpfType type) => new(type)
    {
        Memory = Memory,
        Offset = Offset + offset,
        Map = Map,
        Key = Key,
        Local = Local,
    };
}
