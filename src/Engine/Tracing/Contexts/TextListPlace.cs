namespace EbpfCat.Tracing;

/// <summary>A pointer to string pointers in the process's memory: arguments and environment of execve(2).</summary>
internal sealed class TextListPlace(EventAccess access) : EventPlace
{
    public override string Description => "list of texts";

    public override EventAccess? Access =>
        access with { Type = TextListType.Instance, Content = EventContent.TextListPointer };

    public override EventPlace? Element(int index) => new PlainPlace(access with
    {
        Type = new StringType(TextCapacity),
        Steps = [new EventStep(index * 8, EventMemory.User)],
        Content = EventContent.TextPointer,
        Memory = EventMemory.User,
    });
}
