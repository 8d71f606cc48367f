namespace EbpfCat.Tracing;

/// <summary>The place of the value of a tracepoint's field.</summary>
public enum FieldPlacement
{
    /// <summary>At the field's offset.</summary>
    InPlace,
    /// <summary>
    /// Elsewhere in the record (<c>__data_loc</c>): the field's four bytes hold the offset from the record's beginning
    /// in their low half and the length in bytes in their high half.
    /// </summary>
    DataLocation,
    /// <summary>
    /// As <see cref="DataLocation"/>, with the offset relative to the end of the field (<c>__rel_loc</c>, Linux 5.17).
    /// </summary>
    RelativeLocation,
}
