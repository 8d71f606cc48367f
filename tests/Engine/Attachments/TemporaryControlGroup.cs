using EbpfCat.Attachments;

namespace EbpfCat.Tests.Attachments;

/// <summary>A control group for one test, removed at its end.</summary>
internal sealed class TemporaryControlGroup : IDisposable
{
    public TemporaryControlGroup()
    {
        Assert.SkipWhen(ControlGroups.Root is null, "no control groups of version 2 are mounted");
        Path = $"{ControlGroups.Root}/{Name}";
        Directory.CreateDirectory(Path);
    }

    public string Name { get; } = $"ebpfcat-test-{Guid.NewGuid():n}";

    public string Path { get; }

    // It becomes empty after its last process has been reaped, which can take a moment.
    public void Dispose() => Assert.True(Counting.Eventually(() =>
    {
        try
        {
            Directory.Delete(Path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }));
}
