using EbpfCat.Bytecode;
using EbpfCat.Kernel;

namespace EbpfCat.Programs;

/// <summary>
/// Loads programs that the kernel's own compiler (JIT) fails to translate, though the verifier accepts them: on x86-64 the
/// lengths of jumps depend on one another, and of a few programs they do not come to rest (ENOTSUPP, and in the kernel's
/// log "bpf_jit: fatal error"; seen on Linux 6.18). The registers that calls preserve can stand for one another, and as
/// their instructions differ in length, the same program in others of them is translated.
/// </summary>
internal static class OtherRegisters
{
    private const int Count = Register.R9 - Register.R6 + 1;

    /// <summary>Loads a program, in other registers where it must be.</summary>
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
                if (TryLoad(request with { Instructions = Rotate(request.Instructions.Span, distance) }) is { } loaded) return loaded;
            }

            throw;
        }
    }

    /// <summary>The same program with its preserved registers changed round.</summary>
    /// <param name="program">The program, encoded.</param>
    /// <param name="distance">By how many each takes the place of another.</param>
    internal static byte[] Rotate(ReadOnlySpan<byte> program, int distance)
    {
        var instructions = InstructionDecoder.Decode(program);
        foreach (ref var instruction in instructions.AsSpan())
        {
            instruction = instruction with
            {
                Destination = Rotate(instruction.Destination, distance),
                // In these it is no register.
                Source = instruction.Opcode is Opcode.Call or Opcode.LoadImmediate64 ? instruction.Source : Rotate(instruction.Source, distance),
            };
        }

        return InstructionEncoder.Encode(instructions);
    }

    private static Register Rotate(Register register, int distance) => register is >= Register.R6 and <= Register.R9
        ? (Register)((int)Register.R6 + ((register - Register.R6 + distance) % Count))
        : register;

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
