namespace EbpfCat.Maps;

/// <summary>Takes a record out of a buffer.</summary>
/// <param name="buffer">The index of the buffer among those of the reader.</param>
/// <param name="record">
/// The bytes of the record in the memory shared with the kernel: valid until the call returns. In a perf event array up
/// to 7 bytes of padding may follow.
/// </param>
public delegate void RecordHandler(int buffer, ReadOnlySpan<byte> record);
