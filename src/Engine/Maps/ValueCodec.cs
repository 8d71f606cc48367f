using System.Collections;

namespace EbpfCat.Maps;

/// <summary>
/// The values of a map as bytes and as .NET values. A per-CPU map has a value for each possible processor, each at a
/// multiple of 8 bytes; outside these are an array: of the .NET numbers where the values are numbers. Aggregates of all
/// processors are one.
/// </summary>
internal sealed class ValueCodec
{
    private readonly EbpfType _type;
    private readonly ArrayType? _dense;
    private readonly AggregateType? _aggregate;

    public ValueCodec(EbpfType type, bool isPerCpu)
    {
        _type = type;
        IsPerCpu = isPerCpu;
        Stride = isPerCpu ? type.Size + 7 & ~7 : type.Size;
        _dense = isPerCpu ? new ArrayType(type, Processors.Possible.Count) : null;
        _aggregate = isPerCpu ? type as AggregateType : null;
    }

    public bool IsPerCpu { get; }

    /// <summary>The distance from one processor's value to the next in bytes.</summary>
    public int Stride { get; }

    public object? Read(ReadOnlySpan<byte> bytes) => ReadAt(bytes, 0, Stride);

    /// <summary>Reads values that lie in larger ones, as a variable does.</summary>
    /// <param name="bytes">The larger values.</param>
    /// <param name="offset">The offset of the value in each, in bytes.</param>
    /// <param name="stride">The distance of the larger values in bytes.</param>
    public object? ReadAt(ReadOnlySpan<byte> bytes, int offset, int stride)
    {
        if (_dense is null) return _type.Read(bytes[offset..]);
        if (_aggregate is not null) return _aggregate.Merge(bytes, offset, stride, _dense.Count);
        if (stride == _type.Size) return _dense.Read(bytes);
        var dense = new byte[_dense.Size];
        for (var cpu = 0; cpu < _dense.Count; cpu++)
            bytes.Slice(cpu * stride + offset, _type.Size).CopyTo(dense.AsSpan(cpu * _type.Size));
        return _dense.Read(dense);
    }

    public void Write(object? value, Span<byte> bytes) => WriteAt(value, bytes, 0, Stride);

    /// <summary>Writes values into larger ones: see <see cref="ReadAt"/>.</summary>
    public void WriteAt(object? value, Span<byte> bytes, int offset, int stride)
    {
        if (_dense is null)
        {
            _type.Write(value, bytes[offset..]);
            return;
        }

        if (_aggregate is not null)
        {
            // One result for all together is the first processor's, and the others saw nothing.
            for (var cpu = 0; cpu < _dense.Count; cpu++) bytes.Slice(cpu * stride + offset, _type.Size).Clear();
            _type.Write(value, bytes[offset..]);
            return;
        }

        var each = IsForEachProcessor(value) ? _dense.ToBytes(value) : null;
        var one = each is null ? _type.ToBytes(value) : null;
        for (var cpu = 0; cpu < _dense.Count; cpu++)
        {
            var source = one ?? each.AsSpan(cpu * _type.Size, _type.Size);
            source.CopyTo(bytes[(cpu * stride + offset)..]);
        }
    }

    // A sequence is a value for each processor, unless the values are sequences themselves and its elements are not.
    private bool IsForEachProcessor(object? value) => value is IEnumerable elements and not (string or IDictionary)
        && value is not IEnumerable<KeyValuePair<string, object?>>
        && (_type is not (ArrayType or BytesType)
            || elements.Cast<object?>().FirstOrDefault() is IEnumerable and not string);
}
