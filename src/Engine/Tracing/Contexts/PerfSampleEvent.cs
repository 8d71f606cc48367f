namespace EbpfCat.Tracing;

/// <summary>
/// A sample of a perf event (<c>struct bpf_perf_event_data</c>, linux/bpf_perf_event.h): the registers of the
/// interrupted code, <c>sample_period</c>, the number of events of the sample, and <c>addr</c>, the accessed address if
/// the event has one (Linux 4.9; <c>addr</c> 4.17).
/// </summary>
public sealed class PerfSampleEvent(Registers? registers = null) : TracedEvent
{
    private const string Period = "sample_period";
    private const string Address = "addr";

    private readonly Registers _registers = registers ?? Registers.Current;
    private readonly RegisterPlaces _places = new(registers ?? Registers.Current, EventMemory.User);

    public override string Description => "the sample";

    public override IReadOnlyList<string> FieldNames => (string[])[Period, Address, .. _places.Names];

    // On arm64 the struct has only the registers of user space: x0 to x30, sp, pc and pstate.
    private int End => _registers == Registers.Arm64 ? _registers["pstate"].Offset + 8 : _registers.Size;

    private protected override string? Suggest(string name) => _places.Suggest(name);

    private protected override EventPlace? Find(string name)
    {
        var offset = name.ToLowerInvariant() switch
        {
            Period => 0,
            Address => 8,
            _ => -1,
        };
        if (offset >= 0)
        {
            return new PlainPlace(
                new EventAccess(ScalarType.UInt64, EventRoot.Context, End + offset, 8) { Memory = EventMemory.User });
        }

        return _places.Find(name) is { Access: { } access } place && access.RootOffset < End ? place : null;
    }
}
