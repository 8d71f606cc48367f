using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tests.Programs;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class PinnedAttachmentTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryBpfFileSystem _fileSystem = new();

    public void Dispose()
    {
        _pair.Dispose();
        _fileSystem.Dispose();
    }

    [Theory]
    [InlineData(XdpMode.Native)]
    [InlineData(XdpMode.Generic)]
    public void Pinned_attachment_stays_and_is_found_with_its_maps(XdpMode mode)
    {
        uint id;
        using (var program = ProgramLoader.Load(Sample.Counter(initialValue: 41)))
        using (var attachment = Attach(program, "stay", mode))
        {
            Assert.Equal((_fileSystem.PathOf("stay"), true), (attachment.PinPath, attachment.OutlivesProcess));
            id = program.Id;
        }

        Assert.Equal(id, Assert.Single(Get()).ProgramId);
        using (var again = Open("stay"))
        {
            Assert.Equal(
                (VethPair.Near, id, "Xdp", true), (again.Target, again.Program.Id, again.Kind, again.IsAttached));
            Assert.Equal(mode, Assert.IsType<XdpAttachment>(again).Mode);
            Assert.InRange((ulong)again.Program.Variables["packets"].Value!, 41ul, 100ul);
            again.Program.Variables["packets"].Value = 1000;
        }

        using (var again = Open("stay"))
        {
            Assert.InRange((ulong)again.Program.Variables["packets"].Value!, 1000ul, 1100ul);
            again.Detach();
        }

        Assert.Empty(Get());
        Assert.False(Directory.Exists(_fileSystem.PathOf("stay")));
    }

    [Fact]
    public void Existing_pin_name_is_refused_before_anything_changes()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        using var first = Attach(program, "taken");
        first.Dispose();
        var other = Assert.Throws<KernelException>(
            () => _pair.FarNamespace.Run(
                () => XdpAttachment.Attach(program, new(VethPair.Far) { Pin = _fileSystem.PathOf("taken") })));
        Assert.Contains("the name is taken", other.Message, StringComparison.Ordinal);
        Assert.Empty(_pair.FarNamespace.Run(() => XdpAttachments.Get()));
        Open("taken").Detach();
    }

    [Fact]
    public void Force_replaces_pin_and_program()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second", initialValue: 500));
        Attach(first, "same").Dispose();
        Attach(second, "same", force: true).Dispose();
        Assert.Equal(second.Id, Assert.Single(Get()).ProgramId);
        using var again = Open("same");
        Assert.Equal(second.Id, again.Program.Id);
        Assert.InRange((ulong)again.Program.Variables["packets"].Value!, 500ul, 600ul);
        again.Detach();
        Assert.Empty(Get());
    }

    [Fact]
    public void Pin_of_a_deleted_interface_frees_its_name()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        Attach(program, "stale").Dispose();
        _pair.NearNamespace.Run(() => XdpAttachments.Remove(VethPair.Near));
        using var again = Attach(program, "stale");
        Assert.Single(Get());
        again.Detach();
    }

    [Theory]
    [InlineData("a.dot")]
    [InlineData("a.dot/b")]
    [InlineData(" ")]
    public void Invalid_pin_name_is_refused(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => PinDirectory.PathOf(name));
        Assert.ThrowsAny<ArgumentException>(() => PinPath.Of(name));
    }

    [Theory]
    [InlineData("flows", "/sys/fs/bpf/flows", "/sys/fs/bpf/ebpfcat/flows")]
    [InlineData("net/flows", "/sys/fs/bpf/net/flows", "/sys/fs/bpf/net/flows")]
    [InlineData("/mnt/a.b/flows/", "/mnt/a.b/flows", "/mnt/a.b/flows")]
    public void Pin_names_are_relative_to_the_BPF_file_system(string name, string path, string ofAttachment) =>
        Assert.Equal((path, ofAttachment), (PinPath.Of(name), PinDirectory.PathOf(name)));

    [Fact]
    public void Path_outside_of_a_BPF_file_system_is_refused()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        var refusal = Assert.Throws<KernelException>(() => _pair.NearNamespace.Run(
            () => XdpAttachment.Attach(
                program, new(VethPair.Near) { Pin = Path.Combine(Path.GetTempPath(), "no-bpf-here") })));
        Assert.Contains("not a directory in a BPF file system", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Get());
    }

    [Fact]
    public void Missing_pin_is_refused() =>
        Assert.Contains(
            "no such pin", Assert.Throws<KernelException>(() => Open("nothing")).Message, StringComparison.Ordinal);

    [Fact]
    public void Name_without_directory_is_a_pin_below_sys_fs_bpf()
    {
        var name = $"test-{Guid.NewGuid():N}";
        var mounted = BpfFileSystem.Contains(BpfFileSystem.DefaultPath);
        try
        {
            using var program = ProgramLoader.Load(Sample.Counter());
            using var attachment =
                _pair.NearNamespace.Run(() => XdpAttachment.Attach(program, new(VethPair.Near) { Pin = name }));
            Assert.Contains(name, PinDirectory.Names);
            Assert.Equal((name, $"{PinDirectory.Root}/{name}"), (Assert.Single(Get()).PinName, attachment.PinPath));
            attachment.Dispose();
            Assert.Equal(
                name, Assert.Single(_pair.NearNamespace.Run(() => XdpAttachments.Remove(VethPair.Near))).PinName);
            Assert.DoesNotContain(name, PinDirectory.Names);
        }
        finally
        {
            PinTransaction.Remove($"{PinDirectory.Root}/{name}");
            if (!mounted && PinDirectory.Names.Count == 0)
            {
                if (Directory.Exists(PinDirectory.Root)) Directory.Delete(PinDirectory.Root);
                BpfFileSystem.Unmount(BpfFileSystem.DefaultPath);
            }
        }
    }

    private XdpAttachment Attach(LoadedProgram program, string name, XdpMode mode = XdpMode.Best, bool force = false) =>
        _pair.NearNamespace.Run(
            () => XdpAttachment.Attach(
                program, new(VethPair.Near) { Mode = mode, Pin = _fileSystem.PathOf(name), Force = force }));

    private Attachment Open(string name) =>
        _pair.NearNamespace.Run(() => PinnedAttachment.Open(_fileSystem.PathOf(name)));

    private IReadOnlyList<XdpAttachmentInfo> Get() => _pair.NearNamespace.Run(() => XdpAttachments.Get(VethPair.Near));
}
