using EbpfCat.Attachments;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class ProbeEventTests
{
    private const string Name = "EBPFCAT_TRACED";

    [Fact]
    public void Function_arguments_are_numbers_or_text()
    {
        var program = Define(ProgramType.Kprobe, "libc:getenv",
            [("Name", Text(Field("arg0"))), ("Pointer", Field("arg0")), ("Register", Field("rdi")),
                ("Place", Field("ip"))]);

        var record = AtFunction(
            program, onReturn: false, () => LibC.GetEnvironment(Name), seen => (string?)seen["Name"] == Name);

        Assert.Equal(record["Pointer"], record["Register"]);
        using var file = ElfFile.Open(SharedLibraries.Resolve("libc"));
        Assert.Equal(file.GetFunction("getenv").Address & 0xfff, (ulong)record["Place"]! & 0xfff);
    }

    [Fact]
    public void Return_value_is_a_number_or_text()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var program = Define(ProgramType.Kprobe, "libc:getenv", [("Value", Text(Returned)), ("Pointer", Returned)]);
        program.Probe = ProbeKind.Uretprobe;

        nint returned = 0;
        var record = AtFunction(program, onReturn: true, () => returned = LibC.GetEnvironment("PATH"),
            seen => (long)seen["Pointer"]! == returned);

        Assert.Equal(path, record["Value"]);
    }

    [Fact]
    public void Usdt_arguments_come_from_constants_registers_and_memory()
    {
        var library = SharedLibraries.Resolve("libc");
        using var file = ElfFile.Open(library);
        var function = file.GetFunction("getenv");
        var global = file.FindSymbol("program_invocation_name")?.Address ?? 0;
        var registers = Registers.Current;
        UsdtArgument Argument(int size, bool signed, UsdtOperand? operand) =>
            new(size, signed, false, operand, operand?.ToString() ?? "%xmm0");
        var first = registers.Arguments[0];
        var place =
            new UsdtProbe("test", "place", function.Address, file.ToFileOffset(function.Address)!.Value, null, null,
        [
            Argument(4, true, new UsdtOperand.Constant(-5)),
            Argument(8, false, new UsdtOperand.InRegister(first)),
            Argument(1, false, new UsdtOperand.InMemory(first, null, 1, 1)),
            Argument(8, false,
                new UsdtOperand.InMemory(null, null, 1, (long)global, IsFileRelative: true, "program_invocation_name")),
            Argument(2, false, new UsdtOperand.InMemory(registers.StackPointer, first, 0, 0)),
            Argument(8, false, null),
        ]);
        var program = Define(ProgramType.Kprobe, null,
        [
            ("Constant", Field("arg0")), ("Name", Text(Field("arg1"))), ("Letter", Field("arg2")),
            ("Program", Text(Field("arg3"))),
            ("Stack", Field("arg4")),
        ]);

        var record = Run(
            program, loaded => UsdtAttachment.Attach(loaded, new(library, place.FullName) { Places = [place] }),
            () => LibC.GetEnvironment(Name), seen => (string?)seen["Name"] == Name, new UsdtEvent([place]));

        Assert.Equal(-5, record["Constant"]);
        Assert.Equal((byte)'B', record["Letter"]);
        Assert.Equal(File.ReadAllText("/proc/self/cmdline").Split('\0')[0], record["Program"]);
        var unreadable = Define(ProgramType.Kprobe, null, [("Value", Field("arg5"))]);
        Assert.Equal("NotAvailable",
            Assert.Throws<CompileException>(() => EbpfProgram.Compile(unreadable, new UsdtEvent([place]))).Id);
        Assert.Equal(
            2, UsdtEvent.Group([place, place, place with { Arguments = place.Arguments.Take(2).ToList() }]).Count);
    }

    [Fact]
    public void Kprobe_reads_arguments_by_name_and_through_pointers()
    {
        var program = Define(ProgramType.Kprobe, "tcp_connect",
            [("Port", Field("sk.__sk_common.skc_dport")), ("Address", Field("sk.__sk_common.skc_daddr")),
                ("Socket", Field("arg0"))]);

        using var loaded = EbpfProgram.Load(program);

        var record = loaded.Compiled!.Events!.Records[0];
        Assert.Equal(
            [ScalarType.UInt16, AddressType.IPv4, ScalarType.UInt64], record.Fields.Select(field => Plain(field.Type)));
        var first = Registers.Current.Arguments[0].Offset;
        Assert.Contains(
            loaded.Compiled.Instructions, each => each.Class == InstructionClass.LoadRegister && each.Offset == first);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Probe_of_several_functions_says_which_one_fired(bool onReturn)
    {
        Assert.SkipWhen(onReturn && KernelFacts.RunningVersion < new Version(6, 6), "this requires Linux 6.6");
        var program = Define(ProgramType.Kprobe, "libc:geten*", [("Function", Field("function"))]);
        program.Probe = onReturn ? ProbeKind.Uretprobe : ProbeKind.Uprobe;
        var record = Run(
            program, loaded => UprobeAttachment.Attach(loaded, new() { ProcessId = Environment.ProcessId }),
            () => LibC.GetEnvironment(Name), seen => FunctionOf(seen) == "getenv");
        Assert.Equal("getenv", FunctionOf(record));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Probe_of_several_kernel_functions_says_which_one_fired(bool onReturn)
    {
        var program = Define(ProgramType.Kprobe, "vfs_get*", [("Function", Field("Function"))]);
        program.Probe = onReturn ? ProbeKind.Kretprobe : ProbeKind.Kprobe;
        var options = new KprobeAttachOptions("vfs_get*") { OnReturn = onReturn };
        using (EbpfProgram.Load(options.Complete(program))) Assert.SkipUnless(HasKprobes, "the kernel has no kprobes");
        var record = Run(
            options.Complete(program), options.Attach, () => File.Exists("/etc/hostname"),
            seen => FunctionOf(seen) == "vfs_getattr");
        Assert.Equal("vfs_getattr", FunctionOf(record));
    }

    [Fact]
    public void System_call_has_one_name_on_all_processors()
    {
        var options = new KprobeAttachOptions("sys_getpgid");
        var program = Define(ProgramType.Kprobe, null, [("Function", Field("Function")), ("Id", Field("pid"))]);
        Assert.Equal(Registers.Current.SyscallWrapper + "getpgid", options.Complete(program).Target);
        using (EbpfProgram.Load(options.Complete(program))) Assert.SkipUnless(HasKprobes, "the kernel has no kprobes");
        var record = Run(
            options.Complete(program), options.Attach, () => Attachments.SystemCalls.GetProcessGroup(4711));
        Assert.Equal((Registers.Current.SyscallWrapper + "getpgid", 4711), (FunctionOf(record), record["Id"]));
    }

    [Fact]
    public void System_call_function_has_the_arguments_of_the_call()
    {
        var program = Define(ProgramType.Kprobe, Registers.Current.SyscallWrapper + "openat",
            [("File", Field("filename")), ("Flags", Field("flags")), ("Registers", Field("arg0"))]);

        using var loaded = EbpfProgram.Load(program);

        Assert.Equal(["text", "int32", "uint64"],
            loaded.Compiled!.Events!.Records[0].Fields.Select(field => field.Type.Name));
    }

    [Fact]
    public void Return_probe_has_the_result_but_no_arguments()
    {
        var program = Define(ProgramType.Kprobe, "vfs_read", [("Result", Returned)]);
        program.Probe = ProbeKind.Kretprobe;
        using var loaded = EbpfProgram.Load(program);
        Assert.Equal(ScalarType.Int64, loaded.Compiled!.Events!.Records[0].Fields[0].Type);
        program = Define(ProgramType.Kprobe, "vfs_read", [("Count", Field("arg2"))]);
        program.Probe = ProbeKind.Kretprobe;
        Assert.Contains("on entry", Refusal(program).Message, StringComparison.Ordinal);
        program = Define(ProgramType.Kprobe, "alloc_empty_file",
            [("Inode", new EventFieldExpression([EventFieldExpression.ReturnValue, "f_inode", "i_ino"]))]);
        program.Probe = ProbeKind.Kretprobe;
        using var other = EbpfProgram.Load(program);
    }

    [Fact]
    public void Sample_has_period_and_registers()
    {
        var program = Define(ProgramType.PerfEvent, null,
            [("Period", Field("sample_period")), ("Place", Field("ip")), ("Stack", Field("sp"))]);
        var record = Run(program, loaded => PerfEventAttachment.Attach(loaded, new() { Period = 1_000_000 }), () =>
        {
            var end = Environment.TickCount64 + 300;
            while (Environment.TickCount64 < end) Thread.SpinWait(1000);
        });
        Assert.NotEqual([0ul, 0ul, 0ul], record.Values);
    }

    private static bool HasKprobes => Directory.Exists("/sys/bus/event_source/devices/kprobe");

    private static string FunctionOf(EbpfCat.Events.EventRecord record) =>
        Symbolizer.Shared.Name((FunctionReference)record["Function"]!);

    private static EbpfType Plain(EbpfType type) =>
        type is ScalarType scalar ? scalar.WithByteOrder(ByteOrder.Native) : type;

    private static EbpfCat.Events.EventRecord AtFunction(
        ProgramDefinition program, bool onReturn, Action act, Func<EbpfCat.Events.EventRecord, bool> wanted) =>
        Run(program, loaded => UprobeAttachment.Attach(
            loaded, new("libc", "getenv") { OnReturn = onReturn, ProcessId = Environment.ProcessId }), act, wanted);
}
