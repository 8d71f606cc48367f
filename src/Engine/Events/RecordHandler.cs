namespace EbpfCat.Events;

/// <summary>Takes a record out of a buffer.</summary>
/// <param name="buffer">The index of the buffer among those that are read.</param>
/// <param name="record">
/// The record's bytes, in the memory shared with the kernel: good until the call returns. Those of a perf event array may be
/// followed by up to 7 bytes of padding.
/// </param>
public delegate void RecordHandler(int buffer, ReadOnlySpan<byte> record);
