namespace EbpfCat.Events;

/// <summary>A record that a program put out, with values of the record's own types.</summary>
public sealed class EventRecord
{
    private readonly byte[] _bytes;
    private readonly List<IncompleteText> _incomplete = [];
    private object?[]? _values;

    internal EventRecord(LoadedProgram program, StructType type, byte[] bytes) =>
        (Program, Type, _bytes) = (program, type, bytes);

    /// <summary>The program that put out the record.</summary>
    public LoadedProgram Program { get; }

    /// <summary>Names and types of the values, in the order of the program's source.</summary>
    public StructType Type { get; }

    /// <summary>The bytes of the record, from its first field on.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The values, in the order of the type's fields. The first read decodes them.</summary>
    public IReadOnlyList<object?> Values => _values ??= Decode();

    /// <summary>The texts that could not be read or were cut off.</summary>
    public IReadOnlyList<IncompleteText> IncompleteTexts => Values.Count > 0 ? _incomplete : [];

    /// <summary>The value of a field.</summary>
    /// <param name="name">Its name, without regard to case.</param>
    /// <exception cref="KeyNotFoundException">There is no such field.</exception>
    public object? this[string name]
    {
        get
        {
            for (var index = 0; index < Type.Fields.Count; index++)
            {
                if (Type.Fields[index].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return Values[index];
            }

            throw new KeyNotFoundException(
                $"The record has no field '{name}'{SimilarNames.Ask(name, Type.Fields.Select(field => field.Name))}");
        }
    }

    /// <summary>The fields with their values.</summary>
    public override string ToString() =>
        string.Join(", ", Type.Fields.Select((field, index) => $"{field.Name} = {Values[index]}"));

    private object?[] Decode()
    {
        var fields = Type.Fields;
        var values = new object?[fields.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = fields[index].Type is RecordTextType text
                ? text.Read(_bytes, fields[index], _incomplete)
                : fields[index].Type.Read(_bytes.AsSpan(fields[index].Offset));
        }

        return values;
    }
}
