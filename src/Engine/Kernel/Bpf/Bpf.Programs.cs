using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <content>Programs and type information: loading and test runs.</content>
internal static unsafe partial class Bpf
{
    private const int FunctionInfoSize = 8;
    private const int LineInfoSize = 16;

    /// <summary>Verifies and loads a program (BPF_PROG_LOAD).</summary>
    /// <param name="options">What to load.</param>
    /// <returns>The descriptor of the loaded program.</returns>
    /// <exception cref="KernelException">
    /// EACCES, EINVAL: the verifier refused it, its reasons are in the log. ENOSPC: the log did not fit.
    /// E2BIG: too long or too complex.
    /// </exception>
    public static ProgramDescriptor LoadProgram(ProgramLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var btf = FileDescriptor.Borrow(options.Btf);
        using var attachProgram = FileDescriptor.Borrow(options.AttachProgram);
        using var attachBtf = FileDescriptor.Borrow(options.AttachBtf);
        var descriptors = options.Descriptors.Select(descriptor => descriptor.Number).ToArray();
        using var instructions = options.Instructions.Pin();
        using var functionInfo = options.FunctionInfo.Pin();
        using var lineInfo = options.LineInfo.Pin();
        fixed (byte* license = Text.Terminated(options.License), log = options.Log?.Buffer)
        fixed (int* descriptorArray = descriptors)
        {
            var attributes = new ProgramLoadAttributes
            {
                Type = options.Type,
                InstructionCount = options.Instructions.Length / 8,
                Instructions = (ulong)instructions.Pointer,
                License = (ulong)license,
                LogLevel = options.Log?.Level ?? 0,
                LogSize = options.Log?.Size ?? 0,
                Log = (ulong)log,
                KernelVersion = options.KernelVersion,
                Flags = options.Flags,
                Name = ObjectName.From(options.Name),
                InterfaceIndex = options.InterfaceIndex,
                ExpectedAttachType = options.ExpectedAttachType,
                Btf = btf.Number,
                FunctionInfoRecordSize = options.FunctionInfo.IsEmpty ? 0 : FunctionInfoSize,
                FunctionInfo = (ulong)functionInfo.Pointer,
                FunctionInfoCount = options.FunctionInfo.Length / FunctionInfoSize,
                LineInfoRecordSize = options.LineInfo.IsEmpty ? 0 : LineInfoSize,
                LineInfo = (ulong)lineInfo.Pointer,
                LineInfoCount = options.LineInfo.Length / LineInfoSize,
                AttachBtfId = options.AttachBtfId,
                AttachTarget = options.AttachProgram is null ? attachBtf.Number : attachProgram.Number,
                Descriptors = (ulong)descriptorArray,
            };
            var errno = Call(BpfCommand.ProgramLoad, ref attributes, out var number);
            GC.KeepAlive(options);
            if (options.Log is { } written)
            {
                written.TrueSize = (int)attributes.LogTrueSize;
            }

            return errno == Errno.None
                ? new ProgramDescriptor(number)
                : throw Diagnosis.Explain(
                    new Request
                    {
                        Operation = $"load the {options.Type} program '{options.Name}'",
                        Command = BpfCommand.ProgramLoad,
                        Uses =
                        [
                            options.Type,
                            .. options.ExpectedAttachType == 0 ? [] : new Enum[] { options.ExpectedAttachType },
                            .. KernelFacts.Members(options.Flags),
                        ],
                    },
                    errno);
        }
    }

    /// <summary>Loads type information (BPF_BTF_LOAD).</summary>
    /// <param name="btf">The type information, from its header on (<c>linux/btf.h</c>).</param>
    /// <param name="log">The buffer for the kernel's reasons to refuse it, or null.</param>
    /// <returns>Its descriptor.</returns>
    public static BtfDescriptor LoadBtf(ReadOnlySpan<byte> btf, VerifierLog? log = null)
    {
        fixed (byte* pointer = btf, logPointer = log?.Buffer)
        {
            var attributes = new BtfLoadAttributes
            {
                Btf = (ulong)pointer,
                Log = (ulong)logPointer,
                Size = btf.Length,
                LogSize = log?.Size ?? 0,
                LogLevel = log?.Level ?? 0,
            };
            var errno = Call(BpfCommand.BtfLoad, ref attributes, out var number);
            if (log is not null)
            {
                log.TrueSize = (int)attributes.LogTrueSize;
            }

            return errno == Errno.None
                ? new BtfDescriptor(number)
                : throw Refusal(BpfCommand.BtfLoad, errno, "load type information (BTF)");
        }
    }

