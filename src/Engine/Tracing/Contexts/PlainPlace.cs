namespace EbpfCat.Tracing;

/// <summary>A value without further parts, except for the elements of an array in the context.</summary>
internal sealed class PlainPlace(EventAccess access) : EventPlace
{
    public override string Description => access.Type.Name;

    public override EventAccess? Access => access;

    public override EventPlace? Element(int index)
    {
        var (element, count) = access.Type switch
        {
            ArrayType array => (array.Element, array.Count),
            BytesType bytes => (ScalarType.UInt8, bytes.Length),
            _ => (null, 0),
        };
        if (element is null || index >= count || access is not { Content: EventContent.Value, Steps.Count: 0 })
            return null;
        return new PlainPlace(access with
        {
            Type = element,
            RootOffset = access.RootOffset + (index * element.Size),
            RootSize = element.Size,
        });
    }
}
