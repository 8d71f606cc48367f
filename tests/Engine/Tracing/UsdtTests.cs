using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class UsdtTests
{
    private static readonly UsdtArgumentParser X64 = new(Registers.X64, name => name == "global" ? 0x4010UL : null);
    private static readonly UsdtArgumentParser Arm64 = new(Registers.Arm64, _ => null);

    public static TheoryData<string, UsdtOperand?> OperandsOfX64 => new()
    {
        { "-4@%eax", new UsdtOperand.InRegister(new("eax", 80, 4)) },
        { "8@%r15", new UsdtOperand.InRegister(new("r15", 0, 8)) },
        { "1@%ah", new UsdtOperand.InRegister(new("ah", 81, 1)) },
        { "-4@$5", new UsdtOperand.Constant(5) },
        { "-8@$-2147483648", new UsdtOperand.Constant(-2147483648) },
        { "8@$0x10", new UsdtOperand.Constant(16) },
        { "8@-16(%rbp)", Memory("rbp", null, 1, -16) },
        { "8@(%rdi)", Memory("rdi", null, 1, 0) },
        { "8@(%rdi,%rax,8)", Memory("rdi", "rax", 8, 0) },
        { "8@0x18(%rdi,%rax,4)", Memory("rdi", "rax", 4, 24) },
        { "8@16(,%rax,8)", Memory(null, "rax", 8, 16) },
        { "4@(%rdi,%rax)", Memory("rdi", "rax", 1, 0) },
        { "4@global(%rip)", new UsdtOperand.InMemory(null, null, 1, 0x4010, true, "global") },
        { "4@global+8(%rip)", new UsdtOperand.InMemory(null, null, 1, 0x4018, true, "global") },
        { "4@8+global(%rip)", new UsdtOperand.InMemory(null, null, 1, 0x4018, true, "global") },
        { "4@global-8(%rip)", new UsdtOperand.InMemory(null, null, 1, 0x4008, true, "global") },
        { "4@4210704", new UsdtOperand.InMemory(null, null, 1, 4210704) },
        { "8f@%xmm0", null },
        { "4@%fs:16", null },
        { "4@elsewhere(%rip)", null },
        { "16@(%rdi)", null },
        { "8@(%nothing)", null },
        { "8@(%rdi", null },
    };

    public static TheoryData<string, UsdtOperand?> OperandsOfArm64 => new()
    {
        { "-4@w0", new UsdtOperand.InRegister(new("w0", 0, 4)) },
        { "8@x19", new UsdtOperand.InRegister(new("x19", 152, 8)) },
        { "8@[sp, 16]", ArmMemory("sp", null, 1, 16) },
        { "8@[sp]", ArmMemory("sp", null, 1, 0) },
        { "-4@[x29, -8]", ArmMemory("x29", null, 1, -8) },
        { "8@[x0, x1]", ArmMemory("x0", "x1", 1, 0) },
        { "8@[x0, x1, lsl 3]", ArmMemory("x0", "x1", 8, 0) },
        { "-4@5", new UsdtOperand.Constant(5) },
        { "-4@-5", new UsdtOperand.Constant(-5) },
        { "8@d0", null },
    };

    [Theory]
    [MemberData(nameof(OperandsOfX64))]
    public void Operands_of_x86_64_are_parsed(string text, UsdtOperand? operand) =>
        Assert.Equal(operand, X64.Parse(text).Operand);

    [Theory]
    [MemberData(nameof(OperandsOfArm64))]
    public void Operands_of_arm64_are_parsed(string text, UsdtOperand? operand) =>
        Assert.Equal(operand, Arm64.Parse(text).Operand);

    [Theory]
    [InlineData("-4@%eax", 4, true, false, "int32")]
    [InlineData("8@%rax", 8, false, false, "uint64")]
    [InlineData("-1@%al", 1, true, false, "int8")]
    [InlineData("8f@%xmm0", 8, false, true, "uint64")]
    [InlineData("%rax", 8, false, false, "uint64")]
    public void Size_and_sign_precede_the_operand(string text, int size, bool signed, bool isFloat, string type)
    {
        var argument = X64.Parse(text);
        Assert.Equal(
            (size, signed, isFloat, type), (argument.Size, argument.IsSigned, argument.IsFloat, argument.Type.Name));
    }

    [Fact]
    public void Spaces_separate_arguments_except_inside_brackets()
    {
        Assert.Equal(["8@[sp, 16]", "-4@w0", "8@[x0, x1, lsl 3]"],
            Arm64.ParseAll("8@[sp, 16] -4@w0  8@[x0, x1, lsl 3] ").Select(each => each.Text));
        Assert.Equal(["-4@%eax", "8@(%rdi,%rax,8)"], X64.ParseAll("-4@%eax 8@(%rdi,%rax,8)").Select(each => each.Text));
        Assert.Empty(X64.ParseAll(""));
    }

    [Fact]
    public void Probe_is_found_with_its_locations_and_semaphore()
    {
        using var image = new ElfImage()
            .AddSymbols(("counter", 0x403020, 4, 0x11, 1))
            .AddProbe("server", "start", "-4@%edi 8@counter(%rip)", 0x401010, semaphore: 0x403100)
            .AddProbe("server", "stop", "", 0x401020)
            .AddProbe("server", "start", "-4@$1", 0x401030, semaphore: 0x403100)
            .Write();
        using var file = ElfFile.Open(image.Path);

        var places = UsdtProbes.Find(file, "server:start");
        Assert.Equal([0x1010UL, 0x1030UL], places.Select(each => each.FileOffset));
        Assert.Equal((0x403100UL, 0x2100UL), (places[0].SemaphoreAddress, places[0].SemaphoreOffset));
        Assert.Equal(2, places[0].Arguments.Count);
        Assert.Equal(
            new UsdtOperand.InMemory(null, null, 1, 0x403020, true, "counter"), places[0].Arguments[1].Operand);
        var stop = Assert.Single(UsdtProbes.Find(file, "stop"));
        Assert.Null(stop.SemaphoreAddress);
        Assert.Null(stop.SemaphoreOffset);
        Assert.Empty(stop.Arguments);
    }

    [Fact]
    public void Probe_addresses_follow_a_prelinked_file()
    {
        using var image = new ElfImage()
            .Add(".stapsdt.base", 1, [0], address: 0x402000)
            .AddProbe("p", "moved", "", 0x400010, semaphore: 0x402100, linkedBase: 0x401000)
            .Write();
        using var file = ElfFile.Open(image.Path);

        var probe = Assert.Single(UsdtProbes.Read(file));
        Assert.Equal((0x401010UL, 0x1010UL, 0x403100UL), (probe.Address, probe.FileOffset, probe.SemaphoreAddress));
    }

    [Fact]
    public void Unknown_probe_is_refused_with_similar_names()
    {
        using var image = new ElfImage().AddProbe("server", "start", "", 0x401010).Write();
        using var file = ElfFile.Open(image.Path);
        Assert.Equal(["server:start"],
            Assert.Throws<UnknownNameException>(() => UsdtProbes.Find(file, "server:strat")).Suggestions);
        Assert.Equal(["start"], Assert.Throws<UnknownNameException>(() => UsdtProbes.Find(file, "strat")).Suggestions);
        using var libc = ElfFile.Open(SharedLibraries.Find("libdl.so.2")!);
        Assert.Contains("no USDT probes", Assert.Throws<UnknownNameException>(() => UsdtProbes.Find(libc, "x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void All_probes_of_a_system_library_are_parsed()
    {
        var path = SharedLibraries.Find("libstdc++.so.6");
        Assert.SkipWhen(path is null, "There is no C++ library here.");
        using var file = ElfFile.Open(path!);
        var probes = UsdtProbes.Read(file);
        Assert.SkipWhen(probes.Count == 0, "The C++ library has no probes here.");
        Assert.Contains(probes, each => each.FullName == "libstdcxx:throw");
        Assert.All(probes.SelectMany(each => each.Arguments), each => Assert.NotNull(each.Operand));
    }

    private static UsdtOperand.InMemory Memory(string? from, string? index, int scale, long displacement) =>
        new(from is null ? null : Registers.X64[from], index is null
            ? null : Registers.X64[index], scale, displacement);

    private static UsdtOperand.InMemory ArmMemory(string from, string? index, int scale, long displacement) =>
        new(Registers.Arm64[from], index is null ? null : Registers.Arm64[index], scale, displacement);
}
