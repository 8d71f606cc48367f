namespace EbpfCat.Btf;

/// <summary>A member of a struct or union.</summary>
/// <param name="Name">Its name; empty for an anonymous struct or union.</param>
/// <param name="BitOffset">The offset in bits from the start of the struct.</param>
/// <param name="BitfieldSize">The number of bits of a bit field; 0 for any other member.</param>
public readonly record struct BtfMember(string Name, BtfType Type, int BitOffset, int BitfieldSize)
{
    /// <summary>The offset in whole bytes from the start of the struct.</summary>
    public int Offset => BitOffset / 8;

    /// <summary>Whether it is a bit field, which has no address of its own.</summary>
    public bool IsBitfield => BitfieldSize != 0;
}
