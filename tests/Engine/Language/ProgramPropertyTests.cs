using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Programs;
using EbpfCat.Tests.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

public sealed class ProgramPropertyTests
{
    [Fact]
    public void Loaded_program_has_its_name_and_license()
    {
        var definition =
            new ProgramDefinition("property", ProgramType.Xdp) { License = "Dual MIT/GPL", KernelVersion = 0x060102 };
        using var program = Script.Load(definition, c => c.Return("Pass"));
        var found = KernelProgram.Find(program.Id)!;
        Assert.Equal(("property", true), (found.Name, found.IsGplCompatible));
    }

    [Fact]
    public void Kernel_version_is_passed_to_the_kernel()
    {
        // Only kernels before 5.0 compare it, and only for kprobes.
        var definition = new ProgramDefinition("versioned", ProgramType.Kprobe) { KernelVersion = 0x7fffffff };
        if (KernelFacts.RunningVersion >= new Version(5, 0)) Script.Load(definition, c => c.Return(0)).Dispose();
        else Assert.Throws<KernelException>(() => Script.Load(definition, c => c.Return(0)));
    }

    [Fact]
    public void Proprietary_program_cannot_call_GPL_helpers()
    {
        var definition = new ProgramDefinition("licensed", ProgramType.Xdp) { License = "Proprietary" };
        var refusal = Assert.Throws<VerifierException>(
            () => Script.Load(definition, c => c.Add(new DebugStatement(["text"])).Return("Pass")));
        Assert.Contains("GPL", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compiled_bytes_decode_to_the_instructions()
    {
        var compiled = EbpfProgram.Compile(Script.Define().AddCode(c => c.Return("Drop")));
        Assert.Equal([0xb7, 0, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0], compiled.ToBytes());
        Assert.Equal(compiled.Instructions, InstructionDecoder.Decode(compiled.ToBytes()));
    }

    [Theory]
    [InlineData(2u, "0: (b7) r0 = 1")]
    [InlineData(4u, "processed 2 insns")]
    public void Log_level_controls_the_verifier_log(uint level, string text)
    {
        using var program =
            EbpfProgram.Load(Script.Define().AddCode(c => c.Return("Drop")), new LoadOptions { LogLevel = level });
        Assert.Contains(text, program.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_is_kept_up_to_its_size_limit()
    {
        var i = CodeBuilder.Local("i");
        var definition = Script.Define();
        var x = definition.AddVariable("x", ScalarType.UInt64);
        definition.AddCode(c => c.For(i, 0, 60, body => body.If(Packet.Length > i, then => then.Increment(x, i))));
        using var program = EbpfProgram.Load(definition, new LoadOptions { LogLevel = 2, LogSize = 1024 });
        Assert.InRange(program.Log!.Length, 100, 1024);
        Assert.Equal("Pass", program.TestRun(Script.Packet()).Verdict);
    }

    [Fact]
    public void Maps_have_descriptors_in_this_process()
    {
        var definition = Script.Define();
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 4);
        using var program = Script.Run(definition, c => c.Assign(map[1], 2));
        var value = new byte[4];
        Assert.True(Bpf.Lookup(program.Maps["map"].Descriptor, [1, 0, 0, 0], value));
        Assert.Equal([2, 0, 0, 0], value);
    }

    [Fact]
    public void All_maps_can_be_pinned_in_a_directory_and_reopened_without_the_program()
    {
        using var pins = new TemporaryBpfFileSystem();
        var definition = Script.Define("forgotten");
        var packets = definition.AddVariable("packets", ScalarType.UInt64);
        var each = definition.AddVariable("each", ScalarType.UInt64, VariableStorage.PerCpu);
        var map = definition.AddMap("map", MapType.Hash, ScalarType.UInt32, ScalarType.UInt32, 4);
        uint id;
        using (var program = Script.Run(definition, c => c.Increment(packets, 42).Increment(each).Assign(map[1], 2)))
        {
            id = program.Id;
            program.PinMaps(pins.PathOf("prefix"));
        }

        Assert.Null(KernelProgram.Find(id));
        var maps = Pins.OpenMaps(pins.PathOf("prefix"));
        Assert.Equal([new MapEntry(1u, 2u)], maps.Single(one => one.Name == "map").Entries());
        Assert.Equal(42ul, maps.SelectMany(LiveVariable.FromMap).Single(variable => variable.Name == "packets").Value);
        Assert.Equal(3, Pins.In(pins.PathOf("prefix")).Count(pin => pin.Kind == PinKind.Map));
        foreach (var one in maps) one.Dispose();
        var refusal = Assert.Throws<KernelException>(() => Pins.Remove(pins.PathOf("prefix")));
        Assert.Equal(Errno.ENOTEMPTY, refusal.Errno);
        Pins.Remove(pins.PathOf("prefix"), recurse: true);
        Assert.Empty(Pins.In(pins.Path));
    }

    [Fact]
    public void Pinned_program_opens_with_its_variables()
    {
        using var pins = new TemporaryBpfFileSystem();
        var definition = Script.Define("pinned");
        var packets = definition.AddVariable("packets", ScalarType.UInt64);
        using (var program = Script.Run(definition, c => c.Increment(packets))) program.Pin(pins.PathOf("program"));
        using var again = LoadedProgram.Open(pins.PathOf("program"));
        again.TestRun(Script.Packet());
        Assert.Equal(2ul, again.Variables["packets"].Value);
    }

    [Fact]
    public void Feature_probes_report_what_the_kernel_supports()
    {
        Assert.True(Features.Supports(BpfProgramType.Xdp));
        Assert.True(Features.Supports(BpfMapType.Hash));
        var redirect = HelperTable.Find("redirect_map")!;
        Assert.True(Features.Supports(redirect, BpfProgramType.Xdp));
        Assert.False(Features.Supports(redirect, BpfProgramType.SocketFilter));
        Assert.All(Features.All(FeatureKind.MapType), feature => Assert.NotEmpty(feature.Name));
    }
}
