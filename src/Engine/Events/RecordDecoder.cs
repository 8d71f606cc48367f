using System.Net.Sockets;

namespace EbpfCat.Events;

/// <summary>Reads the fields of one kind of record as .NET values. For one thread at a time.</summary>
internal abstract class RecordDecoder
{
    private readonly LiveMap? _stacks;
    private readonly RecentTexts _texts;

    private protected RecordDecoder(StructType type, LiveMap? stacks, RecentTexts texts) =>
        (Type, _stacks, _texts) = (type, stacks, texts);

    public StructType Type { get; }

    /// <summary>The texts of records since the list was last emptied that are not whole.</summary>
    private protected List<IncompleteText> Incomplete { get; } = [];

    /// <summary>Whether a text of a record since it was last cleared would have to be escaped in a terminal.</summary>
    private protected bool MustEscape { get; set; }

    public static T Number<T>(ReadOnlySpan<byte> record, int offset) where T : struct =>
        MemoryMarshal.Read<T>(record[offset..]);

    public static DateTime Instant(ReadOnlySpan<byte> record, int offset) =>
        InstantType.ToDateTime(Number<ulong>(record, offset));

    public static TimeSpan Duration(ReadOnlySpan<byte> record, int offset) =>
        DurationType.ToTimeSpan(Number<long>(record, offset));

    public string Text(ReadOnlySpan<byte> record, int offset, int capacity)
    {
        var bytes = record.Slice(offset, capacity);
        var end = bytes.IndexOf((byte)0);
        var text = _texts.Get(end < 0 ? bytes : bytes[..end]);
        MustEscape |= TerminalText.MustEscape(text);
        return text;
    }

    /// <summary>The value of a field.</summary>
    /// <param name="record">The bytes of the record, from its first field on.</param>
    /// <param name="index">The index of the field in <see cref="Type"/>.</param>
    public object? Value(ReadOnlySpan<byte> record, int index)
    {
        var field = Type.Fields[index];
        var value = field.Type is RecordTextType text
            ? text.Read(record, field, Incomplete) : Read(record[field.Offset..], field.Type, index);
        MustEscape |= value switch
        {
            string one => TerminalText.MustEscape(one),
            string?[] list => Array.Exists(list, one => one is not null && TerminalText.MustEscape(one)),
            UnixDomainSocketEndPoint => TerminalText.MustEscape($"{value}"),
            _ => false,
        };
        return value;
    }

    private protected static EbpfType Innermost(EbpfType type) =>
        type is ArrayType array ? Innermost(array.Element) : type;

    /// <summary>Reads a struct that is the value, or an element of the value, of the field with an index.</summary>
    private protected abstract object? ReadStruct(ReadOnlySpan<byte> bytes, StructType type, int index);

    private object? Read(ReadOnlySpan<byte> bytes, EbpfType type, int index)
    {
        switch (type)
        {
            case StructType inner: return ReadStruct(bytes, inner, index);
            case ArrayType array when Innermost(array) is StructType:
                var items = new object?[array.Count];
                for (var item = 0; item < items.Length; item++)
                    items[item] = Read(bytes[(item * array.Element.Size)..], array.Element, index);
                return items;
            case StringType text: return Text(bytes, 0, text.Capacity);
            case StackType: return _stacks.ReadStack((StackReference)type.Read(bytes)!);
            case FunctionType: return Symbolizer.Shared.Name((FunctionReference)type.Read(bytes)!);
            default:
                try
                {
                    return type.Read(bytes);
                }
                catch (TypeConversionException)
                {
                    // A prefix longer than its address, for example: no record ends the stream.
                    return bytes[..type.Size].ToArray();
                }
        }
    }
}
