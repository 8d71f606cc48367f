using System.Diagnostics;
using System.Text;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class KernelSymbolsTests
{
    private static readonly KernelSymbols Few = KernelSymbols.Parse(Encoding.UTF8.GetBytes("""
        0000000000000000 A fixed_percpu_data
        ffffffff81000000 T _stext
        ffffffff81000000 T start_kernel
        ffffffff81000000 W weak_start
        ffffffff81000100 t twice
        ffffffff81000200 t twice
        ffffffff81000300 D table
        ffffffffc0002000 t module_function	[one]
        ffffffffc0001000 t prog_6deef7357e7b4530	[bpf]

        """));

    [Fact]
    public void Symbol_is_found_by_name()
    {
        var symbol = Few.Find("module_function")!.Value;
        Assert.Equal(new KernelSymbol("module_function", 0xffffffffc0002000, 't', "one"), symbol);
        Assert.True(symbol.IsFunction);
        Assert.False(Few.Find("table")!.Value.IsFunction);
        Assert.Null(Few.Find("table")!.Value.Module);
        Assert.Null(Few.Find("twic"));
        Assert.Null(Few.Find("wice"));
    }

    [Fact]
    public void All_symbols_of_a_name_are_found() =>
        Assert.Equal([0xffffffff81000100, 0xffffffff81000200], Few.FindAll("twice").Select(each => each.Address));

    [Theory]
    [InlineData(0xffffffff81000000, "start_kernel")]
    [InlineData(0xffffffff810000ff, "start_kernel")]
    [InlineData(0xffffffff81000150, "twice")]
    [InlineData(0xffffffffc0001004, "prog_6deef7357e7b4530")]
    [InlineData(0xffffffffc0002000, "module_function")]
    [InlineData(0xffffffff80ffffff, null)]
    [InlineData(0xffffffff91000000, null)]
    [InlineData(0x7f0000000000, null)]
    public void Symbol_is_found_by_an_address_inside_it(ulong address, string? name) =>
        Assert.Equal(name, Few.Find(address)?.Name);

    [Fact]
    public void Hidden_addresses_are_detected()
    {
        var hidden = KernelSymbols.Parse("0000000000000000 T start_kernel\n0000000000000000 T do_exit\n"u8.ToArray());
        Assert.True(hidden.AreAddressesHidden);
        Assert.NotNull(hidden.Find("do_exit"));
        Assert.Null(hidden.Find(0x10UL));
        Assert.False(Few.AreAddressesHidden);
    }

    [Fact]
    [Trait("Category", "Timing")]
    public void Symbols_of_the_running_kernel_are_read_quickly()
    {
        KernelSymbols.Load();
        var clock = Stopwatch.StartNew();
        KernelSymbols.Load();
        Assert.True(clock.ElapsedMilliseconds < 1000, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Symbols_of_the_running_kernel_are_read_completely()
    {
        var symbols = KernelSymbols.Load();
        // The kernel's own symbols stay; those of programs come and go, with other tests too.
        Assert.InRange(symbols.Count, File.ReadLines("/proc/kallsyms")
            .Count(line => !line.EndsWith("[bpf]", StringComparison.Ordinal)), int.MaxValue);
        Assert.False(symbols.AreAddressesHidden);
        var function = symbols.Find("vfs_read")!.Value;
        Assert.Equal("vfs_read", symbols.Find(function.Address)!.Value.Name);
        Assert.Equal("vfs_read", symbols.Find(function.Address + 1)!.Value.Name);
    }

    [Fact]
    public void Traceable_functions_are_listed_once()
    {
        var functions = TraceableFunctions.Current;
        Assert.True(functions.Contains("vfs_read"));
        Assert.False(functions.Contains("vfs_"));
        Assert.Contains("vfs_read", functions.Match("vfs_r*"));
        Assert.Equal(functions.Names.Count, functions.Names.Distinct().Count());
        functions.Require("vfs_read");
    }

    [Fact]
    public void Unknown_function_is_refused_with_similar_names()
    {
        var refusal = Assert.Throws<UnknownNameException>(() => TraceableFunctions.Current.Require("vfs_raed"));
        Assert.Equal("vfs_read", refusal.Suggestions[0]);
    }

    [Fact]
    public void Data_symbol_is_distinguished_from_an_unknown_symbol()
    {
        var data = File.ReadLines("/proc/kallsyms")
            .Select(line => line.Split(' ', '\t'))
            .First(parts => parts[1] is "D" or "R" && !TraceableFunctions.Current.Contains(parts[2]))[2];
        var refusal = Assert.Throws<UnknownNameException>(() => TraceableFunctions.Current.Require(data));
        Assert.EndsWith("it cannot be traced.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Traceable_function_list_can_name_modules() =>
        Assert.Equal(
            ["one", "two"],
            TraceableFunctions.Parse("one\ntwo [module]\none\n__ftrace_invalid_address___12\n"u8));
}
