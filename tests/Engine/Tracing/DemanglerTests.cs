using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class DemanglerTests
{
    [Theory]
    [InlineData("malloc", "malloc")]
    [InlineData("_Znothing", "_Znothing")]
    [InlineData("_ZN2ns3Foo3barEi", "ns::Foo::bar(int)", "ns::Foo::bar")]
    [InlineData("_ZNK2ns3Foo3barEv", "ns::Foo::bar() const", "ns::Foo::bar")]
    [InlineData("_ZN2ns1fIiEEvT_", "void ns::f<int>(int)", "ns::f<int>", "ns::f")]
    [InlineData("_ZN12_GLOBAL__N_15innerEv", "(anonymous namespace)::inner()", "(anonymous namespace)::inner")]
    [InlineData("_ZN2ns3FooclEi", "ns::Foo::operator()(int)", "ns::Foo::operator()")]
    [InlineData("_ZN2ns3FoolsEi", "ns::Foo::operator<<(int)", "ns::Foo::operator<<")]
    [InlineData("_Znwm", "operator new(unsigned long)", "operator new")]
    [InlineData("_ZN2ns3Foo3barEi.cold", "ns::Foo::bar(int) [clone .cold]")]
    [InlineData("_ZN3app5serve17h0123456789abcdefE", "app::serve", "app::serve")]
    [InlineData(
        "_ZN44_$LT$app..Job$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE",
        "<app::Job as core::ops::Drop>::drop", "<app::Job as core::ops::Drop>::drop")]
    public void Symbol_has_the_names_of_the_source(string symbol, params string[] forms) =>
        Assert.Equal(forms.Distinct(), Demangler.Forms(symbol).Distinct());

    [Fact]
    public void Functions_are_found_by_their_names_in_the_source()
    {
        using var image = new ElfImage().AddSymbols(
            ("_ZN2ns3Foo3barEi", 0x401000, 16, 0x12, 1), ("_ZN2ns3Foo3barEd", 0x401010, 16, 0x12, 1),
            ("_ZN2ns3Foo3bazEv", 0x401020, 16, 0x12, 1), ("_ZN2ns3Foo3barEi.cold", 0x401030, 16, 0x02, 1)).Write();
        using var file = ElfFile.Open(image.Path);
        Assert.Equal([0x401000UL, 0x401010UL], Addresses(file.GetFunctions("ns::Foo::bar")));
        Assert.Equal([0x401010UL], Addresses(file.GetFunctions("ns::Foo::bar(double)")));
        Assert.Equal([0x401020UL], Addresses(file.GetFunctions("_ZN2ns3Foo3bazEv")));
        Assert.Equal([0x401000UL, 0x401010UL, 0x401020UL], Addresses(file.MatchFunctions("ns::Foo::ba?")));
        Assert.Contains(
            "ns::Foo::bar",
            Assert.Throws<UnknownNameException>(() => file.GetFunctions("ns::Foo::bra")).Suggestions);

        static IEnumerable<ulong> Addresses(IEnumerable<ElfSymbol> found) => found.Select(each => each.Address).Order();
    }

    [Fact]
    [Trait("Category", "Hooks")]
    public void Function_of_the_cpp_library_is_probed_by_its_name_in_the_source()
    {
        Assert.SkipWhen(SharedLibraries.Find("libstdc++.so.6") is null, "There is no C++ library here.");
        using var program = Counting.Load(ProgramType.Kprobe);
        using var attachment = UprobeAttachment.Attach(program, new("libstdc++.so.6", "std::get_terminate"));
        Assert.Equal(["std::get_terminate"], attachment.Functions);
        using var several = UprobeAttachment.Attach(program, new("libstdc++.so.6", "std::string::find"));
        Assert.All(several.Functions, name => Assert.Contains("::find(", name, StringComparison.Ordinal));
        Assert.True(several.Functions.Count > 1);
        Assert.Throws<ArgumentException>(
            () => UprobeAttachment.Attach(program, new("libstdc++.so.6", "std::string::find") { Offset = 4 }));
    }
}
