namespace EbpfCat.Types;

/// <summary>
/// A length of time: nanoseconds, signed, 8 bytes, in the processor's order. The .NET value is a <see
/// cref="TimeSpan"/>, which counts in hundreds of nanoseconds: what is below is cut off.
/// </summary>
public sealed class DurationType : EbpfType
{
    /// <summary>The only instance.</summary>
    public static readonly DurationType Instance = new();

    private DurationType() { }

    public override string Name => "timespan";

    public override int Size => sizeof(long);

    public override int Alignment => sizeof(long);

    public override bool Equals(EbpfType? other) => other is DurationType;

    public override int GetHashCode() => nameof(DurationType).GetHashCode(StringComparison.Ordinal);

    /// <summary>The length of time that a number of nanoseconds is.</summary>
    public static TimeSpan ToTimeSpan(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => ToTimeSpan(BitConverter.ToInt64(bytes));

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        const long maxTicks = long.MaxValue / TimeSpan.NanosecondsPerTick;
        BitConverter.TryWriteBytes(bytes, value switch
        {
            TimeSpan { Ticks: >= -maxTicks and <= maxTicks } span => span.Ticks * TimeSpan.NanosecondsPerTick,
            TimeSpan => throw TypeConversionException.Refuse(value, this, "it takes up to 292 years"),
            _ => (long)ScalarType.Int64.ToBits(value),
        });
    }
}
