namespace EbpfCat.Types;

/// <summary>
/// A time: nanoseconds on the kernel's monotonic clock (CLOCK_MONOTONIC, <c>bpf_ktime_get_ns</c>), unsigned, 8 bytes,
/// in the processor's order. The .NET value is a <see cref="DateTime"/> in local time.
/// </summary>
/// <remarks>
/// The monotonic clock stops while the machine is suspended, and the calendar clock can be set. The conversion uses
/// their present difference, which is right for times since the last suspension or setting.
/// </remarks>
public sealed class InstantType : EbpfType
{
    /// <summary>The only instance.</summary>
    public static readonly InstantType Instance = new();

    private const long TicksPerSecond = TimeSpan.TicksPerSecond;
    private const int NanosecondsPerTick = 100;

    // Read again every second: reading the clocks for each of millions of records would cost too much.
    private static Offset _offset = new(0, long.MinValue / 2);

    private InstantType() { }

    public override string Name => "datetime";

    public override int Size => sizeof(ulong);

    public override int Alignment => sizeof(ulong);

    public override bool Equals(EbpfType? other) => other is InstantType;

    public override int GetHashCode() => nameof(InstantType).GetHashCode(StringComparison.Ordinal);

    /// <summary>Converts to local time.</summary>
    /// <param name="nanoseconds">Nanoseconds on the kernel's monotonic clock.</param>
    public static DateTime ToDateTime(ulong nanoseconds)
    {
        var ticks = ClockOffset() + (long)(nanoseconds / NanosecondsPerTick);
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Local);
    }

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => ToDateTime(BitConverter.ToUInt64(bytes));

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        var nanoseconds = value switch
        {
            DateTime moment => (moment.ToLocalTime().Ticks - ClockOffset()) * NanosecondsPerTick,
            DateTimeOffset moment => (moment.LocalDateTime.Ticks - ClockOffset()) * NanosecondsPerTick,
            _ => (long)ScalarType.UInt64.ToBits(value),
        };
        if (nanoseconds < 0)
            throw TypeConversionException.Refuse(value, this, "it takes a time since the machine was started");
        BitConverter.TryWriteBytes(bytes, nanoseconds);
    }

    // The local time minus the monotonic clock, in ticks. Stopwatch reads the monotonic clock (clock_gettime(2)).
    private static long ClockOffset()
    {
        var known = Volatile.Read(ref _offset);
        var now = Stopwatch.GetTimestamp();
        if (now - known.ReadAt < Stopwatch.Frequency) return known.Ticks;
        // The quickest of several readings is the most exact.
        var (min, ticks) = (long.MaxValue, 0L);
        for (var reading = 0; reading < 4; reading++)
        {
            var before = Stopwatch.GetTimestamp();
            var local = DateTime.Now.Ticks;
            var took = Stopwatch.GetTimestamp() - before;
            if (took >= min) continue;
            var monotonic = (before + (took / 2)) * (TicksPerSecond / (double)Stopwatch.Frequency);
            (min, ticks) = (took, local - (long)monotonic);
        }

        Volatile.Write(ref _offset, new Offset(ticks, now));
        return ticks;
    }

    private sealed record Offset(long Ticks, long ReadAt);
}
