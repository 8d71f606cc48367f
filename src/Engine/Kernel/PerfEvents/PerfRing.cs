using System.Numerics;

namespace EbpfCat.Kernel;

/// <summary>The ring of one processor, in memory shared with the kernel (perf_event_open(2), "MMAP layout").</summary>
internal sealed unsafe class PerfRing : IDisposable
{
    // struct perf_event_mmap_page
    private const int HeadOffset = 1024;
    private const int TailOffset = 1032;

    /// <summary>PERF_RECORD_SAMPLE, the type of records that programs put out.</summary>
    public const uint SampleRecord = 9;

    // PERF_RECORD_LOST; struct perf_event_header has type, misc and size in 8 bytes.
    private const uint LostRecord = 2;
    private const int HeaderSize = 8;

    private readonly MappedMemory _memory;
    private readonly ulong _mask;
    private byte[] _joined = [];

    public PerfRing(PerfEvent perfEvent, int processor, int size)
    {
        (Event, Processor) = (perfEvent, processor);
        var page = Environment.SystemPageSize;
        var rounded = BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, page));
        _mask = rounded - 1;
        try
        {
            _memory = MappedMemory.Map(perfEvent, 0, page + rounded, writable: true);
        }
        catch
        {
            perfEvent.Dispose();
            throw;
        }
    }

    public PerfEvent Event { get; }
    public int Processor { get; }

    /// <summary>The number of lost records that the kernel has reported so far.</summary>
    public long Lost { get; private set; }

    /// <summary>Takes out records.</summary>
    /// <param name="handler">Takes each record but those that count lost ones.</param>
    /// <param name="max">The maximum number of records.</param>
    /// <returns>The number of records.</returns>
    public int Drain(PerfRecordHandler handler, int max = int.MaxValue)
    {
        var tail = (ulong*)(_memory.Pointer + TailOffset);
        var head = Volatile.Read(ref *(ulong*)(_memory.Pointer + HeadOffset));
        var at = *tail;
        var count = 0;
        try
        {
            while (at < head && count < max)
            {
                // The end of the ring never splits a header: all sizes are multiples of 8.
                var header = *(ulong*)At(at);
                var size = (int)(header >> 48);
                var body = Read(at + HeaderSize, size - HeaderSize);
                at += (ulong)size;
                if ((uint)header == LostRecord)
                {
                    // The event's id, and how many.
                    Lost += MemoryMarshal.Read<long>(body[sizeof(ulong)..]);
                    continue;
                }

                count++;
                handler((uint)header, (ushort)(header >> 32), body);
            }
        }
        finally
        {
            Volatile.Write(ref *tail, at);
        }

        return count;
    }

    public void Dispose()
    {
        _memory.Dispose();
        Event.Dispose();
    }

    private byte* At(ulong position) => _memory.Pointer + Environment.SystemPageSize + (position & _mask);

    private ReadOnlySpan<byte> Read(ulong position, int length)
    {
        var before = (int)Math.Min((ulong)length, _mask + 1 - (position & _mask));
        if (before == length) return new ReadOnlySpan<byte>(At(position), length);
        if (_joined.Length < length) _joined = new byte[length];
        new ReadOnlySpan<byte>(At(position), before).CopyTo(_joined);
        new ReadOnlySpan<byte>(At(position + (ulong)before), length - before).CopyTo(_joined.AsSpan(before));
        return _joined.AsSpan(0, length);
    }
}

/// <summary>Takes a record of a <see cref="PerfRing"/>.</summary>
/// <param name="type">PERF_RECORD_*.</param>
/// <param name="misc">PERF_RECORD_MISC_*.</param>
/// <param name="body">The record without its header, in the memory of the ring: valid until the call returns.</param>
internal delegate void PerfRecordHandler(uint type, int misc, ReadOnlySpan<byte> body);
