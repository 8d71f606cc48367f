namespace EbpfCat.Kernel;

/// <content>Many entries of a map at a time (Linux 5.6).</content>
internal static unsafe partial class Bpf
{
    /// <summary>Reads the next entries of a map (BPF_MAP_LOOKUP_BATCH).</summary>
    /// <param name="map">The map. Not every type has batches in every kernel: EOPNOTSUPP (ENOTSUPP) then.</param>
    /// <param name="cursor">The position, which is advanced.</param>
    /// <param name="keys">The buffer for the keys, one after another.</param>
    /// <param name="values">The buffer for the values, <see cref="MapDescriptor.ValueSize"/> bytes each.</param>
    /// <returns>How many entries were read: at most as many as both spans hold.</returns>
    /// <exception cref="KernelException">ENOSPC: a bucket of the hash holds more entries than the spans.</exception>
    public static int LookupBatch(MapDescriptor map, BatchCursor cursor, Span<byte> keys, Span<byte> values) =>
        ReadBatch(BpfCommand.MapLookupBatch, map, cursor, keys, values, "read entries of a map");

    /// <summary>Reads and removes the next entries of a map (BPF_MAP_LOOKUP_AND_DELETE_BATCH).</summary>
    /// <param name="map">The map: a hash.</param>
    /// <param name="cursor">The position.</param>
    /// <param name="keys">The buffer for the keys, one after another.</param>
    /// <param name="values">The buffer for the values.</param>
    /// <returns>How many entries were read and removed.</returns>
    public static int LookupAndDeleteBatch(MapDescriptor map, BatchCursor cursor, Span<byte> keys, Span<byte> values) =>
        ReadBatch(BpfCommand.MapLookupAndDeleteBatch, map, cursor, keys, values, "take entries from a map");

    /// <summary>Sets entries of a map (BPF_MAP_UPDATE_BATCH).</summary>
    /// <param name="keys">The keys, one after another.</param>
    /// <param name="values">The values, <see cref="MapDescriptor.ValueSize"/> bytes each.</param>
    /// <param name="count">The number of entries to set; then of entries set, also after an exception.</param>
    public static void UpdateBatch(MapDescriptor map, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, (long)count * map.ValueSize, nameof(values));
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, (long)count * map.KeySize, nameof(keys));
        using var borrowed = map.Borrow();
        fixed (byte* keyPointer = keys, valuePointer = values)
        {
            var attributes = new BatchAttributes
            {
                Keys = (ulong)keyPointer,
                Values = (ulong)valuePointer,
                Count = (uint)count,
                MapFd = borrowed.Number,
            };
            var errno = Call(BpfCommand.MapUpdateBatch, ref attributes);

            // A command that is refused as a whole leaves the count as it was.
            count = errno != Errno.None && attributes.Count == (uint)count ? 0 : (int)attributes.Count;
            if (errno != Errno.None) throw Refusal(BpfCommand.MapUpdateBatch, errno, "set entries of a map", map.Type);
        }
    }

    private static int ReadBatch(
        BpfCommand command, MapDescriptor map, BatchCursor cursor, Span<byte> keys, Span<byte> values, string operation)
    {
        using var borrowed = map.Borrow();
        fixed (byte* position = cursor.Position, keyPointer = keys, valuePointer = values)
        {
            var attributes = new BatchAttributes
            {
                InBatch = cursor.Started ? (ulong)position : 0,
                OutBatch = (ulong)position,
                Keys = (ulong)keyPointer,
                Values = (ulong)valuePointer,
                Count = (uint)Math.Min(keys.Length / Math.Max(map.KeySize, 1), values.Length / map.ValueSize),
                MapFd = borrowed.Number,
            };
            var errno = Call(command, ref attributes);
            if (errno is not (Errno.None or Errno.ENOENT)) throw Refusal(command, errno, operation, map.Type);
            cursor.Started = true;
            cursor.AtEnd = errno == Errno.ENOENT;
            return (int)attributes.Count;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BatchAttributes
    {
        public ulong InBatch;
        public ulong OutBatch;
        public ulong Keys;
        public ulong Values;
        public uint Count;
        public int MapFd;
        public BpfElementFlags ElemFlags;
        public ulong Flags;
    }
}
