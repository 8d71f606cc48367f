using EbpfCat.Benchmarks.Clang;
using EbpfCat.Benchmarks.Running;
using EbpfCat.Bytecode;

namespace EbpfCat.Benchmarks;

/// <summary>A compiler in the table, for an instruction set.</summary>
/// <param name="InstructionSet">The instruction set.</param>
/// <param name="Clang">The C compiler; null for the compiler of this project.</param>
internal sealed record Column(InstructionSet InstructionSet, ClangCompiler? Clang)
{
    /// <summary>Its name in the table.</summary>
    public string Title => Clang?.Command ?? $"EbpfCat {InstructionSet.ToString().ToLowerInvariant()}";

    /// <summary>Its name in the names of files.</summary>
    public string FileName => $"{Clang?.Command ?? "ebpfcat"}.{InstructionSet.ToString().ToLowerInvariant()}";

    /// <summary>Compiles a benchmark.</summary>
    /// <returns>What loads the program, any number of times.</returns>
    public Func<LoadedSide> Compile(Benchmark benchmark)
    {
        if (Clang is null) return () => new ScriptSide(benchmark, InstructionSet);
        var compiled = Clang.Compile(benchmark, InstructionSet);
        return () => new ClangSide(compiled, benchmark);
    }
}
