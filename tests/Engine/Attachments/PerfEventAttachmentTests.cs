using System.Diagnostics;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed class PerfEventAttachmentTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Profile_runs_its_program_on_each_sample(bool ownProcess, bool withoutLinks)
    {
        using var program = Counting.Load(ProgramType.PerfEvent);
        PerfEventAttachment Attach() => PerfEventAttachment.Attach(
            program, new() { Frequency = 1000, ProcessId = ownProcess ? Environment.ProcessId : 0 });
        using (var attachment = withoutLinks ? Counting.WithoutLinks(Attach) : Attach())
        {
            if (!ownProcess && !withoutLinks && Counting.Has(BpfAttachType.PerfEvent))
                Assert.Equal(Processors.Online.Count, attachment.LinkIds.Count);
            Assert.True(Counting.Eventually(() => program.Count() > 20));
        }

        var count = program.Count();
        Spin(TimeSpan.FromMilliseconds(50));
        Assert.Equal(count, program.Count());
    }

    [Fact]
    public void Period_can_be_given_in_nanoseconds()
    {
        using var program = Counting.Load(ProgramType.PerfEvent);
        using var attachment = PerfEventAttachment.Attach(program, new() { Period = 1_000_000 });
        Assert.True(Counting.Eventually(() => program.Count() > 20));
    }

    [Fact]
    public void Pinned_profile_keeps_all_its_links()
    {
        var name = $"test-{Guid.NewGuid():n}";
        using (var program = Counting.Load(ProgramType.PerfEvent, everywhere: true))
        {
            void Pin() => PerfEventAttachment.Attach(program, new() { Frequency = 100, Pin = name }).Dispose();
            if (Newer.IsRefused(BpfAttachType.PerfEvent, Pin)) return;
            Pin();
        }

        using var opened = (PinnedAttachment)PinnedAttachment.Open(name);
        try
        {
            Assert.Equal(Processors.Online.Count, opened.LinkIds.Count);
            Assert.True(Counting.Eventually(() => opened.Program.Count() > 2));
        }
        finally
        {
            opened.Detach();
        }

        Assert.DoesNotContain(name, PinDirectory.Names);
    }

    [Fact]
    public void Offline_processor_is_refused()
    {
        using var program = Counting.Load(ProgramType.PerfEvent);
        Assert.Throws<KernelException>(() => PerfEventAttachment.Attach(program, new() { Processor = 9999 }));
    }

    private static void Spin(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time) Thread.SpinWait(100);
    }
}
