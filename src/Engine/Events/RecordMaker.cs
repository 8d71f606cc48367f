namespace EbpfCat.Events;

/// <summary>Makes an object of a record.</summary>
/// <param name="record">The bytes of the record, from its first field on.</param>
/// <param name="decoder">Reads the fields that are more than numbers.</param>
internal delegate T RecordMaker<out T>(ReadOnlySpan<byte> record, RecordDecoder decoder);
