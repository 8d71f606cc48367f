namespace EbpfCat.Binding;

/// <summary>
/// How a value of a traced event is reached: a place in the context, pointers followed from there, and what is read at
/// the end.
/// </summary>
/// <param name="Root">Where the way begins.</param>
/// <param name="RootOffset">The offset in the context, in bytes.</param>
/// <param name="RootSize">How many bytes are read there: 1, 2, 4 or 8.</param>
public sealed record EventAccess(EbpfType Type, EventRoot Root, int RootOffset, int RootSize)
{
    /// <summary>The value that the way begins with if <see cref="Root"/> is <see cref="EventRoot.Constant"/>.</summary>
    public long Constant { get; init; }

    /// <summary>What is added to the pointer that the way begins with; null for nothing.</summary>
    public EventIndex? Index { get; init; }

    /// <summary>The pointers followed: each step reads at an offset from the pointer of the one before.</summary>
    public IReadOnlyList<EventStep> Steps { get; init; } = [];

    /// <summary>What lies at the end.</summary>
    public EventContent Content { get; init; }

    /// <summary>Whose memory a text or bytes at the end of the way lie in.</summary>
    public EventMemory Memory { get; init; }

    /// <summary>The first bit of a bit field, from the least significant; see <see cref="BitCount"/>.</summary>
    public int BitOffset { get; init; }

    /// <summary>How many bits a bit field has; 0 for a whole value.</summary>
    public int BitCount { get; init; }

    /// <summary>The number of bytes behind a pointer, known at run time; at most the type's size is read.</summary>
    public EventAccess? Length { get; init; }

    /// <summary>Whether programs may assign it: it lies in the context, which then may change during a run.</summary>
    public bool IsWritable { get; init; }

    /// <summary>Where in the record an offset counts from that the record itself holds; 0 for its beginning.</summary>
    public int LocationBase { get; init; }

    /// <summary>What a cast makes of a pointer: its number, or what it leads to; null: the value is cast.</summary>
    internal EventAccess? Reinterpret(EbpfType type)
    {
        var isPointer = Content is EventContent.TextPointer or EventContent.TextListPointer
            or EventContent.BytesPointer;
        var isAddress = isPointer || (Content == EventContent.Value && Type is ScalarType { Bits: 64 });
        return type switch
        {
            ScalarType when isPointer => this with { Type = ScalarType.UInt64, Content = EventContent.Value },
            TextListType when isAddress => this with { Type = type, Content = EventContent.TextListPointer },
            StringType when isAddress => this with { Type = type, Content = EventContent.TextPointer },
            StringType when Content == EventContent.RecordText => this with { Type = type },
            BytesType or SocketAddressType when isAddress =>
            this with { Type = type, Content = EventContent.BytesPointer },
            BytesType when Content == EventContent.RecordBytes => this with { Type = type },
            _ => null,
        };
    }
}
