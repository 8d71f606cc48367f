namespace EbpfCat.Events;

/// <summary>Makes an object of a record's bytes.</summary>
/// <param name="record">The bytes, without the number in front: at least as many as the record has.</param>
/// <param name="decoder">What it takes to tell the values that are more than numbers.</param>
internal delegate EventObject EventMaker(ReadOnlySpan<byte> record, EventDecoder decoder);