    /// <summary>Runs a program on data given (BPF_PROG_TEST_RUN).</summary>
    /// <param name="program">The program. Not every type can be run so.</param>
    /// <param name="options">The data, and where to put what the program makes of it.</param>
    /// <returns>What came of it.</returns>
    public static TestRunResult TestRun(ProgramDescriptor program, TestRunOptions options)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        using var borrowed = program.Borrow();
        using var dataIn = options.Data.Pin();
        using var dataOut = options.DataOut.Pin();
        using var contextIn = options.Context.Pin();
        using var contextOut = options.ContextOut.Pin();
        var attributes = new TestRunAttributes
        {
            Program = borrowed.Number,
            DataInSize = options.Data.Length,
            DataOutSize = options.DataOut.Length,
            DataIn = (ulong)dataIn.Pointer,
            DataOut = (ulong)dataOut.Pointer,
            Repeat = options.Repeat,
            ContextInSize = options.Context.Length,
            ContextOutSize = options.ContextOut.Length,
            ContextIn = (ulong)contextIn.Pointer,
            ContextOut = (ulong)contextOut.Pointer,
            Flags = options.Flags,
            Cpu = options.Cpu,
            BatchSize = options.BatchSize,
        };
        var errno = Call(BpfCommand.ProgramTestRun, ref attributes);
        return errno == Errno.None
            ? new TestRunResult(
                attributes.ReturnValue, attributes.DataOutSize, attributes.ContextOutSize, attributes.Duration)
            : throw Refusal(BpfCommand.ProgramTestRun, errno, "test-run a program");
    }

    /// <summary>Keeps a map as long as a program that does not refer to it (BPF_PROG_BIND_MAP, Linux 5.10).</summary>
    /// <param name="program">The program.</param>
    /// <param name="map">The map.</param>
    public static void BindMap(ProgramDescriptor program, MapDescriptor map)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(map);
        using var borrowedProgram = program.Borrow();
        using var borrowedMap = map.Borrow();
        var attributes = new BindMapAttributes { Program = borrowedProgram.Number, Map = borrowedMap.Number };
        var errno = Call(BpfCommand.ProgramBindMap, ref attributes);
        if (errno != Errno.None)
        {
            throw Refusal(BpfCommand.ProgramBindMap, errno, "bind a map to a program");
        }
    }

    /// <summary>
    /// Counts runs and run times of all programs until the descriptor is closed (BPF_ENABLE_STATS, Linux 5.8).
    /// </summary>
    /// <returns>The descriptor to close.</returns>
    public static FileDescriptor EnableRunTimeStatistics()
    {
        var attributes = 0u;
        var errno = Call(BpfCommand.EnableStats, ref attributes, out var number);
        return errno == Errno.None
            ? new FileDescriptor(number)
            : throw Refusal(BpfCommand.EnableStats, errno, "count the runs of programs");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramLoadAttributes
    {
        public BpfProgramType Type;
        public int InstructionCount;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public int LogSize;
        public ulong Log;
        public uint KernelVersion;
        public BpfProgramFlags Flags;
        public ObjectName Name;
        public uint InterfaceIndex;
        public BpfAttachType ExpectedAttachType;
        public int Btf;
        public int FunctionInfoRecordSize;
        public ulong FunctionInfo;
        public int FunctionInfoCount;
        public int LineInfoRecordSize;
        public ulong LineInfo;
        public int LineInfoCount;
        public uint AttachBtfId;
        public int AttachTarget;
        public uint CoreRelocationCount;
        public ulong Descriptors;
        public ulong CoreRelocations;
        public uint CoreRelocationRecordSize;
        public uint LogTrueSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfLoadAttributes
    {
        public ulong Btf;
        public ulong Log;
        public int Size;
        public int LogSize;
        public uint LogLevel;
        public uint LogTrueSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TestRunAttributes
    {
        public int Program;
        public uint ReturnValue;
        public int DataInSize;
        public int DataOutSize;
        public ulong DataIn;
        public ulong DataOut;
        public uint Repeat;
        public uint Duration;
        public int ContextInSize;
        public int ContextOutSize;
        public ulong ContextIn;
        public ulong ContextOut;
        public BpfTestRunFlags Flags;
        public uint Cpu;
        public uint BatchSize;
        public uint Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BindMapAttributes
    {
        public int Program;
        public int Map;
        public uint Flags;
    }
}
