namespace EbpfCat.Binding;

/// <summary>An expression whose names are resolved and whose type is known.</summary>
/// <param name="Type">The type of its value, in the processor's byte order.</param>
internal abstract record BoundExpression(EbpfType Type, SourceSpan? Source)
{
    /// <summary>The value that this is a field or element of, at any depth; else this itself.</summary>
    public BoundExpression Whole => this switch
    {
        BoundFieldAccess part => part.Target.Whole,
        BoundElementAccess element => element.Target.Whole,
        _ => this,
    };

    /// <summary>The type of the value where it is stored, with its byte order and bits.</summary>
    public EbpfType StoredType => this switch
    {
        BoundLocalAccess local => local.Local.Type,
        BoundVariableAccess variable => variable.Location.Variable.Type,
        BoundPacketAccess packet => packet.Stored,
        BoundMapEntry entry => entry.Map.Map.Value!,
        BoundInnerEntry entry => entry.Inner.Value!,
        BoundFieldAccess part => part.Field.Type,
        _ => Type,
    };
}

/// <summary>Stands for an expression with an error, which has been reported.</summary>
internal sealed record BoundError(SourceSpan? Source) : BoundExpression(ErrorType.Instance, Source);

/// <summary>A constant. Names of verdicts, and of numbers they are compared with, are numbers.</summary>
internal sealed record BoundConstant(EbpfType Type, object Value, SourceSpan? Source) : BoundExpression(Type, Source);

internal sealed class BoundLocal(string name, EbpfType type)
{
    public string Name { get; } = name;
    public EbpfType Type { get; } = type;
}

internal sealed record BoundLocalAccess(BoundLocal Local, SourceSpan? Source)
    : BoundExpression(Local.Type is ScalarType number ? number.Plain : Local.Type, Source);

