using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Maps;
using EbpfCat.Programs;

namespace EbpfCat.Benchmarks.Running;

/// <summary>The program as it is compiled here, for an instruction set.</summary>
internal sealed class ScriptSide(Benchmark benchmark, InstructionSet set) : LoadedSide
{
    private readonly LoadedProgram _program = ProgramLoader.Load(
        ProgramCompiler.Compile(benchmark.Define(), new CompilerOptions { InstructionSet = set }));

    public override ProgramDescriptor Descriptor => _program.Descriptor;

    public override IReadOnlyDictionary<string, LiveMap> Maps => _program.Maps;

    public override Instruction[] Instructions => [.. _program.Compiled!.Instructions];

    public override byte[] BytesOf(string variable)
    {
        var live = _program.Variables[variable];
        return live.Type.ToBytes(live.Value);
    }

    public override void Dispose() => _program.Dispose();
}
