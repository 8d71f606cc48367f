namespace EbpfCat.Traces;

/// <summary>
/// Finds the file name and the arguments of a program that execve(2) has started in the memory of the process: the
/// kernel puts them on its stack (fs/exec.c, fs/binfmt_elf.c), the file name behind the environment.
/// </summary>
internal sealed class StartedProgram
{
    private static readonly Lazy<Layout?> Offsets = new(Layout.Find);

    private readonly Expression _memory = new Local("mm", ScalarType.UInt64);

    /// <summary>The address of the first argument; 0 if no program was started, or the kernel has no BTF.</summary>
    public Expression ArgumentsStart { get; } = new Local("arg_start", ScalarType.UInt64);

    /// <summary>The end of the arguments, which lie one after the other, each with a NUL.</summary>
    public Expression ArgumentsEnd { get; } = new Local("arg_end", ScalarType.UInt64);

    /// <summary>The address of the name; 0 if no program was started, or the kernel has no BTF.</summary>
    public Expression File { get; } = new Local("file", ScalarType.UInt64);

    /// <summary>Reads the addresses.</summary>
    public void Find(CodeBuilder code)
    {
        if (Offsets.Value is not { } offsets) return;
        Read(code, _memory, Expression.CallHelper("get_current_task") + offsets.Memory);
        Read(code, ArgumentsStart, _memory + offsets.ArgumentsStart);
        Read(code, ArgumentsEnd, _memory + offsets.ArgumentsEnd);
        Read(code, File, _memory + offsets.EnvironmentEnd);
    }

    private static void Read(CodeBuilder code, Expression to, Expression address) =>
        code.Do(Expression.CallHelper("probe_read_kernel", to, sizeof(ulong), address));

    private sealed record Layout(int Memory, int ArgumentsStart, int ArgumentsEnd, int EnvironmentEnd)
    {
        public static Layout? Find() =>
            Offset("task_struct", "mm") is { } memory && Offset("mm_struct", "arg_start") is { } start
            && Offset("mm_struct", "arg_end") is { } end && Offset("mm_struct", "env_end") is { } environment
                ? new(memory, start, end, environment) : null;

        private static int? Offset(string type, string field) =>
            BtfTypes.Kernel?.FindStruct(type)?.FindMember(field)?.Offset;
    }
}
