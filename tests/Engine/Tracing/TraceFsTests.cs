using EbpfCat.Kernel;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class TraceFsTests
{
    [Fact]
    public void Tracepoints_are_listed_by_category_and_name()
    {
        var tracing = TraceFs.Open();

        Assert.Contains("sched/sched_switch", tracing.Tracepoints);
        Assert.Contains("sched", tracing.Categories);
        Assert.All(tracing.Tracepoints, name => Assert.Equal(1, name.Count(each => each == '/')));
    }

    [Fact]
    public void Every_listed_tracepoint_has_a_readable_format()
    {
        var tracing = TraceFs.Open();

        foreach (var name in tracing.Tracepoints)
        {
            var format = tracing.GetFormat(name);
            Assert.Equal(name, format.FullName);
            Assert.True(format.Id > 0);
            Assert.Equal("common_type", format.Fields[0].Name);
            Assert.All(
                format.Fields, field => Assert.True(field.Name.Length > 0 && field.Type.Size <= field.Size, name));
        }
    }

    [Fact]
    public void Format_is_read_once()
    {
        var tracing = TraceFs.Open();
        Assert.Same(tracing.GetFormat("sched/sched_switch"), tracing.GetFormat("sched/sched_switch"));
    }

    [Theory]
    [InlineData("sched/sched_switch")]
    [InlineData("sched:sched_switch")]
    [InlineData("sched_switch")]
    public void Tracepoint_is_found_in_any_spelling(string name) =>
        Assert.Equal("sched/sched_switch", TraceFs.Current.GetFormat(name).FullName);

    [Theory]
    [InlineData("sched/sched_swich", "sched/sched_switch")]
    [InlineData("shed/sched_switch", "sched/sched_switch")]
    [InlineData("sched_swich", "sched_switch")]
    [InlineData("syscalls/sys_enter_opena", "syscalls/sys_enter_openat")]
    public void Unknown_tracepoint_is_refused_with_similar_names(string name, string nearest)
    {
        var refusal = Assert.Throws<UnknownNameException>(() => TraceFs.Current.GetFormat(name));
        Assert.Equal("tracepoint", refusal.Kind);
        Assert.Contains(nearest, refusal.Suggestions);
        Assert.Contains(nearest, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../events/sched/sched_switch")]
    [InlineData("sched/../sched/sched_switch")]
    [InlineData("sched/")]
    [InlineData("/sched_switch")]
    [InlineData("./sched_switch")]
    public void Name_cannot_leave_its_directory(string name) =>
        Assert.Throws<UnknownNameException>(() => TraceFs.Current.GetFormat(name));

    [Fact]
    public void Pattern_matches_names_and_categories()
    {
        Assert.Contains("sched/sched_switch", TraceFs.Current.Match("sched_sw*"));
        Assert.All(TraceFs.Current.Match("syscalls/sys_enter_*"),
            name => Assert.StartsWith("syscalls/sys_enter_", name, StringComparison.Ordinal));
        Assert.Empty(TraceFs.Current.Match("nothing_*"));
    }

    [Fact]
    public void Missing_mount_is_refused_with_its_path()
    {
        var refusal = Assert.Throws<KernelException>(() => new TraceFs("/nowhere").Tracepoints);
        Assert.Equal(Errno.ENOENT, refusal.Errno);
        Assert.Contains("/nowhere/available_events", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_finds_or_creates_a_mount()
    {
        var path = TraceFs.Open().Path;
        Assert.Equal(path, TraceFs.FindMounted());
        Assert.True(File.Exists(path + "/available_events"));
    }
}
