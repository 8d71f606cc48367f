using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Bytecode;

namespace EbpfCat.Tests.Bytecode;

/// <summary>
/// Gets logs from the running kernel's verifier. Uses only the engine's encoder, so that tests of one layer do not
/// depend on another.
/// </summary>
internal static unsafe partial class Verifier
{
    public const int SocketFilter = 1, Kprobe = 2, SchedCls = 3, Xdp = 6;

    private const int MapCreate = 0, ProgramLoad = 5, BtfLoad = 18;
    private const int AttributesSize = 144;

    private static nint BpfNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    // The offsets below are those of union bpf_attr (linux/bpf.h).
    /// <summary>The log of loading a program, accepted or not.</summary>
    public static string Log(ReadOnlySpan<Instruction> program, int type = SocketFilter, string license = "GPL") =>
        Load(program, type, license).Log;

    /// <summary>Loads a program and unloads it at once.</summary>
    public static (bool Accepted, string Log) Load(
        ReadOnlySpan<Instruction> program, int type = SocketFilter, string license = "GPL",
        int btf = 0, byte[]? functions = null, byte[]? lines = null)
    {
        var code = InstructionEncoder.Encode(program);
        var log = new byte[1 << 16];
        var name = Encoding.ASCII.GetBytes(license + "\0");
        fixed (byte* codeAddress = code, logAddress = log, licenseAddress = name, functionsAddress = functions,
            linesAddress = lines)
        {
            var attributes = stackalloc byte[AttributesSize];
            new Span<byte>(attributes, AttributesSize).Clear();
            *(int*)attributes = type;
            *(int*)(attributes + 4) = code.Length / 8;
            *(byte**)(attributes + 8) = codeAddress;
            *(byte**)(attributes + 16) = licenseAddress;
            *(int*)(attributes + 24) = 2;
            *(int*)(attributes + 28) = log.Length;
            *(byte**)(attributes + 32) = logAddress;
            if (btf > 0)
            {
                *(int*)(attributes + 72) = btf;
                *(int*)(attributes + 76) = 8;
                *(byte**)(attributes + 80) = functionsAddress;
                *(int*)(attributes + 88) = functions!.Length / 8;
                *(int*)(attributes + 92) = 16;
                *(byte**)(attributes + 96) = linesAddress;
                *(int*)(attributes + 104) = lines!.Length / 16;
            }

            return (Call(ProgramLoad, attributes), TextOf(log));
        }
    }

    /// <summary>Loads type information and calls back with its descriptor, or returns the kernel's log.</summary>
    public static string? LoadBtf(ReadOnlySpan<byte> btf, Action<int>? use = null)
    {
        var log = new byte[1 << 16];
        fixed (byte* btfAddress = btf, logAddress = log)
        {
            var attributes = stackalloc byte[AttributesSize];
            new Span<byte>(attributes, AttributesSize).Clear();
            *(byte**)attributes = btfAddress;
            *(byte**)(attributes + 8) = logAddress;
            *(int*)(attributes + 16) = btf.Length;
            *(int*)(attributes + 20) = log.Length;
            *(int*)(attributes + 24) = 1;
            return Call(BtfLoad, attributes, 32, use) ? null : TextOf(log) + "(refused)";
        }
    }

    /// <summary>Whether the kernel creates a map with these types.</summary>
    public static bool AcceptsMap(int type, int keySize, int valueSize, int flags, int btf, int keyId, int valueId)
    {
        var attributes = stackalloc byte[AttributesSize];
        new Span<byte>(attributes, AttributesSize).Clear();
        ReadOnlySpan<int> values = [type, keySize, valueSize, 4, flags];
        values.CopyTo(new Span<int>(attributes, 5));
        *(int*)(attributes + 48) = btf;
        *(int*)(attributes + 52) = keyId;
        *(int*)(attributes + 56) = valueId;
        return Call(MapCreate, attributes, 72);
    }

    /// <summary>The log's text of the instruction in a slot, without the register state.</summary>
    public static string? Line(string log, int slot)
    {
        var start = $"{slot}: (";
        var line = log.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
        return line?[(line.IndexOf(')') + 1)..].Split(';')[0].Trim();
    }

    private static bool Call(int command, byte* attributes, int size = AttributesSize, Action<int>? use = null)
    {
        var fd = (int)SystemCall(BpfNumber, command, attributes, size);
        if (fd < 0)
            return false;
        try
        {
            use?.Invoke(fd);
        }
        finally
        {
            _ = Close(fd);
        }

        return true;
    }

    private static string TextOf(byte[] log) =>
        Encoding.UTF8.GetString(log.AsSpan(0, Math.Max(0, log.IndexOf((byte)0))));

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint command, byte* attributes, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
