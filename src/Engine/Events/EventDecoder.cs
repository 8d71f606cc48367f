namespace EbpfCat.Events;

/// <summary>Decodes records of one kind to objects with a property for each field. For one thread at a time.</summary>
[RequiresDynamicCode(EventClass.RequiresDynamicCode)]
internal sealed class EventDecoder : RecordDecoder
{
    private readonly RecordMaker<EventObject> _maker;
    private readonly EventDecoder?[] _inner;

    /// <summary>Emits the class of the objects, if this is the first decoder for the kind of record.</summary>
    /// <param name="program">The program that emits the records.</param>
    /// <param name="type">The kind of record: one of <see cref="EventLayout.Records"/>.</param>
    /// <param name="parent">
    /// The base class of the emitted one: public, derived from <see cref="EventObject"/>, with a constructor without
    /// parameters.
    /// </param>
    public EventDecoder(
        LoadedProgram program, StructType type,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type? parent = null)
        : this(type, program.Stacks, new RecentTexts(), parent ?? typeof(EventObject)) { }

    private EventDecoder(
        StructType type, LiveMap? stacks, RecentTexts texts,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type parent)
        : base(type, stacks, texts)
    {
        _maker = EventClass.For(type, parent);
        _inner = [.. type.Fields.Select(field => Innermost(field.Type) is StructType inner
            ? new EventDecoder(inner, stacks, texts, typeof(EventObject)) : null)];
    }

    /// <summary>Decodes a record.</summary>
    /// <param name="record">The bytes of the record, from its first field on.</param>
    /// <exception cref="ArgumentException">There are fewer bytes than the kind of record has.</exception>
    public EventObject Decode(ReadOnlySpan<byte> record)
    {
        Incomplete.Clear();
        MustEscape = false;
        var made = _maker(record, this);
        if (Incomplete.Count > 0) made.SetIncompleteTexts([.. Incomplete]);
        if (MustEscape) made.SetMustEscape();
        return made;
    }

    private protected override object? ReadStruct(ReadOnlySpan<byte> bytes, StructType type, int index) =>
        _inner[index]!.Decode(bytes);
}
