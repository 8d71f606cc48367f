using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Programs written with operators, run once in the kernel.</summary>
internal static class Script
{
    /// <summary>Ethernet, IPv4 from 10.77.0.2 to 10.77.0.1, UDP to port 53: 64 bytes.</summary>
    public static byte[] Packet()
    {
        var packet = new byte[64];
        (packet[12], packet[14], packet[17], packet[22], packet[23]) = (8, 0x45, 50, 64, 17);
        ((byte[])[10, 77, 0, 2, 10, 77, 0, 1]).CopyTo(packet, 26);
        packet[37] = 53;
        return packet;
    }

    /// <summary>A program of type XDP.</summary>
    public static ProgramDefinition Define(string name = "script") => new(name, ProgramType.Xdp);

    /// <summary>Loads a program.</summary>
    public static LoadedProgram Load(ProgramDefinition definition, Action<CodeBuilder> code) =>
        EbpfProgram.Load(definition.AddCode(code));

    /// <summary>Loads a program and runs it. The caller disposes it.</summary>
    public static LoadedProgram Run(
        ProgramDefinition definition, Action<CodeBuilder> code, byte[]? packet = null, int repeat = 1)
    {
        var program = Load(definition, code);
        program.TestRun(packet ?? Packet(), repeat);
        return program;
    }

    /// <summary>The value that code assigns to a variable of a type.</summary>
    public static object? Value(EbpfType type, Func<ProgramDefinition, Expression> value, byte[]? packet = null)
    {
        var definition = Define();
        var result = definition.AddVariable("result", type);
        using var program = Run(definition, c => c.Assign(result, value(definition)), packet);
        return program.Variables["result"].Value;
    }

    /// <summary>The value of an expression as a signed 64-bit number.</summary>
    public static long Number(Func<ProgramDefinition, Expression> value, byte[]? packet = null) =>
        (long)Value(ScalarType.Int64, value, packet)!;

    /// <summary>The verdict, and the packet after the run.</summary>
    public static ProgramRun Verdict(ProgramDefinition definition, Action<CodeBuilder> code, byte[]? packet = null)
    {
        using var program = Load(definition, code);
        return program.TestRun(packet ?? Packet());
    }
}
