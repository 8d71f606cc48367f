namespace EbpfCat.Events;

/// <summary>Makes objects of a type of the author's from one kind of record. For one thread at a time.</summary>
internal sealed class TypedDecoder<[DynamicallyAccessedMembers(RecordMapping.Members)] T> : RecordDecoder
{
    private readonly RecordMaker<T> _maker;

    private TypedDecoder(LoadedProgram program, RecordMapping mapping, StructType type)
        : base(type, program.Stacks, new RecentTexts()) => _maker = mapping.CreateMaker<T>();

    /// <summary>Returns the decoder of each kind of record that the type matches; null for the others.</summary>
    /// <exception cref="ArgumentException">No kind of record matches; names the nearest fields.</exception>
    public static TypedDecoder<T>?[] ForAll(LoadedProgram program)
    {
        ArgumentException? mismatch = null;
        TypedDecoder<T>?[] decoders = [.. RecordSources.LayoutOf(program).Records.Select(Find)];
        return Array.TrueForAll(decoders, one => one is null) ? throw mismatch! : decoders;

        TypedDecoder<T>? Find(StructType record)
        {
            try
            {
                return new(program, new RecordMapping(record, typeof(T)), record);
            }
            catch (ArgumentException error)
            {
                mismatch ??= error;
                return null;
            }
        }
    }

    /// <summary>Makes the object of a record.</summary>
    /// <param name="record">The bytes of the record, from its first field on.</param>
    public T Decode(ReadOnlySpan<byte> record)
    {
        Incomplete.Clear();
        return _maker(record, this);
    }

    private protected override object? ReadStruct(ReadOnlySpan<byte> bytes, StructType type, int index) =>
        type.Read(bytes);
}
