using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>Programs small enough to write as bytes.</summary>
internal static class Programs
{
    /// <summary>r0 = value; exit.</summary>
    public static byte[] Return(int value) =>
        [0xb7, 0, 0, 0, .. BitConverter.GetBytes(value), 0x95, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>r0 = r1 without exit: the verifier refuses it.</summary>
    public static byte[] Unfinished => [0xbf, 0x10, 0, 0, 0, 0, 0, 0];

    public static ProgramDescriptor Load(BpfProgramType type, int result, string name = "test") =>
        Bpf.LoadProgram(new ProgramLoadOptions { Type = type, Instructions = Return(result), Name = name });
}
