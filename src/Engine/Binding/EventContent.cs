namespace EbpfCat.Binding;

/// <summary>The content at the end of the path to a value of an event.</summary>
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
    /// <summary>The location of a text in the record: offset (low 16 bits), length (high), <c>__data_loc</c>.</summary>
    RecordText,
    /// <summary>The location of bytes in the record, as for <see cref="RecordText"/>.</summary>
    RecordBytes,
}
