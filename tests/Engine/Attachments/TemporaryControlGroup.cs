using EbpfCat.Attachments;

namespace EbpfCat.Tests.Attachments;

/// <summary>A control group of a test's own, removed when it is over.</summary>
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

    // It is empty when the last process in it has been waited for, which may take a moment.
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
