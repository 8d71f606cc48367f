using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tests.Programs;

namespace EbpfCat.Tests.Attachments;

/// <summary>Attaching, pinning, replacing, reading and removing again and again leaves nothing behind.</summary>
[Trait("Category", "Hooks")]
[Collection(Starting.Processes)]
public sealed class PinCycleTests : IDisposable
{
    private static readonly string[] Names = ["cycle1", "cycle2"];

    private readonly VethPair _pair = new();
    private readonly TemporaryBpfFileSystem _files = new();

    public void Dispose()
    {
        _pair.Dispose();
        _files.Dispose();
    }

    // EBPFCAT_PIN_CYCLES asks for more: 10,000 take some minutes.
    [Fact]
    public void Cycles_of_pins_leave_nothing_behind()
    {
        var cycles = int.Parse(
            Environment.GetEnvironmentVariable("EBPFCAT_PIN_CYCLES") ?? "50", CultureInfo.InvariantCulture);
        for (var number = 0; number < 5; number++) Run();
        var before = OpenDescriptors();
        for (var number = 0; number < cycles; number++) Run();
        Assert.Equal(before, OpenDescriptors());
        Assert.Empty(_pair.NearNamespace.Run(() => XdpAttachments.Get()));
        Assert.All(Directory.EnumerateFileSystemEntries(_files.Path), path => Assert.EndsWith(".debug", path));
        // The kernel frees programs some time after their last user.
        Assert.True(SpinWait.SpinUntil(
            () => !Inventory.Programs().Any(one => Names.Contains(one.Name)), TimeSpan.FromSeconds(10)));
    }

    private static int OpenDescriptors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.EnumerateFiles("/proc/self/fd").Count();
    }

    private void Run() => _pair.NearNamespace.Run(() =>
    {
        var path = _files.PathOf("cycle");
        using var first = ProgramLoader.Load(Sample.Counter(name: Names[0]));
        using var second = ProgramLoader.Load(Sample.Counter(name: Names[1]));
        using (XdpAttachment.Attach(first, new(VethPair.Near) { Pin = path }))
        {
            using var found = PinnedAttachment.Open(path);
            found.CloseUntilUsed();
            _ = found.Program.Variables["packets"].Value;
            found.CloseUntilUsed();
        }

        XdpAttachment.Attach(second, new(VethPair.Near) { Pin = path, Force = true }).Dispose();
        using var again = PinnedAttachment.Open(path);
        _ = again.Program.Variables["packets"].Value;
        again.Detach();
    });
}
