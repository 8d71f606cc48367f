namespace EbpfCat.Programs;

/// <summary>
/// Loads programs that the verifier accepts and the kernel's JIT compiler fails to translate. On x86-64 the length of a
/// jump depends on the lengths of others, and for a few programs they never settle (ENOTSUPP, and "bpf_jit: fatal
/// error" in the kernel's log; seen on Linux 6.18). Instructions have other lengths in other registers, and R6 to R9
/// are interchangeable, so the same program is tried with them permuted.
/// </summary>
internal static class JitRetry
{
    private const int Count = Register.R9 - Register.R6 + 1;

    /// <summary>Loads a program, with its registers permuted where the JIT compiler needs it.</summary>
    /// <exception cref="KernelException">The kernel refused it.</exception>
    public static ProgramDescriptor Load(ProgramLoadOptions request)
    {
        try
        {
            return Bpf.LoadProgram(request);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.ENOTSUPP)
        {
            for (var distance = 1; distance < Count; distance++)
            {
                var permuted = request with { Instructions = Rotate(request.Instructions.Span, distance) };
                if (TryLoad(permuted) is { } loaded) return loaded;
            }

            throw;
        }
    }

    /// <summary>Rotates R6 to R9 in an encoded program by a distance.</summary>
    internal static byte[] Rotate(ReadOnlySpan<byte> program, int distance)
    {
        var instructions = InstructionDecoder.Decode(program);
        foreach (ref var instruction in instructions.AsSpan())
        {
            // The source field of these is no register.
            var hasSource = instruction.Opcode is not (Opcode.Call or Opcode.LoadImmediate64);
            instruction = instruction with
            {
                Destination = Rotate(instruction.Destination, distance),
                Source = hasSource ? Rotate(instruction.Source, distance) : instruction.Source,
            };
        }

        return InstructionEncoder.Encode(instructions);
    }

    private static Register Rotate(Register register, int distance) => register is >= Register.R6 and <= Register.R9
        ? (Register)((int)Register.R6 + ((register - Register.R6 + distance) % Count)) : register;

    private static ProgramDescriptor? TryLoad(ProgramLoadOptions request)
    {
        try
        {
            return Bpf.LoadProgram(request);
        }
        catch (KernelException)
        {
            return null;
        }
    }
}
