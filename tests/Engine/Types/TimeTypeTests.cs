using System.Diagnostics;
using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

public sealed class TimeTypeTests
{
    [Fact]
    public void Instant_reads_as_local_time_to_the_millisecond()
    {
        var before = DateTime.Now;
        var kernel = (ulong)Stopwatch.GetTimestamp();
        var after = DateTime.Now;
        var moment = Assert.IsType<DateTime>(InstantType.Instance.Read(BitConverter.GetBytes(kernel)));
        Assert.Equal(DateTimeKind.Local, moment.Kind);
        Assert.InRange(moment, before.AddMilliseconds(-1), after.AddMilliseconds(1));
    }

    [Fact]
    public void Instant_round_trips()
    {
        // Since boot, which can be recent.
        var moment = DateTime.Now.AddMilliseconds(-100);
        var read = (DateTime)InstantType.Instance.Read(InstantType.Instance.ToBytes(moment))!;
        Assert.InRange((read - moment).TotalMilliseconds, -1, 1);
        Assert.Equal(BitConverter.GetBytes(5ul), InstantType.Instance.ToBytes(5));
        Assert.Throws<TypeConversionException>(() => InstantType.Instance.ToBytes(new DateTime(1970, 1, 1)));
    }

    [Fact]
    public void Duration_can_be_negative_and_is_truncated_to_ticks()
    {
        Assert.Equal(TimeSpan.FromTicks(-15), DurationType.Instance.Read(BitConverter.GetBytes(-1599L)));
        Assert.Equal(BitConverter.GetBytes(1_000_000_000L), DurationType.Instance.ToBytes(TimeSpan.FromSeconds(1)));
        Assert.Throws<TypeConversionException>(() => DurationType.Instance.ToBytes(TimeSpan.MaxValue));
    }
}
