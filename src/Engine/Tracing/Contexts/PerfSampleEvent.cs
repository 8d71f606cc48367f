using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>
/// A sample of a perf event (<c>struct bpf_perf_event_data</c>, linux/bpf_perf_event.h): the registers of what was
/// interrupted, <c>sample_period</c>, how many events the sample stands for, and <c>addr</c>, the address of the access
/// where the event has one (Linux 4.9; <c>addr</c> 4.17).
/// </summary>
/// <param name="registers">The processor's; null for those of this one.</param>
public sealed class PerfSampleEvent(Registers? registers = null) : TracedEvent
{
    private const string Period = "sample_period";
    private const string Address = "addr";

    private readonly Registers _registers = registers ?? Registers.Current;
    private readonly RegisterPlaces _places = new(registers ?? Registers.Current, EventMemory.User);

    /// <inheritdoc/>
    public override string Description => "the sample";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames => [Period, Address, .. _places.Names];

    // On arm64 the struct has the registers of user space alone: x0 to x30, sp, pc and pstate.
    private int End => _registers == Registers.Arm64 ? _registers["pstate"].Offset + 8 : _registers.Size;

    /// <inheritdoc/>
    private protected override EventPlace? Find(string name)
    {
        var offset = name.ToLowerInvariant() switch
        {
            Period => 0,
            Address => 8,
            _ => -1,
        };
        if (offset >= 0) return new PlainPlace(new EventAccess(ScalarType.UInt64, EventRoot.Context, End + offset, 8) { Memory = EventMemory.User });
        return _places.Find(name) is { Access: { } access } place && access.RootOffset < End ? place : null;
    }
}
