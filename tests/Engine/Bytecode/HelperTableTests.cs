using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using static EbpfCat.Bytecode.Instruction;

namespace EbpfCat.Tests.Bytecode;

public class HelperTableTests
{
    private static readonly Lazy<string[]> Logs = new(() => [.. HelperTable.All.Select(helper => string.Concat(
        new[] { Verifier.SocketFilter, Verifier.Kprobe, Verifier.SchedCls, Verifier.Xdp }
            .Select(type => Verifier.Log([Call(helper.Id), Exit()], type, "Proprietary"))))]);

    private static IEnumerable<Helper> Present => HelperTable.All.Where(helper => helper.Kernel <= KernelFacts.RunningVersion);

    [Fact]
    public void Table_lists_all_helpers_in_order() =>
        Assert.Equal(Enumerable.Range(1, 211), HelperTable.All.Select(helper => helper.Id));

    [Fact]
    public void Names_match_the_running_kernel() => Assert.All(
        Present,
        helper => Assert.Contains(
            Logs.Value[helper.Id - 1].Split('\n'),
            // Some kernels tell the state of the registers behind it.
            line => line.Split(';')[0].TrimEnd().EndsWith($"call {helper.FullName}#{helper.Id}", StringComparison.Ordinal)));

    [Fact]
    public void Helpers_not_marked_GPL_work_in_proprietary_programs() => Assert.All(
        Present.Where(helper => !helper.IsGplOnly),
        helper => Assert.DoesNotContain("GPL-restricted", Logs.Value[helper.Id - 1]));

    [Theory]
    [InlineData("probe_read_kernel")]
    [InlineData("trace_printk")]
    [InlineData("perf_event_output")]
    [InlineData("get_current_task")]
    [InlineData("timer_init")]
    [InlineData("check_mtu")]
    public void GPL_helper_is_refused_in_proprietary_programs(string name)
    {
        var helper = HelperTable.Find(name)!;
        Assert.True(helper.IsGplOnly);
        Assert.SkipUnless(Present.Contains(helper), $"{helper.FullName} came with Linux {helper.Kernel}");
        Assert.Contains("GPL-restricted", Logs.Value[helper.Id - 1]);
    }

    [Fact]
    public void Later_helpers_have_later_kernel_versions() => Assert.Equal(
        HelperTable.All.Select(helper => helper.Kernel).Order(), HelperTable.All.Select(helper => helper.Kernel));

    [Theory]
    [InlineData("map_lookup_elem")]
    [InlineData("bpf_map_lookup_elem")]
    [InlineData("BPF_Map_Lookup_Elem")]
    public void Helper_is_found_in_any_spelling(string name) => Assert.Equal(1, HelperTable.Find(name)?.Id);

    [Fact]
    public void Unknown_helper_is_not_found()
    {
        Assert.Null(HelperTable.Find("bpf_map_lookup"));
        Assert.Null(HelperTable.Get(0));
        Assert.Null(HelperTable.Get(-1));
        Assert.Null(HelperTable.Get(212));
    }

    [Fact]
    public void Signature_gives_parameters_and_result()
    {
        var helper = HelperTable.Find("perf_event_output")!;
        Assert.Equal(HelperResult.Int64, helper.Result);
        Assert.Equal(
            [HelperParameterKind.Context, HelperParameterKind.Map, HelperParameterKind.Number, HelperParameterKind.Read,
                HelperParameterKind.Size],
            helper.Parameters.Select(parameter => parameter.Kind));
        Assert.Equal(HelperResult.PointerOrNull, HelperTable.Get(1)!.Result);
        Assert.True(HelperTable.Find("trace_printk")!.IsVariadic);
        Assert.False(helper.IsVariadic);
        Assert.Empty(HelperTable.Find("ktime_get_ns")!.Parameters);
    }

    [Fact]
    public void No_helper_has_more_than_five_parameters() =>
        Assert.All(HelperTable.All, helper => Assert.InRange(helper.Parameters.Count, 0, 5));
}
