namespace EbpfCat.Tracing;

/// <summary>What a pointer with a BTF type points to.</summary>
internal sealed class TypedTarget(BtfType type, EventMemory memory) : IPointerTarget
{
    public string Name { get; } = KernelTypes.Complete(type).ToString();

    public EventMemory Memory { get; } = memory;

    public EventAccess Resolve(IReadOnlyList<string> path, SourceSpan? source)
    {
        var pointer = new EventAccess(ScalarType.UInt64, EventRoot.Pointer, 0, 8);
        return new TypedPlace(pointer, type, Memory) { IsPointee = true }.Walk(path, source).Require(source);
    }

    public override bool Equals(object? other) => other is TypedTarget target && target.Name == Name;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}
