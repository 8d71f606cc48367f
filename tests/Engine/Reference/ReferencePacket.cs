using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>A packet as programs see it.</summary>
internal sealed class ReferencePacket(byte[] bytes)
{
    /// <summary>The bytes, which the program may change.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The offset of a header, or null if it is absent or incomplete.</summary>
    public int? Find(PacketHeader header)
    {
        if (header.Locations.Count == 0) return Has(0, header.Size) ? 0 : null;
        foreach (var location in header.Locations)
        {
            if (Find(location.Parent) is not { } parent) continue;
            if (!location.Values.Contains((int)Read(parent, location.Field).Number)) continue;
            if (location.ZeroField is { } zero && Read(parent, zero).Number != 0) continue;
            var length = location.LengthField is { } field ? (int)Read(parent, field).Number : location.Length;
            if (length < location.Length) continue;
            var offset = parent + length;
            if (Has(offset, header.Size)) return offset;
        }

        return null;
    }

    /// <summary>Whether the packet has the bytes; the offset is unsigned.</summary>
    public bool Has(Int128 offset, int size) => offset + size <= Bytes.Length;

    private ReferenceValue Read(int header, HeaderField field) =>
        new BitField(field.BitOffset, field.BitCount, field.Scale)
            .Extract(ReferenceValue.Read(field.Type, Bytes.AsSpan(header + field.Offset)));
}
