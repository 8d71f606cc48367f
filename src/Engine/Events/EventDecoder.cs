using System.Runtime.InteropServices;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Events;

/// <summary>
/// Makes objects of the records of one kind that a program puts out: of a class that has a property for each field. By one
/// thread at a time.
/// </summary>
public sealed class EventDecoder
{

    private readonly StructType _type;
    private readonly LiveMap? _stacks;
    private readonly EventMaker _maker;
    private readonly RecentTexts _texts;
    private readonly EventDecoder?[] _inside;

    /// <summary>Prepares for a kind of record. Its class is made when it is first asked for, once in a process.</summary>
    /// <param name="program">The program that puts it out.</param>
    /// <param name="type">The kind of record: one of <see cref="Compiler.EventLayout.Records"/>.</param>
    /// <param name="parent">
    /// The class that the objects' own is to derive from; it must be public, with a constructor that takes nothing, and derive
    /// from <see cref="EventObject"/> itself.
    /// </param>
    public EventDecoder(LoadedProgram program, StructType type, Type? parent = null)
        : this(program?.Stacks, type, parent ?? typeof(EventObject), new RecentTexts()) =>
        ArgumentNullException.ThrowIfNull(program);

    private EventDecoder(LiveMap? stacks, StructType type, Type parent, RecentTexts texts)
    {
        ArgumentNullException.ThrowIfNull(type);
        (_stacks, _type, _texts) = (stacks, type, texts);
        _maker = EventClass.For(type, parent);
        _inside = [.. type.Fields.Select(field => Innermost(field.Type) is StructType inner
            ? new EventDecoder(stacks, inner, typeof(EventObject), texts)
            : null)];
    }

    /// <summary>The object of a record.</summary>
    /// <param name="record">The record's bytes, without the number in front.</param>
    /// <exception cref="ArgumentException">There are fewer than the kind of record has.</exception>
    public EventObject Decode(ReadOnlySpan<byte> record) => _maker(record, this);

    internal static T Number<T>(ReadOnlySpan<byte> record, int offset) where T : struct => MemoryMarshal.Read<T>(record[offset..]);

    internal static DateTime Instant(ReadOnlySpan<byte> record, int offset) => InstantType.ToDateTime(Number<ulong>(record, offset));

    internal static TimeSpan Duration(ReadOnlySpan<byte> record, int offset) => DurationType.ToTimeSpan(Number<long>(record, offset));

    internal string Text(ReadOnlySpan<byte> record, int offset, int capacity)
    {
        var bytes = record.Slice(offset, capacity);
        var end = bytes.IndexOf((byte)0);
        return _texts.Get(end < 0 ? bytes : bytes[..end]);
    }

    internal object? Value(ReadOnlySpan<byte> record, int index)
    {
        var field = _type.Fields[index];
        return Read(record[field.Offset..], field.Type, _inside[index]);
    }

    private static EbpfType Innermost(EbpfType type) => type is ArrayType array ? Innermost(array.Element) : type;

    private object? Read(ReadOnlySpan<byte> bytes, EbpfType type, EventDecoder? inside)
    {
        switch (type)
        {
            case StructType:
                return inside!.Decode(bytes);
            case ArrayType array when inside is not null:
                var items = new object?[array.Count];
                for (var item = 0; item < items.Length; item++) items[item] = Read(bytes[(item * array.Element.Size)..], array.Element, inside);
                return items;
            case StackType:
                return _stacks.ReadStack((StackReference)type.Read(bytes)!);
            default:
                return type.Read(bytes);
        }
    }
}
