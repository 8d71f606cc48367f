namespace EbpfCat.Binding;

/// <summary>
/// The type of an expression with an error. It is compatible with every type, so that nothing is reported that follows
/// from that error.
/// </summary>
internal sealed class ErrorType : EbpfType
{
    private ErrorType() { }

    public static ErrorType Instance { get; } = new();

    public override string Name => "error";

    public override int Size => 8;

    public override int Alignment => 8;

    public override bool Equals(EbpfType? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 0;

    private protected override object? ReadCore(ReadOnlySpan<byte> bytes) => null;

    private protected override void WriteCore(object? value, Span<byte> bytes) => bytes.Clear();
}
