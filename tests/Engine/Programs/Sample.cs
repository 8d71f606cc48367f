using EbpfCat.Binding;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Programs;

/// <summary>Programs assembled by hand, to test loading separately.</summary>
internal static class Sample
{
    public const string File = "/tmp/sample.ps1";

    public static CompiledProgram Of(
        ProgramDefinition definition,
        Instruction[] code,
        Map[]? maps = null,
        MapReference[]? references = null,
        VariableLocation[]? variables = null,
        SourceLine[]? lines = null) => new()
        {
            Definition = definition,
            Instructions = code,
            Maps = maps ?? [],
            MapReferences = references ?? [],
            Variables = variables ?? [],
            Lines = lines ?? [],
            Functions = [new FunctionStart(0, definition.Name, 1)],
            InstructionSet = InstructionSet.V3,
        };

    /// <summary>Returns only a verdict.</summary>
    public static CompiledProgram Return(int verdict, string name = "sample", ProgramType type = ProgramType.Xdp) =>
        Of(new ProgramDefinition(name, type),
            [Instruction.MoveImmediate(Width.W64, Register.R0, verdict), Instruction.Exit()]);

    /// <summary>Counts runs in the variable <c>packets</c>, next to <c>other</c>; returns Pass.</summary>
    public static CompiledProgram Counter(
        VariableStorage storage = VariableStorage.Array, string name = "counter", object? initialValue = null,
        int verdict = 2)
    {
        var definition = new ProgramDefinition(name, ProgramType.Xdp);
        var packets = definition.AddVariable("packets", ScalarType.UInt64, storage, initialValue).Variable;
        var other = definition.AddVariable("other", ScalarType.UInt32, storage, 7).Variable;
        Map map = storage switch
        {
            VariableStorage.Array =>
                new(".data", MapType.Array, ScalarType.UInt32, new BytesType(16), 1, MapFlags.Mappable),
            VariableStorage.PerCpu => new(".percpu", MapType.PerCpuArray, ScalarType.UInt32, new BytesType(16), 1),
            _ => new(".hash", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 2),
        };
        VariableLocation[] places = storage == VariableStorage.Hash
            ? [new(packets, 0, 0, 0), new(other, 0, 1, 0)]
            : [new(packets, 0, 0, 8), new(other, 0, 0, 4)];
        return storage == VariableStorage.Array
            ? Of(definition, Direct(verdict), [map], [new(0, 0)], places)
            : Of(definition, ByLookup(places[0].Offset), [map], [new(3, 0)], places);
    }

    private static Instruction[] Direct(int verdict) =>
    [
        Instruction.LoadMapValue(Register.R1, 0, 8),
        Instruction.MoveImmediate(Width.W64, Register.R2, 1),
        Instruction.Atomic(AtomicOperation.Add, MemorySize.Double, Register.R1, 0, Register.R2),
        Instruction.MoveImmediate(Width.W64, Register.R0, verdict),
        Instruction.Exit(),
    ];

    private static Instruction[] ByLookup(int offset) =>
    [
        Instruction.StoreImmediate(MemorySize.Word, Register.R10, -4, 0),
        Instruction.Move(Width.W64, Register.R2, Register.R10),
        Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R2, -4),
        Instruction.LoadMap(Register.R1, 0),
        Instruction.Call(1),
        Instruction.JumpImmediate(JumpOperation.Eq, Width.W64, Register.R0, 0, 3),
        Instruction.Load(MemorySize.Double, Register.R1, Register.R0, (short)offset),
        Instruction.AluImmediate(AluOperation.Add, Width.W64, Register.R1, 1),
        Instruction.Store(MemorySize.Double, Register.R0, (short)offset, Register.R1),
        Instruction.MoveImmediate(Width.W64, Register.R0, 2),
        Instruction.Exit(),
    ];
}
