using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

public sealed class VerifierExceptionTests
{
    private static readonly Instruction Zero = Instruction.MoveImmediate(Width.W64, Register.R0, 0);

    private static VerifierException Refuse(
        Instruction[] code, ProgramType type = ProgramType.Xdp, string license = "GPL", SourceLine[]? lines = null)
    {
        var compiled = Sample.Of(new ProgramDefinition("bad", type) { License = license }, code, lines: lines);
        return Assert.Throws<VerifierException>(() => ProgramLoader.Load(compiled));
    }

    public static TheoryData<string, string, string> Refusals() => new()
    {
        { "packet", "checked to be there", "minimum packet size" },
        { "uninitialized", "was not set", "Set the value" },
        { "endless", "never end", "constant limit" },
        { "complex", "1,000,000", "fewer rounds" },
        { "stack", "stack", "local values" },
        { "null", "may be null", "exists" },
        { "number", "number as an address", "probe_read_kernel" },
        { "helper", "may not call|does not have", "another" },
        { "license", "GPL", "license GPL" },
        { "verdict", "not one that programs of this type", "verdicts" },
        { "context", "context", "" },
        { "value", "beyond the end of a map", "mask" },
        { "end", "past its end", "" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Refusal_is_explained(string kind, string explanation, string remedy)
    {
        var (code, type, license) = Code(kind);
        var refusal = kind is "null" or "value" ? RefuseWithMap(code) : Refuse(code, type, license);
        Assert.Matches(explanation, refusal.Explanation);
        Assert.Contains(remedy, refusal.Remedy ?? "", StringComparison.Ordinal);
        Assert.Contains(refusal.Reason, refusal.Log, StringComparison.Ordinal);
        Assert.StartsWith($"Cannot load the {type} program 'bad': ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_names_the_source_line()
    {
        SourceLine Line(int slot, int line, string text) => new(slot, new SourceSpan(Sample.File, line, 5, text, 9));
        var refusal = Refuse(
            [Zero, Instruction.Load(MemorySize.Word, Register.R2, Register.R1, 0),
                Instruction.Load(MemorySize.Byte, Register.R0, Register.R2, 3), Instruction.Exit()],
            lines: [Line(0, 1, "    $a = 0"), Line(2, 2, "    $a = $packet.Byte(3)"), Line(3, 3, "    'Pass'")]);
        Assert.Equal((2, 2), (refusal.SourceSpan!.Line, refusal.Slot));
        Assert.Contains($"{Sample.File}:2:5", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("    $a = $packet.Byte(3)", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("      ~~~~~~~~~", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_of_any_size_is_read_completely()
    {
        // The verifier follows every branch and logs each step: megabytes of log.
        Instruction[] body =
        [
            Instruction.Call(7),
            Instruction.Move(Width.W64, Register.R6, Register.R0),
            .. Enumerable.Range(0, 4000).SelectMany(bit => new[]
            {
                Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R6, bit),
                Instruction.AluImmediate(AluOperation.Xor, Width.W64, Register.R6, bit),
            }),
            Instruction.Load(MemorySize.Byte, Register.R0, Register.R6, 0),
            Instruction.Exit(),
        ];
        var refusal = Refuse(body);
        Assert.InRange(refusal.Log.Length, 100_000, int.MaxValue);
        Assert.StartsWith("0: ", string.Join('\n', refusal.Log.Split('\n')
            .SkipWhile(line => !line.StartsWith("0: ", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("processed ", refusal.Log[^500..], StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_that_follows_an_instruction_on_its_line_is_explained()
    {
        var program = new ProgramDefinition("long", ProgramType.Xdp);
        var result = program.AddVariable("result", ScalarType.Int64);
        var i = new Local("i");
        program.AddCode(code => code
            .Assign(i, 0)
            .While(true, body => body
                .Increment(i)
                .If((Expression)i % 2, then => then.Continue())
                .If((Expression)i > 10, then => then.Break())
                .Update(result, BinaryOperator.Add,
                    ((Expression)Current.Cpu < 1024) & ((Expression)Current.Time > 0))));
        var options = new CompilerOptions { InstructionSet = Features.InstructionSet, HasLoopHelper = false };
        var compiled = ProgramCompiler.Compile(program, options);
        var refusal = Assert.Throws<VerifierException>(() => ProgramLoader.Load(compiled));
        Assert.Contains("1,000,000", refusal.Explanation, StringComparison.Ordinal);
        Assert.NotNull(refusal.SourceSpan);
        Assert.EndsWith(refusal.Reason, "BPF program is too large. Processed 1000001 insn", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instruction", "r0 s/= r0", "6.6")]
    [InlineData("helper", "bpf_ktime_get_tai_ns", "6.1")]
    public void Refusal_names_the_kernel_version_that_is_needed(string kind, string name, string since)
    {
        var version = Version.Parse(since);
        Instruction[] code = [Zero, kind == "helper" ? Instruction.Call(208)
            : Instruction.Alu(AluOperation.Div, Width.W64, Register.R0, Register.R0, 1), Zero, Instruction.Exit()];
        if (KernelFacts.RunningVersion >= version)
        {
            ProgramLoader.Load(Sample.Of(new ProgramDefinition("good", ProgramType.Xdp), code)).Dispose();
            var older = NewerInstructions.Explain(
                code, 1, new("it is not safe", null, ""), new(version.Major, version.Minor - 1));
            Assert.Equal(
                (version, true), (older.RequiredVersion, older.Problem.Contains(name, StringComparison.Ordinal)));
            return;
        }

        var refusal = Refuse(code);
        Assert.Equal((version, 1), (refusal.RequiredVersion, refusal.Slot));
        Assert.Contains(
            $"{name}{(kind == "helper" ? "" : "'")} needs Linux {since}, this is {KernelFacts.RunningVersion}",
            refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("R1 type=inv expected=map_ptr")]
    [InlineData("R1 type=scalar expected=map_ptr")]
    public void Scalar_has_one_name_for_all_verifier_versions(string reason)
    {
        var (explanation, slot) = VerifierRefusals.Explain(
            $"0: (b7) r1 = 5\n1: (85) call bpf_map_lookup_elem#1\n{reason}\nprocessed 2 insns\n");
        Assert.Equal(
            ("it gives a helper or function a scalar where that takes: map_ptr", 1), (explanation!.Problem, slot));
    }

    [Fact]
    public void Verifier_bug_is_not_blamed_on_the_program()
    {
        var (explanation, slot) = VerifierRefusals.Explain(
            "1: (79) r1 = *(u64 *)(r10 -40)\n2: (2d) if r1 > r6 goto pc+31\n\nverifier bug: stack slot 3, " +
            "total slots 1 (i >= func->allocated_stack / BPF_REG_SIZE)\nprocessed 709 insns\n");
        Assert.Equal(("the verifier of this kernel has a bug that the program meets", 2), (explanation!.Problem, slot));
    }

    [Fact]
    public void Refusal_without_a_verifier_log_is_not_changed()
    {
        var definition = new ProgramDefinition("bad", (ProgramType)999);
        var compiled = Sample.Of(definition, [Zero, Instruction.Exit()]);
        var refusal = Assert.Throws<KernelException>(() => ProgramLoader.Load(compiled));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
    }

    private static VerifierException RefuseWithMap(Instruction[] code)
    {
        var map = new Map("values", MapType.Hash, EbpfCat.Types.ScalarType.UInt32, EbpfCat.Types.ScalarType.UInt64, 4);
        var compiled = Sample.Of(
            new ProgramDefinition("bad", ProgramType.Xdp), code, [map], [new MapReference(3, 0)]);
        return Assert.Throws<VerifierException>(() => ProgramLoader.Load(compiled));
    }

    private static (Instruction[] Code, ProgramType Type, string License) Code(string kind) => kind switch
    {
        "packet" => Xdp(
            Instruction.Load(MemorySize.Word, Register.R2, Register.R1, 0),
            Instruction.Load(MemorySize.Byte, Register.R0, Register.R2, 13)),
        "uninitialized" => Xdp(Instruction.Move(Width.W64, Register.R0, Register.R5)),
        "endless" => ([Zero, Instruction.Goto(-1)], ProgramType.Xdp, "GPL"),
        "complex" => Xdp(
            Zero,
            Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R0, 1),
            Instruction.JumpImmediate(JumpOperation.Lt, Width.W64, Register.R0, 2_000_000_000, -2)),
        "stack" => Xdp(Instruction.StoreImmediate(MemorySize.Double, Register.R10, -520, 0), Zero),
        "null" => Lookup(Instruction.Load(MemorySize.Double, Register.R0, Register.R0, 0)),
        "value" => Lookup(
            Instruction.JumpImmediate(JumpOperation.Eq, Width.W64, Register.R0, 0, 1),
            Instruction.Load(MemorySize.Double, Register.R0, Register.R0, 4)),
        "number" => Xdp(Zero, Instruction.Load(MemorySize.Double, Register.R0, Register.R0, 0)),
        "helper" => Xdp(Instruction.Call(9)),
        "license" => ([.. Printk(), Instruction.Exit()], ProgramType.Xdp, "Proprietary"),
        "verdict" =>
            ([Instruction.MoveImmediate(Width.W64, Register.R0, 5), Instruction.Exit()], ProgramType.CgroupSkb, "GPL"),
        "context" => Xdp(Instruction.Load(MemorySize.Word, Register.R0, Register.R1, 100)),
        "end" => ([Zero], ProgramType.Xdp, "GPL"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static (Instruction[], ProgramType, string) Xdp(params Instruction[] code) =>
        ([.. code, Instruction.Exit()], ProgramType.Xdp, "GPL");

    private static (Instruction[], ProgramType, string) Lookup(params Instruction[] code) => Xdp(
    [
        Instruction.StoreImmediate(MemorySize.Word, Register.R10, -4, 0),
        Instruction.Move(Width.W64, Register.R2, Register.R10),
        Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R2, -4),
        Instruction.LoadMap(Register.R1, 0),
        Instruction.Call(1),
        .. code,
    ]);

    private static Instruction[] Printk() =>
    [
        Instruction.StoreImmediate(MemorySize.Double, Register.R10, -8, 0x41),
        Instruction.Move(Width.W64, Register.R1, Register.R10),
        Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R1, -8),
        Instruction.MoveImmediate(Width.W64, Register.R2, 8),
        Instruction.Call(6),
        Zero,
    ];
}
