using System.Diagnostics;

namespace EbpfCat.Types;

/// <summary>
/// A moment: nanoseconds on the kernel's monotonic clock (<c>$kernel.Time</c>, CLOCK_MONOTONIC), unsigned, 8 bytes, in the
/// processor's order. Outside it is a <see cref="DateTime"/> in local time.
/// </summary>
/// <remarks>
/// The clock stands still while the machine is suspended, and the calendar's is set at times: a moment is told by how far the
/// two are apart now, which is right for what happened since either.
/// </remarks>
public sealed class InstantType : EbpfType
{
    /// <summary>The only one there is.</summary>
    public static readonly InstantType Instance = new();

    private const long TicksPerSecond = TimeSpan.TicksPerSecond;
    private const int NanosecondsPerTick = 100;

    // How far the clocks are apart, looked at again every second: a call each for millions of records would cost more than
    // they do.
    private static Offset apart = new(0, long.MinValue / 2);

    private InstantType()
    {
    }

    /// <inheritdoc/>
    public override string Name => "datetime";

    /// <inheritdoc/>
    public override int Size => sizeof(ulong);

    /// <inheritdoc/>
    public override int Alignment => sizeof(ulong);

    /// <inheritdoc/>
    public override bool Equals(EbpfType? other) => other is InstantType;

    /// <inheritdoc/>
    public override int GetHashCode() => nameof(InstantType).GetHashCode(StringComparison.Ordinal);

    /// <summary>The local time of a moment.</summary>
    /// <param name="nanoseconds">Nanoseconds on the kernel's monotonic clock.</param>
    public static DateTime ToDateTime(ulong nanoseconds)
    {
        var ticks = Apart() + (long)(nanoseconds / NanosecondsPerTick);
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Local);
    }

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => ToDateTime(BitConverter.ToUInt64(bytes));

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        var nanoseconds = value switch
        {
            DateTime moment => (moment.ToLocalTime().Ticks - Apart()) * NanosecondsPerTick,
            DateTimeOffset moment => (moment.LocalDateTime.Ticks - Apart()) * NanosecondsPerTick,
            _ => (long)ScalarType.UInt64.ToBits(value),
        };
        if (nanoseconds < 0) throw TypeConversionException.Refuse(value, this, "it takes a time since the machine was started");
        BitConverter.TryWriteBytes(bytes, nanoseconds);
    }

    // In ticks: what to add to the monotonic clock to get local time. .NET's own clock is the monotonic one, clock_gettime(2).
    private static long Apart()
    {
        var known = Volatile.Read(ref apart);
        var now = Stopwatch.GetTimestamp();
        if (now - known.At < Stopwatch.Frequency) return known.Ticks;
        // Of several looks the quickest is the most exact.
        var (least, ticks) = (long.MaxValue, 0L);
        for (var look = 0; look < 4; look++)
        {
            var before = Stopwatch.GetTimestamp();
            var local = DateTime.Now.Ticks;
            var took = Stopwatch.GetTimestamp() - before;
            if (took >= least) continue;
            (least, ticks) = (took, local - (long)((before + (took / 2)) * (TicksPerSecond / (double)Stopwatch.Frequency)));
        }

        Volatile.Write(ref apart, new Offset(ticks, now));
        return ticks;
    }

    private sealed record Offset(long Ticks, long At);
}
