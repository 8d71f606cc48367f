namespace EbpfCat.Language;

/// <summary>The Internet checksum (RFC 1071) of a header, in its field <c>Checksum</c>.</summary>
/// <param name="PseudoHeader">
/// The fields that it also covers as a pseudo-header: of the IP header before it, and of its own.
/// </param>
internal sealed record HeaderChecksum(params string[] PseudoHeader)
{
    /// <summary>The name of the field.</summary>
    public const string FieldName = "Checksum";

    /// <summary>Whether 0 means that there is none, so that a sum of 0 is written as 0xffff.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether the kernel may leave it to the network card to compute (CHECKSUM_PARTIAL).</summary>
    public bool IsOffloaded { get; init; }
}
