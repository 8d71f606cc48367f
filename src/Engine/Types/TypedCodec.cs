namespace EbpfCat.Types;

/// <summary>
/// Reads and writes the values of a kernel type as a .NET type. Numbers, enumerations and structs of them are copied
/// without boxing; classes such as <see cref="System.Net.IPAddress"/> are what the kernel type makes of its bytes.
/// </summary>
internal abstract class TypedCodec<[DynamicallyAccessedMembers(NetStructs.Fields)] T>
{
    private const int MaxOnStack = 256;

    /// <summary>The value of the first bytes, at least as many as the kernel type has.</summary>
    public abstract T Read(ReadOnlySpan<byte> bytes);

    /// <summary>Writes a value to the first bytes.</summary>
    /// <exception cref="TypeConversionException">The value does not fit.</exception>
    public abstract void Write(T value, Span<byte> bytes);

    /// <summary>Adds up numbers, or structs of numbers field by field.</summary>
    /// <param name="stride">The distance from one to the next in bytes.</param>
    /// <param name="type">The kernel type of each: <see cref="CanAdd"/> is true of it.</param>
    public T Sum(ReadOnlySpan<byte> bytes, int stride, EbpfType type)
    {
        Span<byte> sum = type.Size <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[type.Size];
        sum = sum[..type.Size];
        sum.Clear();
        for (var start = 0; start < bytes.Length; start += stride) Add(bytes[start..], sum, type);
        return Read(sum);
    }

    /// <summary>Whether a type is a number, or a struct of numbers.</summary>
    public static bool CanAdd(EbpfType type) => type switch
    {
        ScalarType number => !number.IsBoolean,
        StructType fields => fields.Fields.All(field => CanAdd(field.Type)),
        _ => false,
    };

    /// <summary>Returns the codec for a kernel type.</summary>
    /// <exception cref="ArgumentException">The .NET type does not stand for values of the kernel type.</exception>
    public static TypedCodec<T> For(EbpfType type)
    {
        if (Find(type) is { } codec) return codec;
        var natural = Sample(type)?.GetType().Name;
        throw new ArgumentException(
            $"{typeof(T).Name} does not stand for {type.Name} of {type.Size} bytes"
            + (natural is null ? "." : $"; its values are read as {natural}."));
    }

    // A value of the type, for its .NET type. Zeros are one of every type but a prefix, whose family is not zero.
    private static object? Sample(EbpfType type)
    {
        var bytes = new byte[type.Size];
        if (type is PrefixType prefix) prefix.Write(prefix.Kind == AddressKind.IPv4 ? "0.0.0.0/0" : "::/0", bytes);
        return type.Read(bytes);
    }

    private static void Add(ReadOnlySpan<byte> bytes, Span<byte> sum, EbpfType type)
    {
        if (type is ScalarType number) number.WriteBits(number.ReadBits(sum) + number.ReadBits(bytes), sum);
        if (type is not StructType fields) return;
        foreach (var field in fields.Fields) Add(bytes[field.Offset..], sum[field.Offset..], field.Type);
    }

    private static TypedCodec<T>? Find(EbpfType type)
    {
        var number = type is EnumType enumeration ? enumeration.Underlying : type as ScalarType;
        if (number is { BitCount: > 0 }) return Sample(type) is T ? new Whole(type) : null;
        if (number is not null)
        {
            if (number.IsFixed) return typeof(T) == typeof(double) ? new FixedPoint(number) : null;
            if (!NetStructs.IsSameNumber(typeof(T), number))
                return typeof(T) == typeof(object) ? new Whole(type) : null;
            return number.IsBoolean ? new Truth() : number.NeedsSwap ? new Swapped() : new Raw([]);
        }

        var isCopied = typeof(T).IsValueType && !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
            && Unsafe.SizeOf<T>() == type.Size;
        if (isCopied && type is BytesType) return new Raw([]);
        if (isCopied && type is StructType fields && NetStructs.HasLayout<T>(fields))
            return new Raw(NetStructs.PaddingOf(fields));
        return Sample(type) is T ? new Whole(type) : null;
    }

    // The kernel compares keys byte for byte, so what lies between the fields of a struct is zero.
    private sealed class Raw((int Offset, int Length)[] padding) : TypedCodec<T>
    {
        public override T Read(ReadOnlySpan<byte> bytes) => Unsafe.ReadUnaligned<T>(in bytes[0]);

        public override void Write(T value, Span<byte> bytes)
        {
            Unsafe.WriteUnaligned(ref bytes[0], value);
            foreach (var (offset, length) in padding) bytes.Slice(offset, length).Clear();
        }
    }

    private sealed class Swapped : TypedCodec<T>
    {
        public override T Read(ReadOnlySpan<byte> bytes)
        {
            Span<byte> native = stackalloc byte[sizeof(ulong)];
            native = native[..Unsafe.SizeOf<T>()];
            bytes[..native.Length].CopyTo(native);
            native.Reverse();
            return Unsafe.ReadUnaligned<T>(in native[0]);
        }

        public override void Write(T value, Span<byte> bytes)
        {
            Unsafe.WriteUnaligned(ref bytes[0], value);
            bytes[..Unsafe.SizeOf<T>()].Reverse();
        }
    }

    private sealed class Truth : TypedCodec<T>
    {
        public override T Read(ReadOnlySpan<byte> bytes)
        {
            var isTrue = bytes[0] != 0;
            return Unsafe.As<bool, T>(ref isTrue);
        }

        public override void Write(T value, Span<byte> bytes) => Unsafe.WriteUnaligned(ref bytes[0], value);
    }

    private sealed class FixedPoint(ScalarType type) : TypedCodec<T>
    {
        public override T Read(ReadOnlySpan<byte> bytes)
        {
            var value = (long)type.ReadBits(bytes) / (double)ScalarType.FixedScale;
            return Unsafe.As<double, T>(ref value);
        }

        public override void Write(T value, Span<byte> bytes) => type.Write(value, bytes);
    }

    private sealed class Whole(EbpfType type) : TypedCodec<T>
    {
        public override T Read(ReadOnlySpan<byte> bytes) => (T)type.Read(bytes)!;

        public override void Write(T value, Span<byte> bytes) => type.Write(value, bytes);
    }
}
