namespace EbpfCat.Binding;

/// <summary>
/// The path to a value of a traced event: a root, the pointers that are followed from there, and the content at the
/// end.
/// </summary>
/// <param name="Root">The kind of root.</param>
/// <param name="RootOffset">The offset of the root in the context, in bytes.</param>
/// <param name="RootSize">The size of the root, in bytes: 1, 2, 4 or 8.</param>
public sealed record EventAccess(EbpfType Type, EventRoot Root, int RootOffset, int RootSize)
{
    /// <summary>The value of the root if <see cref="Root"/> is <see cref="EventRoot.Constant"/>.</summary>
    public long Constant { get; init; }

    /// <summary>
    /// The values that the root can be if <see cref="Root"/> is <see cref="EventRoot.Alternatives"/>: the last is for
    /// all cookies that no other one names.
    /// </summary>
    public IReadOnlyList<EventAlternative> Alternatives { get; init; } = [];

    /// <summary>An index that is added to the root; null for none.</summary>
    public EventIndex? Index { get; init; }

    /// <summary>The loads after the root: each at an offset from the pointer that the one before loads.</summary>
    public IReadOnlyList<EventStep> Steps { get; init; } = [];

    /// <summary>The kind of content at the end of the path.</summary>
    public EventContent Content { get; init; }

    /// <summary>The memory of a text or bytes behind a pointer at the end of the path.</summary>
    public EventMemory Memory { get; init; }

    /// <summary>The first bit of a bit field, from the least significant; see <see cref="BitCount"/>.</summary>
    public int BitOffset { get; init; }

    /// <summary>The number of bits of a bit field; 0 for a whole value.</summary>
    public int BitCount { get; init; }

    /// <summary>The number of bytes behind a pointer, known at run time; at most the type's size is read.</summary>
    public EventAccess? Length { get; init; }

    /// <summary>Whether programs may assign the value. It is in the context, and each use loads it again.</summary>
    public bool IsWritable { get; init; }

    /// <summary>
    /// Whether the number is a whole register whose type in the traced code is unknown: a narrower one determines only
    /// the low bits.
    /// </summary>
    public bool IsUntyped { get; init; }

    /// <summary>What the value points to; null for what is no pointer, or one to an unknown type.</summary>
    internal IPointerTarget? Target { get; init; }

    /// <summary>The root if <see cref="Root"/> is <see cref="EventRoot.Pointer"/>.</summary>
    internal BoundExpression? Pointer { get; init; }

    /// <summary>
    /// Whether the last step leads to an item of a list of pointers that ends with a null pointer: one behind that end
    /// is null too.
    /// </summary>
    public bool IsListItem { get; init; }

    /// <summary>The base, in the record, of an offset that a field of the record contains; 0 for its start.</summary>
    public int LocationBase { get; init; }

    /// <summary>What a cast makes of a pointer: its number, or the text or bytes behind it; else null.</summary>
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

/// <summary>A number that is read in programs that were attached with certain cookies.</summary>
public sealed record EventAlternative(IReadOnlyList<long> Cookies, EventAccess Access);
