namespace EbpfCat.Binding;

/// <summary>Texts of events that a program puts out: as long as they are, behind the fields of the record.</summary>
internal static class OutputTexts
{
    // A value of a per-CPU map has 32 KiB at most (PCPU_MIN_UNIT_SIZE).
    private const int MaxTails = 30 * 1024;
    private const int MinCapacity = 256;

    /// <summary>Makes room for whole texts where the record has texts of the event of the default capacity.</summary>
    public static BoundStruct Resize(BoundStruct record)
    {
        var isText = record.Fields.ToDictionary(value => value.Field.Name, value => ContentOf(value.Value));
        var lists = isText.Values.Count(content => content == EventContent.TextListPointer);
        var texts = isText.Values.Count(content => content is not null);
        if (texts == 0) return record;
        var rest = MaxTails - (lists * (RecordTextType.ListLimit + PackedTexts.Header));
        if (rest < texts * MinCapacity) return record;
        var capacity = Math.Min(RecordTextType.MaxText, rest / texts);
        var type = StructType.Create(record.Struct.Fields.Select(field => KeyValuePair.Create(field.Name,
            isText.GetValueOrDefault(field.Name) is { } content
                ? new RecordTextType(capacity) { IsList = content == EventContent.TextListPointer } : field.Type)));
        return new BoundStruct(
            type, [.. record.Fields.Select(value => value with { Field = type.FindField(value.Field.Name)! })],
            record.Source);
    }

    /// <summary>The maximum of the bytes behind the fields of a record.</summary>
    public static int MaxTail(StructType record) =>
        record.Fields.Sum(field => field.Type is RecordTextType text ? text.MaxTail : 0);

    // A text that a cast gives another capacity is as long as the author wants it.
    private static EventContent? ContentOf(BoundExpression value) => value switch
    {
        BoundEventValue { Access: { Type: StringType, Length: null } access }
            when access.Content is EventContent.TextPointer or EventContent.RecordText => access.Content,
        BoundEventValue { Access.Content: EventContent.TextListPointer } or { Type: TextListType }
            and (BoundRememberedText or BoundConversion { Operand: BoundEventValue }) => EventContent.TextListPointer,
        BoundRememberedText => EventContent.TextPointer,
        _ => null,
    };
}
