using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Benchmarks.Running;

/// <summary>One of the two programs of a pair, in the kernel.</summary>
internal abstract class LoadedSide : IDisposable
{
    private const int PageSize = 4096;

    /// <summary>The program.</summary>
    public abstract ProgramDescriptor Descriptor { get; }

    /// <summary>Its maps by name.</summary>
    public abstract IReadOnlyDictionary<string, LiveMap> Maps { get; }

    /// <summary>The instructions as they were loaded.</summary>
    public abstract Instruction[] Instructions { get; }

    /// <summary>How many slots of eight bytes the instructions take.</summary>
    public int Slots => Instructions.Sum(instruction => instruction.SlotCount);

    /// <summary>The bytes of a variable.</summary>
    public abstract byte[] BytesOf(string variable);

    /// <summary>Runs the program once on a packet.</summary>
    public (uint Verdict, byte[] Packet) Run(byte[] packet)
    {
        var output = new byte[packet.Length + PageSize];
        var result = Bpf.TestRun(Descriptor, new TestRunOptions { Data = packet, DataOut = output });
        return (result.ReturnValue, output[..result.DataLength]);
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
