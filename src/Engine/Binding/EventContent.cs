namespace EbpfCat.Binding;

/// <summary>What lies at the end of the way to a value of an event.</summary>
public enum EventContent
{
    /// <summary>The value itself.</summary>
    Value,
    /// <summary>A pointer to a text that ends with a zero byte.</summary>
    TextPointer,
    /// <summary>A pointer to pointers to such texts, the last of them null.</summary>
    TextListPointer,
    /// <summary>A pointer to bytes.</summary>
    BytesPointer,
    /// <summary>Where the record has the text: offset (low 16 bits) and length (high), <c>__data_loc</c>.</summary>
    RecordText,
    /// <summary>Where in the record bytes lie, told as for <see cref="RecordText"/>.</summary>
    RecordBytes,
}
