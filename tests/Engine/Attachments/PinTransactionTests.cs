using System.Diagnostics;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tests.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

/// <summary>A pin is made, replaced and removed as a whole, whatever fails and whoever else is at it.</summary>
[Trait("Category", "Hooks")]
public sealed class PinTransactionTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryBpfFileSystem _files = new();

    public void Dispose()
    {
        _pair.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Failed_replacement_leaves_the_old_program_and_its_pin()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        Attach(first, "guard").Dispose();
        // A mount point cannot be renamed, so that the new pin does not get its name after the program was exchanged.
        BpfFileSystem.Mount(_files.PathOf("guard"));
        try
        {
            var refusal = Assert.Throws<KernelException>(() => Attach(second, "guard", force: true));
            Assert.Equal(Errno.EBUSY, refusal.Errno);
            Assert.Equal(first.Id, Assert.Single(Get()).ProgramId);
        }
        finally
        {
            BpfFileSystem.Unmount(_files.PathOf("guard"));
        }

        using var again = Open("guard");
        Assert.Equal((first.Id, true), (again.ProgramId, again.IsAttached));
        Assert.Equal(["guard"], Entries());
        again.Detach();
        Assert.Empty(Get());
    }

    [Fact]
    public void Name_that_is_too_long_changes_nothing()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        using var attachment = Attach(first, "guard");
        Assert.ThrowsAny<ArgumentException>(() => Attach(second, new string('x', 300), force: true));
        Assert.Equal((first.Id, true), (Assert.Single(Get()).ProgramId, attachment.IsAttached));
        attachment.Detach();
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("*")]
    [InlineData("[z]")]
    [InlineData("~new~guard")]
    public void Name_with_other_characters_is_refused(string name)
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        Assert.ThrowsAny<ArgumentException>(() => Attach(program, name));
        Assert.ThrowsAny<ArgumentException>(() => program.Pin(_files.PathOf(name)));
        Assert.Empty(Get());
        Assert.Empty(Entries());
    }

    [Fact]
    public void Maps_whose_names_differ_in_a_dot_are_pinned_and_found()
    {
        var definition = new ProgramDefinition("names", ProgramType.Xdp);
        definition.AddMap("a.b", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 1);
        definition.AddMap("a_b", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, 2);
        using var program = EbpfProgram.Load(definition);
        Attach(program, "names").Dispose();
        using var again = Open("names");
        Assert.Equal((1u, 2u), (again.Program.Maps["a.b"].MaxEntries, again.Program.Maps["a_b"].MaxEntries));
        again.Detach();
    }

    [Fact]
    public void What_a_killed_process_had_attached_gets_its_name()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        Attach(program, "guard").Dispose();
        Directory.Move(_files.PathOf("guard"), _files.PathOf("~new~0~guard"));
        using var again = Open("guard");
        Assert.Equal((program.Id, true), (again.ProgramId, again.IsAttached));
        Assert.Equal(["guard"], Entries());
        again.Detach();
    }

    [Fact]
    public void What_a_killed_process_had_attached_replaces_the_old_pin()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        Attach(first, "guard").Dispose();
        Attach(second, "other", force: true).Dispose();
        Directory.Move(_files.PathOf("other"), _files.PathOf("~new~7~guard"));
        using var again = Open("guard");
        Assert.Equal((second.Id, true), (again.ProgramId, again.IsAttached));
        Assert.Equal(["guard"], Entries());
        again.Detach();
    }

    [Fact]
    public void What_a_killed_process_had_not_attached_is_removed()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        Attach(first, "guard").Dispose();
        Directory.CreateDirectory(_files.PathOf("~new~0~guard"));
        second.Pin(_files.PathOf("staged"));
        File.Move(_files.PathOf("staged"), _files.PathOf("~new~0~guard/program"));
        Directory.CreateDirectory(_files.PathOf("~old~0~gone/maps"));
        using var again = Open("guard");
        Assert.Equal(first.Id, again.ProgramId);
        Assert.Equal(["guard"], Entries());
        again.Detach();
    }

    [Fact]
    public void Leftover_that_cannot_be_removed_is_in_nobodys_way()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        using var third = ProgramLoader.Load(Sample.Counter(name: "third"));
        Attach(first, "guard").Dispose();
        // The old pin cannot be removed: others may write to a directory in it.
        new DirectoryInfo(_files.PathOf("guard/shared")).UnixFileMode = (UnixFileMode)0x1ff;
        Attach(second, "guard", force: true).Dispose();
        Attach(third, "guard", force: true).Dispose();
        using var again = Open("guard");
        Assert.Equal((third.Id, true), (again.ProgramId, again.IsAttached));
        Assert.Equal(third.Id, Assert.Single(Get()).ProgramId);
        again.Detach();
        Assert.Empty(Get());
        var leftover = Assert.Single(Entries());
        Assert.StartsWith("~", leftover, StringComparison.Ordinal);
        new DirectoryInfo(_files.PathOf($"{leftover}/shared")).UnixFileMode = (UnixFileMode)0x1c0;
        PinTransaction.Recover(_files.Path);
        Assert.Empty(Entries());
    }

    [Fact]
    public void Pin_that_keeps_nothing_attached_is_replaced_with_force()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        Attach(first, "guard").Dispose();
        File.Delete(_files.PathOf("guard/link"));
        Assert.True(SpinWait.SpinUntil(() => Get().Count == 0, TimeSpan.FromSeconds(10)));
        using (var lost = Open("guard"))
        {
            Assert.False(lost.IsAttached);
            _ = lost.Program;
            Assert.False(lost.IsAttached);
        }

        using var again = Attach(second, "guard", force: true);
        Assert.True(again.IsAttached);
        var refusal = Assert.Throws<KernelException>(() => _pair.FarNamespace.Run(
            () => XdpAttachment.Attach(first, new(VethPair.Far) { Pin = _files.PathOf("guard"), Force = true })));
        Assert.Contains($"taken by the attachment Xdp {VethPair.Near}", refusal.Message, StringComparison.Ordinal);
        again.Detach();
    }

    [Fact]
    public void Reading_does_not_wait_for_a_process_that_changes_pins()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        Attach(program, "guard").Dispose();
        using var other = PinTransaction.Begin(_files.PathOf("other"));
        other.Stage(program, "Xdp lo");
        using var again = Open("guard");
        Assert.True(again.IsAttached);
        other.Dispose();
        again.Detach();
    }

    [Fact]
    public void Half_made_pin_of_an_earlier_version_is_replaced_and_removed()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        Directory.CreateDirectory(_files.PathOf("half/maps"));
        var refusal = Assert.Throws<KernelException>(() => Open("half"));
        Assert.Contains("no program", refusal.Message, StringComparison.Ordinal);
        using var attachment = Attach(program, "half");
        Assert.True(attachment.IsAttached);
        attachment.Detach();
        Assert.Empty(Entries());
    }

    [Fact]
    public void Foreign_pin_goes_on_to_keep_its_program_when_that_is_replaced()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first", initialValue: 7));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        Attach(first, "theirs").Dispose();
        using (Attach(second, "ours", force: true))
        {
            using var theirs = Open("theirs");
            Assert.Equal((false, first.Id), (theirs.IsAttached, theirs.ProgramId));
            Assert.InRange((ulong)theirs.Program.Variables["packets"].Value!, 7ul, 100ul);
            theirs.Detach();
            Assert.Equal(["ours"], Entries());
            Assert.Equal(second.Id, Assert.Single(Get()).ProgramId);
        }

        Open("ours").Detach();
        Assert.Empty(Get());
    }

    [Fact]
    public void One_of_many_gets_a_name_and_every_other_name_is_pinned()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        var taken = 0;
        Parallel.For(0, 16, number =>
        {
            try
            {
                using var transaction = PinTransaction.Begin(_files.PathOf("same"));
                transaction.Stage(program, "Xdp lo");
                transaction.Commit();
                Interlocked.Increment(ref taken);
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.EEXIST)
            {
            }

            using var own = PinTransaction.Begin(_files.PathOf($"own{number}"));
            own.Stage(program, "Xdp lo");
            own.Commit();
        });
        Assert.Equal(1, taken);
        Assert.Equal(17, Entries().Count);
        foreach (var name in Entries()) PinTransaction.Remove(_files.PathOf(name));
        Assert.Empty(Entries());
    }

    [Fact]
    public void Symbolic_link_is_not_followed()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        var outside = Directory.CreateTempSubdirectory("ebpfcat-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(outside, "link"), "mine");
            File.CreateSymbolicLink(_files.PathOf("guard"), outside);
            Directory.CreateDirectory(_files.PathOf("real"));
            File.CreateSymbolicLink(_files.PathOf("real/inside"), outside);
            Assert.Throws<KernelException>(() => Attach(program, "guard"));
            Assert.Throws<KernelException>(() => Attach(program, "guard/below"));
            Assert.Throws<KernelException>(() => Open("guard"));
            Assert.Throws<KernelException>(() => PinTransaction.Remove(_files.PathOf("guard")));
            Assert.Empty(Pins.In(_files.Path));
            Pins.Remove(_files.PathOf("real"), recurse: true);
            Assert.Equal("mine", File.ReadAllText(Path.Combine(outside, "link")));
            Assert.Empty(Get());
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Theory]
    [InlineData(65534u, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, "user 65534")]
    [InlineData(0u, (UnixFileMode)0x1ff, "may write")]
    public void Directory_of_another_user_is_refused(uint owner, UnixFileMode mode, string cause)
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        var directory = Directory.CreateDirectory(_files.PathOf("ebpfcat"));
        directory.UnixFileMode = mode;
        using (var change = Process.Start("chown", $"{owner} {directory.FullName}")) change.WaitForExit();
        var refusal = Assert.Throws<KernelException>(() => Attach(program, "ebpfcat/guard"));
        Assert.Contains(cause, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Get());
    }

    [Fact]
    public void New_directories_are_for_their_owner_alone()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        using var attachment = Attach(program, "below/guard");
        foreach (var path in (string[])["below", "below/guard", "below/guard/shared"])
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                new DirectoryInfo(_files.PathOf(path)).UnixFileMode);
        }

        attachment.Detach();
    }

    [Fact]
    public void Attachment_knows_that_it_was_replaced_or_lost_its_interface()
    {
        using var first = ProgramLoader.Load(Sample.Counter(name: "first"));
        using var second = ProgramLoader.Load(Sample.Counter(name: "second"));
        using var attachment = Attach(first, "guard");
        Assert.True(attachment.IsAttached);
        using (var pin = AttachmentPin.Find(_files.PathOf("guard")))
        using (var link = pin!.OpenLinks()[0])
        {
            Bpf.UpdateLink(link, second.Descriptor, first.Descriptor);
            Assert.False(attachment.IsAttached);
            attachment.Detach();
            Assert.Equal(second.Id, Assert.Single(Get()).ProgramId);
        }

        Assert.Empty(Get());
        using var again = Attach(first, "guard");
        Assert.True(again.IsAttached);
        _pair.Dispose();
        // The kernel removes the interfaces of a network namespace some time after its last user.
        Assert.True(SpinWait.SpinUntil(() => !again.IsAttached, TimeSpan.FromSeconds(30)));
        again.Detach();
        Assert.Empty(Entries());
    }

    [Fact]
    public void Removal_succeeds_without_the_pin_of_the_link()
    {
        using var program = ProgramLoader.Load(Sample.Counter());
        using var holder = Attach(program, "guard");
        File.Delete(_files.PathOf("guard/link"));
        using var again = Open("guard");
        _pair.NearNamespace.Run(again.Detach);
        Assert.Empty(Get());
    }

    [Fact]
    public void Attachment_that_was_only_looked_at_keeps_nothing()
    {
        using var program = ProgramLoader.Load(Sample.Counter(initialValue: 5));
        Attach(program, "guard").Dispose();
        using var found = Open("guard");
        found.CloseUntilUsed();
        Assert.True(found.IsAttached);
        Assert.InRange((ulong)found.Program.Variables["packets"].Value!, 5ul, 100ul);
        found.CloseUntilUsed();
        using (var other = Open("guard")) other.Detach();
        Assert.False(found.IsAttached);
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => found.Program).Errno);
        Assert.Empty(Get());

        // Another attachment gets the name: it is not taken for the first.
        using var second = ProgramLoader.Load(Sample.Counter());
        using var next = Attach(second, "guard");
        Assert.False(found.IsAttached);
        Assert.Throws<KernelException>(found.Detach);
        Assert.True(next.IsAttached);
        next.Detach();
    }

    private XdpAttachment Attach(LoadedProgram program, string name, bool force = false) => _pair.NearNamespace.Run(
        () => XdpAttachment.Attach(program, new(VethPair.Near) { Pin = _files.PathOf(name), Force = force }));

    private Attachment Open(string name) =>
        _pair.NearNamespace.Run(() => PinnedAttachment.Open(_files.PathOf(name)));

    private IReadOnlyList<XdpAttachmentInfo> Get() => _pair.NearNamespace.Run(() => XdpAttachments.Get(VethPair.Near));

    private List<string> Entries() =>
        [.. Directory.EnumerateFileSystemEntries(_files.Path).Select(path => Path.GetFileName(path))
            .Where(name => !name.EndsWith(".debug", StringComparison.Ordinal)).Order()];
}
