namespace EbpfCat.Kernel;

/// <content>Programs and type information: loading and test runs.</content>
internal static unsafe partial class Bpf
{
    private const int FunctionInfoSize = 8;
    private const int LineInfoSize = 16;

    /// <summary>Has the kernel count the runs of all programs as long as the descriptor is open.</summary>
    public static FileDescriptor EnableStatistics()
    {
        var runTime = 0u; // BPF_STATS_RUN_TIME
        return new FileDescriptor(Execute(BpfCommand.EnableStats, ref runTime, "count the runs of programs"));
    }

    /// <summary>Verifies and loads a program (BPF_PROG_LOAD).</summary>
    /// <exception cref="KernelException">
    /// EACCES, EINVAL: the verifier refused it, its reasons are in the log. ENOSPC: the log did not fit.
    /// E2BIG: too long or too complex.
    /// </exception>
    public static ProgramDescriptor LoadProgram(ProgramLoadOptions options)
    {
        using var btf = FileDescriptor.Borrow(options.Btf);
        using var attachBtf = FileDescriptor.Borrow(options.AttachBtf);
        using var instructions = options.Instructions.Pin();
        using var functionInfo = options.FunctionInfo.Pin();
        using var lineInfo = options.LineInfo.Pin();
        fixed (byte* license = Text.ToCString(options.License), log = options.Log?.Buffer)
        {
            var attributes = new ProgramLoadAttributes
            {
                ProgType = options.Type,
                InsnCount = options.Instructions.Length / 8,
                Insns = (ulong)instructions.Pointer,
                License = (ulong)license,
                LogLevel = options.Log?.Level ?? 0,
                LogSize = options.Log?.Size ?? 0,
                LogBuffer = (ulong)log,
                KernVersion = options.KernelVersion,
                ProgFlags = options.Flags,
                ProgName = ObjectName.From(options.Name),
                ProgIfindex = options.InterfaceIndex,
                ExpectedAttachType = options.ExpectedAttachType,
                ProgBtfFd = btf.Number,
                FuncInfoRecordSize = options.FunctionInfo.IsEmpty ? 0 : FunctionInfoSize,
                FuncInfo = (ulong)functionInfo.Pointer,
                FuncInfoCount = options.FunctionInfo.Length / FunctionInfoSize,
                LineInfoRecordSize = options.LineInfo.IsEmpty ? 0 : LineInfoSize,
                LineInfo = (ulong)lineInfo.Pointer,
                LineInfoCount = options.LineInfo.Length / LineInfoSize,
                AttachBtfId = options.AttachBtfId,
                AttachBtfObjFd = attachBtf.Number,
            };
            var errno = Call(BpfCommand.ProgramLoad, ref attributes, out var number);
            GC.KeepAlive(options);
            if (options.Log is { } written) written.TrueSize = (int)attributes.LogTrueSize;
            return errno == Errno.None
                ? new ProgramDescriptor(number)
                : throw Diagnosis.Explain(
                    new Request
                    {
                        Operation = $"load the {options.TypeName ?? $"{options.Type}"} program '{options.Name}'",
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
    public static BtfDescriptor LoadBtf(ReadOnlySpan<byte> btf, VerifierLog? log = null)
    {
        fixed (byte* pointer = btf, logPointer = log?.Buffer)
        {
            var attributes = new BtfLoadAttributes
            {
                Btf = (ulong)pointer,
                BtfLogBuffer = (ulong)logPointer,
                BtfSize = btf.Length,
                BtfLogSize = log?.Size ?? 0,
                BtfLogLevel = log?.Level ?? 0,
            };
            var errno = Call(BpfCommand.BtfLoad, ref attributes, out var number);
            if (log is not null) log.TrueSize = (int)attributes.BtfLogTrueSize;
            return errno == Errno.None
                ? new BtfDescriptor(number)
                : throw Refusal(BpfCommand.BtfLoad, errno, "load type information (BTF)");
        }
    }

    /// <summary>Runs a program on data given (BPF_PROG_TEST_RUN).</summary>
    /// <param name="program">The program. Not every type can be run so.</param>
    /// <param name="options">The data, and where to put what the program makes of it.</param>
    public static TestRunResult TestRun(ProgramDescriptor program, TestRunOptions options)
    {
        using var borrowed = program.Borrow();
        using var dataIn = options.Data.Pin();
        using var dataOut = options.DataOut.Pin();
        var attributes = new TestRunAttributes
        {
            ProgFd = borrowed.Number,
            DataSizeIn = options.Data.Length,
            DataSizeOut = options.DataOut.Length,
            DataIn = (ulong)dataIn.Pointer,
            DataOut = (ulong)dataOut.Pointer,
            Repeat = options.Repeat,
        };
        Execute(BpfCommand.ProgramTestRun, ref attributes, "test-run a program");
        return new TestRunResult(attributes.Retval, attributes.DataSizeOut, attributes.Duration);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramLoadAttributes
    {
        public BpfProgramType ProgType;
        public int InsnCount;
        public ulong Insns;
        public ulong License;
        public uint LogLevel;
        public int LogSize;
        public ulong LogBuffer;
        public uint KernVersion;
        public BpfProgramFlags ProgFlags;
        public ObjectName ProgName;
        public uint ProgIfindex;
        public BpfAttachType ExpectedAttachType;
        public int ProgBtfFd;
        public int FuncInfoRecordSize;
        public ulong FuncInfo;
        public int FuncInfoCount;
        public int LineInfoRecordSize;
        public ulong LineInfo;
        public int LineInfoCount;
        public uint AttachBtfId;
        public int AttachBtfObjFd;
        public uint CoreReloCount;
        public ulong FdArray;
        public ulong CoreRelos;
        public uint CoreReloRecordSize;
        public uint LogTrueSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfLoadAttributes
    {
        public ulong Btf;
        public ulong BtfLogBuffer;
        public int BtfSize;
        public int BtfLogSize;
        public uint BtfLogLevel;
        public uint BtfLogTrueSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TestRunAttributes
    {
        public int ProgFd;
        public uint Retval;
        public int DataSizeIn;
        public int DataSizeOut;
        public ulong DataIn;
        public ulong DataOut;
        public uint Repeat;
        public uint Duration;
        public int ContextSizeIn;
        public int ContextSizeOut;
        public ulong ContextIn;
        public ulong ContextOut;
        public uint Flags;
        public uint Cpu;
        public uint BatchSize;
        public uint Padding;
    }
}
