using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class PinTests
{
    [Fact]
    public void Pinned_object_outlives_its_descriptor_and_opens_as_its_kind()
    {
        using var files = new TemporaryBpfFileSystem();
        using (var program = Programs.Load(BpfProgramType.Xdp, 1, "pinned"))
        {
            Bpf.Pin(program, files.PathOf("one"));
            Assert.Equal(
                Errno.EEXIST, Assert.Throws<KernelException>(() => Bpf.Pin(program, files.PathOf("one"))).Errno);
        }

        using var again = Bpf.GetPinned<ProgramDescriptor>(files.PathOf("one"));
        Assert.Equal("pinned", Bpf.GetProgramInfo(again).Name);
        var refusal = Assert.Throws<KernelException>(() => Bpf.GetPinned<MapDescriptor>(files.PathOf("one")));
        Assert.Contains("it is a program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pinned_map_opens_with_its_sizes()
    {
        using var files = new TemporaryBpfFileSystem();
        using (var map = Bpf.CreateMap(
            new MapCreateOptions { Type = BpfMapType.PerCpuHash, KeySize = 6, ValueSize = 4, MaxEntries = 8 }))
        {
            Bpf.Pin(map, files.PathOf("map"));
        }

        using var again = Bpf.GetPinned<MapDescriptor>(files.PathOf("map"));
        Assert.Equal(
            (BpfMapType.PerCpuHash, 6, 8 * Processors.Possible.Count), (again.Type, again.KeySize, again.ValueSize));
    }

    [Fact]
    public void Pinned_link_keeps_its_program_attached()
    {
        using var files = new TemporaryBpfFileSystem();
        using var pair = new VethPair();
        using (var program = Programs.Load(BpfProgramType.Xdp, 2))
        using (var link = pair.NearNamespace.Run(() => Bpf.CreateXdpLink(program, pair.NearIndex)))
        {
            Bpf.Pin(link, files.PathOf("link"));
        }

        Assert.NotEqual(0u, pair.NearLink.XdpProgramId);
        using (var again = Bpf.GetPinned<LinkDescriptor>(files.PathOf("link")))
        {
            Assert.Equal(pair.NearLink.XdpProgramId, Bpf.GetLinkInfo(again).ProgramId);
            File.Delete(files.PathOf("link"));
        }

        // The kernel frees the pinned object asynchronously.
        Assert.True(SpinWait.SpinUntil(() => pair.NearLink.XdpProgramId == 0, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Missing_pin_is_refused()
    {
        using var files = new TemporaryBpfFileSystem();
        var refusal = Assert.Throws<KernelException>(() => Bpf.GetPinned(files.PathOf("none")));
        Assert.Contains("nothing is pinned there", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pins_stay_when_their_whole_file_system_is_to_be_removed()
    {
        using var files = new TemporaryBpfFileSystem();
        Directory.CreateDirectory(files.PathOf("stays"));
        var refusal = Assert.Throws<KernelException>(() => EbpfCat.Programs.Pins.Remove(files.Path));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.True(Directory.Exists(files.PathOf("stays")));
        EbpfCat.Programs.Pins.Remove(files.PathOf("stays"));
        Assert.False(Directory.Exists(files.PathOf("stays")));
    }

    [Fact]
    public void Pin_outside_a_BPF_file_system_is_refused_with_a_remedy()
    {
        using var program = Programs.Load(BpfProgramType.Xdp, 1);
        var refusal = Assert.Throws<KernelException>(
            () => EbpfCat.Maps.PinPath.Pin(
                program, Path.Combine(Path.GetTempPath(), $"ebpfcat-test-{Guid.NewGuid():N}")));
        Assert.Contains("is not a directory in a BPF file system", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("below /sys/fs/bpf", refusal.Remedy, StringComparison.Ordinal);
    }
}
