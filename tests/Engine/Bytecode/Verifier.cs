using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Bytecode;

namespace EbpfCat.Tests.Bytecode;

/// <summary>The running kernel's verifier, asked for its log alone. Uses no part of the engine but the encoder.</summary>
internal static unsafe partial class Verifier
{
    public const int SocketFilter = 1, Kprobe = 2, SchedCls = 3, Tracepoint = 5, Xdp = 6, PerfEvent = 7;

    /// <summary>The log of loading a program; whether the verifier accepts it does not matter here.</summary>
    public static string Log(ReadOnlySpan<Instruction> program, int type = SocketFilter, string license = "GPL")
    {
        var code = InstructionEncoder.Encode(program);
        var log = new byte[1 << 16];
        var name = Encoding.ASCII.GetBytes(license + "\0");
        fixed (byte* codeAddress = code, logAddress = log, licenseAddress = name)
        {
            var attributes = stackalloc byte[128];
            new Span<byte>(attributes, 128).Clear();
            *(int*)attributes = type;
            *(int*)(attributes + 4) = code.Length / 8;
            *(byte**)(attributes + 8) = codeAddress;
            *(byte**)(attributes + 16) = licenseAddress;
            *(int*)(attributes + 24) = 2;
            *(int*)(attributes + 28) = log.Length;
            *(byte**)(attributes + 32) = logAddress;
            var fd = (int)SystemCall(BpfNumber, 5, attributes, 128);
            if (fd >= 0)
                _ = Close(fd);
        }
        return Encoding.UTF8.GetString(log.AsSpan(0, Math.Max(0, log.IndexOf((byte)0))));
    }

    /// <summary>What the log says of the instruction in a slot, without the state behind it.</summary>
    public static string? Line(string log, int slot)
    {
        var start = $"{slot}: (";
        var line = log.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
        return line?[(line.IndexOf(')') + 1)..].Split(';')[0].Trim();
    }

    private static nint BpfNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint command, byte* attributes, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
