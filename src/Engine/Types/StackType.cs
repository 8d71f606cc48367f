namespace EbpfCat.Types;

/// <summary>A stack trace in a record or key: id (signed) and process (unsigned), 4 bytes each, native order.</summary>
public sealed class StackType : EbpfType
{
    /// <summary>The only instance.</summary>
    public static readonly StackType Instance = new();

    private StackType() { }

    public override string Name => "stack";

    public override int Size => 8;

    public override int Alignment => 4;

    public override bool Equals(EbpfType? other) => other is StackType;

    public override int GetHashCode() => nameof(StackType).GetHashCode(StringComparison.Ordinal);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => new StackReference(
        BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not StackReference stack)
            throw new TypeConversionException($"A {value?.GetType().Name ?? "null"} is not a stack trace.");
        BinaryPrimitives.WriteInt32LittleEndian(bytes, stack.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], stack.ProcessId);
    }
}
