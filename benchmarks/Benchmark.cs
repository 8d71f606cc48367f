using EbpfCat.Benchmarks.Packets;
using EbpfCat.Language;
using EbpfCat.Maps;

namespace EbpfCat.Benchmarks;

/// <summary>A program written twice: in the kernel script's language, and in C (the file <c>C/NAME.c</c>).</summary>
internal abstract class Benchmark
{
    /// <summary>A reason for <see cref="WhereClangWins"/>: IPv4 and IPv6 behind VLAN tags.</summary>
    protected const string Tags =
        "the script has a path for untagged packets and one for tags, which converts each EtherType from network " +
        "byte order before it compares it; the C compares it as it is.";

    /// <summary>A reason for <see cref="WhereClangWins"/>: TCP and UDP behind extension headers.</summary>
    protected const string TagsAndExtensions =
        Tags + " After each extension header, the script bounds the position for the verifier.";

    /// <summary>Its name, and that of the C file.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, for the table.</summary>
    public abstract string Title { get; }

    /// <summary>Why clang's code is shorter or quicker; shown where it is.</summary>
    public virtual string? WhereClangWins => null;

    /// <summary>The packet that is timed.</summary>
    public abstract byte[] Packet { get; }

    /// <summary>Packets beside <see cref="Corpus"/> on which both must do the same.</summary>
    public virtual IEnumerable<byte[]> Packets => [];

    /// <summary>
    /// A byte of the packet that is set to a value before each timed run, because the program changes it: so each run
    /// takes the same way.
    /// </summary>
    public virtual (int Offset, byte Value)? Restored => null;

    /// <summary>Bytes of a map's values that hold times, which differ from run to run.</summary>
    public virtual Range TimesIn(string map) => default;

    /// <summary>The program.</summary>
    public ProgramDefinition Define()
    {
        var program = new ProgramDefinition(Name, ProgramType.Xdp);
        Write(program, program.Code);
        return program;
    }

    /// <summary>Puts into the maps what the program is to find there.</summary>
    public virtual void Prepare(IReadOnlyDictionary<string, LiveMap> maps)
    {
    }

    /// <summary>Writes the program.</summary>
    protected abstract void Write(ProgramDefinition program, CodeBuilder code);
}