internal sealed record BoundVariableAccess(EbpfType Type, VariableLocation Location, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>Bytes of the packet.</summary>
/// <param name="Offset">From the start of the packet, in bytes.</param>
/// <param name="Stored">The type of the bytes, with their byte order.</param>
internal sealed record BoundPacketAccess(EbpfType Type, BoundExpression Offset, EbpfType Stored, SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundHeaderField(EbpfType Type, PacketHeader Header, HeaderField Field, SourceSpan? Source)
    : BoundExpression(Type, Source)
{
    /// <summary>The field that the author named, where this is one of its alternatives.</summary>
    public HeaderFieldExpression? AlternativeOf { get; init; }
}

/// <summary>Whether a header is there.</summary>
internal sealed record BoundHeaderTest(PacketHeader Header, SourceSpan? Source)
    : BoundExpression(ScalarType.Boolean, Source);

internal sealed record BoundPacketLength(SourceSpan? Source) : BoundExpression(ScalarType.UInt32, Source);

/// <summary>Whether the packet has at least a number of bytes, or lacks them.</summary>
internal sealed record BoundPacketSizeTest(int Bytes, bool Has, SourceSpan? Source)
    : BoundExpression(ScalarType.Boolean, Source);

internal sealed record BoundContext(SourceSpan? Source) : BoundExpression(ScalarType.UInt64, Source);

internal readonly record struct BoundMap(int Index, Map Map);

internal sealed record BoundMapReference(BoundMap Map, SourceSpan? Source) : BoundExpression(ScalarType.UInt64, Source);

internal sealed record BoundMapEntry(EbpfType Type, BoundMap Map, BoundExpression Key, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>An entry of a map in a map of maps.</summary>
internal sealed record BoundInnerEntry(
    EbpfType Type, BoundMap Outer, BoundExpression OuterKey, Map Inner, BoundExpression Key, SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundMapTest(BoundMap Map, BoundExpression Key, SourceSpan? Source)
    : BoundExpression(ScalarType.Boolean, Source);

internal sealed record BoundFieldAccess(EbpfType Type, BoundExpression Target, StructField Field, SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundElementAccess(EbpfType Type, BoundExpression Target, BoundExpression Index,
    SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundMapCall(
    EbpfType Type, BoundMap Map, MapOperation Operation, IReadOnlyList<BoundExpression> Arguments, SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundObservation(BoundExpression Target, BoundExpression Value, SourceSpan? Source)
    : BoundExpression(ScalarType.Boolean, Source);

internal sealed record BoundHelperCall(int Helper, IReadOnlyList<BoundHelperArgument> Arguments, SourceSpan? Source)
    : BoundExpression(ScalarType.Int64, Source);

/// <summary>An argument of a helper.</summary>
/// <param name="ByPlace">Whether the address of the place that it names is passed.</param>
/// <param name="IsWritten">Whether the helper writes there.</param>
/// <param name="Expected">The type of a map's key or value, which it is handed as; null for the value's own.</param>
internal readonly record struct BoundHelperArgument(BoundExpression Value, bool ByPlace, bool IsWritten,
    EbpfType? Expected);

/// <summary>A function, put in where it is called.</summary>
internal sealed class BoundFunction(string name, IReadOnlyList<BoundLocal> parameters, ScalarType resultType)
{
    public string Name { get; } = name;
    public IReadOnlyList<BoundLocal> Parameters { get; } = parameters;
    public ScalarType ResultType { get; } = resultType;

    /// <summary>The locals that begin as zero with each call.</summary>
    public IReadOnlyList<BoundLocal> Locals { get; set; } = [];

    public IReadOnlyList<BoundStatement> Body { get; set; } = [];
    public IReadOnlyList<Label> Labels { get; set; } = [];
}

internal sealed record BoundCall(BoundFunction Function, IReadOnlyList<BoundExpression> Arguments, SourceSpan? Source)
    : BoundExpression(Function.ResultType, Source);

internal sealed record BoundUnary(EbpfType Type, UnaryOperator Operator, BoundExpression Operand, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>An operation on two values.</summary>
/// <param name="Arithmetic">The type in which numbers are computed or compared; null for what are no numbers.</param>
internal sealed record BoundBinary(
    EbpfType Type, BinaryOperator Operator, BoundExpression Left, BoundExpression Right, ScalarType? Arithmetic,
    SourceSpan? Source) : BoundExpression(Type, Source);

/// <summary>A conversion, as an assignment makes it.</summary>
internal sealed record BoundConversion(EbpfType Type, BoundExpression Operand, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>One of two values; both are converted to the type.</summary>
internal sealed record BoundConditional(
    EbpfType Type, BoundExpression Condition, BoundExpression WhenTrue, BoundExpression WhenFalse, SourceSpan? Source)
    : BoundExpression(Type, Source)
{
    /// <summary>Whether the condition is one that the author did not write.</summary>
    public bool IsImplied { get; init; }
}

internal sealed record BoundLet(BoundLocal Local, BoundExpression Value, BoundExpression Body, SourceSpan? Source)
    : BoundExpression(Body.Type, Source)
{
    /// <summary>The headers from which the value is computed, where the body asks for them.</summary>
    public IReadOnlyList<PacketHeader> Headers { get; init; } = [];
}

internal sealed record BoundSystemValue(EbpfType Type, SystemValue Value, SourceSpan? Source)
    : BoundExpression(Type, Source);

internal sealed record BoundEventValue(EbpfType Type, EventAccess Access, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>A text or a list of texts that is put out: see <see cref="RememberedTextExpression"/>.</summary>
internal sealed record BoundRememberedText(EbpfType Type, BoundExpression Address, BoundExpression Copy,
    BoundExpression? CopyLength, BoundExpression? NewStart, BoundExpression? NewEnd, SourceSpan? Source)
    : BoundExpression(Type, Source);

/// <summary>A struct made of values. Fields not given are zero.</summary>
internal sealed record BoundStruct(StructType Struct, IReadOnlyList<BoundFieldValue> Fields, SourceSpan? Source)
    : BoundExpression(Struct, Source);

internal readonly record struct BoundFieldValue(StructField Field, BoundExpression Value);
