using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class TracepointAttachmentTests
{
    private const string Tracepoint = "syscalls/sys_enter_getpgid";

    [Fact]
    public void Tracepoint_runs_its_program_until_detached()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        Assert.Contains(attachment, Attachment.All);
        SystemCalls.Repeat(7, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(7, program.Count());
        attachment.Detach();
        SystemCalls.Repeat(3, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(7, program.Count());
        Assert.DoesNotContain(attachment, Attachment.All);
        Assert.False(attachment.IsAttached);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refusal_of_one_program_too_many_says_how_many_there_may_be(bool hasLinks)
    {
        var programs = new List<LoadedProgram>();
        var attachments = new List<Attachment>();
        try
        {
            var refusal = Assert.Throws<KernelException>(() =>
            {
                while (attachments.Count < 100)
                {
                    var program = Counting.Load(ProgramType.Tracepoint);
                    programs.Add(program);
                    TracepointAttachment Attach() => TracepointAttachment.Attach(program, new(Tracepoint));
                    attachments.Add(hasLinks ? Attach() : Counting.WithoutLinks(Attach));
                }
            });
            Assert.Equal(Errno.E2BIG, refusal.Errno);
            Assert.Contains("64 programs are attached", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(64, attachments.Count);
        }
        finally
        {
            Parallel.ForEach(attachments, attachment => attachment.Dispose());
            programs.ForEach(program => program.Dispose());
        }
    }

    [Fact]
    public void Kernels_without_links_attach_by_perf_event()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        using (var attachment = Counting.WithoutLinks(() => TracepointAttachment.Attach(program, new(Tracepoint))))
        {
            Assert.Empty(attachment.LinkIds);
            SystemCalls.Repeat(5, () => SystemCalls.GetProcessGroup(0));
        }

        SystemCalls.Repeat(5, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(5, program.Count());
    }

    [Fact]
    public void Program_can_read_its_cookie()
    {
        var definition = new ProgramDefinition("counting", ProgramType.Tracepoint);
        var count = definition.AddVariable("count", ScalarType.UInt64);
        definition.AddCode(code => code.If(Counting.OwnThread,
            then => then.Assign(count, new HelperCallExpression("get_attach_cookie", [new ContextExpression()]))));
        void Attach(LoadedProgram program)
        {
            using var attachment = TracepointAttachment.Attach(program, new(Tracepoint) { Cookie = 31337 });
            SystemCalls.GetProcessGroup(0);
        }

        if (Newer.IsRefused(BpfAttachType.PerfEvent, () => EbpfProgram.Load(definition).Dispose()))
        {
            using var other = Counting.Load(ProgramType.Tracepoint);
            Assert.True(Newer.IsRefused(BpfAttachType.PerfEvent, () => Attach(other)));
            return;
        }

        using var program = EbpfProgram.Load(definition);
        Attach(program);
        Assert.Equal(31337, program.Count());
    }

    [Fact]
    public void Kernels_with_links_attach_by_link()
    {
        Assert.SkipUnless(Counting.Has(BpfAttachType.PerfEvent), "links to perf events came with Linux 5.15");
        using var program = Counting.Load(ProgramType.Tracepoint);
        using var attachment = TracepointAttachment.Attach(program, new(Tracepoint));
        Assert.Equal(program.Id, Inventory.FindLink(attachment.LinkId!.Value)!.ProgramId);
        attachment.Detach();
        Assert.Null(Inventory.FindLink(attachment.LinkId.Value));
    }

    [Fact]
    public void Category_can_be_omitted_for_a_unique_name()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        using var attachment = TracepointAttachment.Attach(program, new("sys_enter_getsid"));
        Assert.Equal("syscalls/sys_enter_getsid", attachment.Target);
        SystemCalls.Repeat(2, () => SystemCalls.GetSession(0));
        Assert.Equal(2, program.Count());
    }

    [Fact]
    public void Unknown_name_is_refused_with_similar_names()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        var refusal = Assert.Throws<UnknownNameException>(
            () => TracepointAttachment.Attach(program, new("syscalls/sys_enter_getpgit")));
        Assert.Contains(Tracepoint, refusal.Suggestions);
    }

    [Fact]
    public void Program_of_another_type_is_refused()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal = Assert.Throws<KernelException>(() => TracepointAttachment.Attach(program, new(Tracepoint)));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.Contains("of type Kprobe", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pinned_attachment_outlives_its_owner_and_opens_by_name()
    {
        var name = $"test-{Guid.NewGuid():n}";
        using (var program = Counting.Load(ProgramType.Tracepoint))
        {
            void Pin() => TracepointAttachment.Attach(program, new(Tracepoint) { Pin = name }).Dispose();
            if (Newer.IsRefused(BpfAttachType.PerfEvent, Pin)) return;
            Pin();
        }

        var opened = PinnedAttachment.Open(name);
        try
        {
            Assert.Equal(("Tracepoint", Tracepoint), (opened.Kind, opened.Target));
            SystemCalls.Repeat(4, () => SystemCalls.GetProcessGroup(0));
            Assert.Equal(4, opened.Program.Count());
        }
        finally
        {
            opened.Detach();
        }

        Assert.False(Directory.Exists(PinDirectory.PathOf(name)));
        Assert.Null(Inventory.FindLink(opened.LinkId!.Value));
    }

    [Fact]
    public void Pin_without_link_support_is_refused_and_detaches()
    {
        using var program = Counting.Load(ProgramType.Tracepoint);
        var name = $"test-{Guid.NewGuid():n}";
        Assert.Throws<KernelException>(
            () => Counting.WithoutLinks(() => TracepointAttachment.Attach(program, new(Tracepoint) { Pin = name })));
        SystemCalls.Repeat(4, () => SystemCalls.GetProcessGroup(0));
        Assert.Equal(0, program.Count());
        Assert.False(Directory.Exists(PinDirectory.PathOf(name)));
    }
}
