namespace EbpfCat.Types;

/// <summary>A code address of a program, by which its function is found.</summary>
/// <param name="ProcessId">The process for an address in user space; 0 for one in the kernel.</param>
public readonly record struct FunctionReference(ulong Address, uint ProcessId);

/// <summary>
/// A function in a record or key: its address (unsigned, 8 bytes), its process (unsigned, 4 bytes; 0 for the kernel)
/// and 4 bytes of 0, native order.
/// </summary>
public sealed class FunctionType : EbpfType
{
    internal const int ProcessOffset = 8;

    /// <summary>The only instance.</summary>
    public static readonly FunctionType Instance = new();

    private FunctionType() { }

    public override string Name => "function";

    public override int Size => 16;

    public override int Alignment => 8;

    public override bool Equals(EbpfType? other) => other is FunctionType;

    public override int GetHashCode() => nameof(FunctionType).GetHashCode(StringComparison.Ordinal);

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => new FunctionReference(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[ProcessOffset..]));

    private protected override void WriteCore(object? value, Span<byte> bytes)
    {
        if (value is not FunctionReference function)
            throw new TypeConversionException($"A {value?.GetType().Name ?? "null"} is not a function.");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, function.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ProcessOffset..], function.ProcessId);
    }
}
