namespace EbpfCat.Tracing;

/// <summary>A pointer to string pointers in the process's memory: arguments and environment of execve(2).</summary>
internal sealed class TextListPlace(EventAccess access) : EventPlace
{
    // Each item before the one that is read costs a read too.
    private const int MaxIndex = 64;

    public override string Description => "list of texts";

    public override EventAccess? Access =>
        access with { Type = TextListType.Instance, Content = EventContent.TextListPointer };

    public override EventPlace? Element(int index) => index >= MaxIndex ? null : new PlainPlace(access with
    {
        Type = new StringType(TextCapacity),
        Steps = [.. access.Steps, new EventStep(index * 8, EventMemory.User)],
        IsListItem = true,
        Content = EventContent.TextPointer,
        Memory = EventMemory.User,
    });
}
