namespace EbpfCat.Tracing;

/// <summary>
/// The registers in <c>struct pt_regs</c>, the context of programs on kprobes and uprobes, and their roles in the
/// calling conventions (<c>arch/x86/include/asm/ptrace.h</c>, <c>arch/arm64/include/asm/ptrace.h</c>; the System V and
/// the Arm 64-bit ABI; syscall(2)).
/// </summary>
public sealed class Registers
{
    private readonly Dictionary<string, RegisterSlot> _byName;

    private Registers(
        Architecture processor, string syscallWrapper, int size, IEnumerable<RegisterSlot> slots, string arguments,
        string syscallArguments, string syscallNumber, string result, string stackPointer, string instructionPointer,
        string framePointer)
    {
        _byName = slots.ToDictionary(each => each.Name, StringComparer.Ordinal);
        (Processor, SyscallWrapper, Size) = (processor, syscallWrapper, size);
        Arguments = arguments.Split(' ').Select(name => _byName[name]).ToArray();
        SyscallArguments = syscallArguments.Split(' ').Select(name => _byName[name]).ToArray();
        (SyscallNumber, Result) = (_byName[syscallNumber], _byName[result]);
        (StackPointer, InstructionPointer, FramePointer) =
            (_byName[stackPointer], _byName[instructionPointer], _byName[framePointer]);
    }

    /// <summary>The registers of x86-64.</summary>
    public static Registers X64 { get; } = new(
        Architecture.X64,
        syscallWrapper: "__x64_sys_",
        size: 168,
        SlotsOfX64(),
        arguments: "rdi rsi rdx rcx r8 r9",
        // The instruction syscall keeps its return address in rcx.
        syscallArguments: "rdi rsi rdx r10 r8 r9",
        syscallNumber: "orig_rax",
        result: "rax",
        stackPointer: "rsp",
        instructionPointer: "rip",
        framePointer: "rbp");

    /// <summary>The registers of arm64.</summary>
    public static Registers Arm64 { get; } = new(
        Architecture.Arm64,
        syscallWrapper: "__arm64_sys_",
        size: 288,
        SlotsOfArm64(),
        arguments: "x0 x1 x2 x3 x4 x5 x6 x7",
        // The result replaces the first argument before the system call returns.
        syscallArguments: "orig_x0 x1 x2 x3 x4 x5",
        syscallNumber: "x8",
        result: "x0",
        stackPointer: "sp",
        instructionPointer: "pc",
        framePointer: "x29");

    /// <summary>The registers of the architecture of this process.</summary>
    /// <exception cref="PlatformNotSupportedException">It is neither x86-64 nor arm64.</exception>
    public static Registers Current => Of(RuntimeInformation.ProcessArchitecture);

    /// <summary>The processor.</summary>
    public Architecture Processor { get; }

    /// <summary>
    /// The prefix of the kernel's functions for system calls. Their only argument points to the caller's <c>struct
    /// pt_regs</c>.
    /// </summary>
    public string SyscallWrapper { get; }

    /// <summary>The number of bytes of the struct that a program can read.</summary>
    public int Size { get; }

    /// <summary>
    /// The integer and pointer arguments of a function at its entry, in order; further ones are on the stack.
    /// </summary>
    public IReadOnlyList<RegisterSlot> Arguments { get; }

    /// <summary>The arguments of a system call, in order.</summary>
    public IReadOnlyList<RegisterSlot> SyscallArguments { get; }

    /// <summary>The number of a system call.</summary>
    public RegisterSlot SyscallNumber { get; }

    /// <summary>The return value of a function, at its return.</summary>
    public RegisterSlot Result { get; }

    /// <summary>The stack pointer.</summary>
    public RegisterSlot StackPointer { get; }

    /// <summary>The instruction pointer.</summary>
    public RegisterSlot InstructionPointer { get; }

    /// <summary>The frame pointer, if the code is compiled with one.</summary>
    public RegisterSlot FramePointer { get; }

    /// <summary>All names, including those of low parts.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>The names of whole registers.</summary>
    internal IEnumerable<string> Whole => _byName.Values.Where(slot => slot.Size == 8).Select(slot => slot.Name);

    /// <summary>The place of a register.</summary>
    /// <param name="name">Its name in assembler notation, lower case, without <c>%</c>: <c>eax</c>, <c>w0</c>.</param>
    /// <exception cref="UnknownNameException">There is no register with this name.</exception>
    public RegisterSlot this[string name] => Find(name)
        ?? throw new UnknownNameException("register", name, _byName.Keys, $"on {Processor}");

    /// <summary>The registers of a processor.</summary>
    /// <exception cref="PlatformNotSupportedException">It is neither x86-64 nor arm64.</exception>
    public static Registers Of(Architecture processor) => processor switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => throw new PlatformNotSupportedException(
            $"The registers of {processor} are not known; those of x86-64 and arm64 are."),
    };

    /// <summary>The place of a register, or null if there is none with this name.</summary>
    /// <param name="name">Its name in the assembler's notation, in lower case and without <c>%</c>.</param>
    public RegisterSlot? Find(string name) => _byName.TryGetValue(name, out var slot) ? slot : null;

    private static IEnumerable<RegisterSlot> SlotsOfX64()
    {
        // In the order of the struct; the names of 8, 4, 2 and 1 bytes, and the second byte of the oldest four.
        string[] rows =
        [
            "r15 r15d r15w r15b", "r14 r14d r14w r14b", "r13 r13d r13w r13b", "r12 r12d r12w r12b",
            "rbp ebp bp bpl", "rbx ebx bx bl bh", "r11 r11d r11w r11b", "r10 r10d r10w r10b",
            "r9 r9d r9w r9b", "r8 r8d r8w r8b", "rax eax ax al ah", "rcx ecx cx cl ch",
            "rdx edx dx dl dh", "rsi esi si sil", "rdi edi di dil", "orig_rax",
            "rip eip ip", "cs", "eflags", "rsp esp sp spl", "ss",
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            var names = rows[i].Split(' ');
            for (var part = 0; part < names.Length; part++)
                yield return part == 4 ? new(names[part], (i * 8) + 1, 1) : new(names[part], i * 8, 8 >> part);
        }
    }

    private static IEnumerable<RegisterSlot> SlotsOfArm64()
    {
        for (var i = 0; i <= 30; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            yield return new("x" + number, i * 8, 8);
            yield return new("w" + number, i * 8, 4);
        }

        yield return new("fp", 29 * 8, 8);
        yield return new("lr", 30 * 8, 8);
        yield return new("sp", 248, 8);
        yield return new("wsp", 248, 4);
        yield return new("pc", 256, 8);
        yield return new("pstate", 264, 8);
        yield return new("orig_x0", 272, 8);
        yield return new("syscallno", 280, 4);
    }
}
