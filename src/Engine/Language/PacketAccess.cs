namespace EbpfCat.Language;

/// <summary>The access of a program type to the packet.</summary>
public enum PacketAccess
{
    /// <summary>Programs have no packet.</summary>
    None,
    /// <summary>By pointers to its start and end in the context.</summary>
    Direct,
    /// <summary>By pointers for its linear part, which may be less than all; a helper pulls in more.</summary>
    DirectLinear,
    /// <summary>By a helper that copies bytes out.</summary>
    Copy,
}
