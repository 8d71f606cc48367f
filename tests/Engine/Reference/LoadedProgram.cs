using EbpfCat.Binding;
using EbpfCat.Btf;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Tests.Reference;

/// <summary>A compiled program in the kernel with its maps, loaded with only what the tests need.</summary>
internal sealed class LoadedProgram : IDisposable
{
    private const int LargestPacket = 512;
    private const int EthernetHeader = 14;

    private readonly CompiledProgram _compiled;
    private readonly MapDescriptor[] _maps;
    private readonly ProgramDescriptor _program;
    private readonly byte[] _functions = [];
    private readonly byte[] _packetOut = new byte[LargestPacket];

    /// <summary>Creates the maps, sets the initial values of the variables, and loads the program.</summary>
    public LoadedProgram(CompiledProgram compiled, VerifierLog? log = null)
    {
        _compiled = compiled;
        _maps = new MapDescriptor[compiled.Maps.Count];
        try
        {
            for (var i = 0; i < _maps.Length; i++) _maps[i] = Create(compiled.Maps[i]);
            foreach (var location in compiled.Variables) Initialize(location);
            using var types = compiled.Functions.Count > 1 ? DescribeFunctions(out _functions) : null;
            _program = JitRetry.Load(new ProgramLoadOptions
            {
                Btf = types,
                FunctionInfo = _functions,
                Type = (BpfProgramType)compiled.Definition.Type,
                Name = compiled.Definition.Name,
                Instructions = InstructionEncoder.Encode(Patched()),
                Log = log,
            });
        }
        catch
        {
            CloseMaps();
            throw;
        }
    }

    /// <summary>Runs the program on a packet.</summary>
    public EvaluationResult Run(byte[] packet)
    {
        // In a test run a socket filter sees the packet after the first Ethernet header.
        var hidden = _compiled.Definition.Type == ProgramType.SocketFilter ? EthernetHeader : 0;
        byte[] data = hidden > 0 ? [.. new byte[hidden], .. packet] : packet;
        var result = Bpf.TestRun(_program, new TestRunOptions { Data = data, DataOut = _packetOut });
        return new EvaluationResult(result.ReturnValue, _packetOut[hidden..result.DataLength]);
    }

    /// <summary>The bytes of a variable; of a per-CPU variable those of the given processor.</summary>
    public byte[] Read(Variable variable, int processor)
    {
        var location = _compiled.Variables.First(l => ReferenceEquals(l.Variable, variable));
        var map = _maps[location.Map];
        var value = new byte[map.ValueSize];
        // A variable in a hash is zero until it is first written.
        if (!Bpf.Lookup(map, BitConverter.GetBytes(location.Key), value)) return new byte[variable.Type.Size];
        var start = location.Offset +
            (MapDescriptor.IsPerCpu(map.Type) ? processor * map.ValueSize / Processors.Possible.Count : 0);
        return value[start..(start + variable.Type.Size)];
    }

    /// <summary>The entries of a map; of a per-CPU map with the values of the given processor.</summary>
    public Dictionary<byte[], byte[]> Read(Map map, int processor)
    {
        var descriptor = Descriptor(map);
        var entries = new Dictionary<byte[], byte[]>(ByteArrayComparer.Instance);
        var value = new byte[descriptor.ValueSize];
        var size = map.Value!.Size;
        var start = MapDescriptor.IsPerCpu(descriptor.Type)
            ? processor * descriptor.ValueSize / Processors.Possible.Count : 0;
        byte[] key = [];
        var next = new byte[descriptor.KeySize];
        while (Bpf.GetNextKey(descriptor, key, next))
        {
            key = [.. next];
            if (Bpf.Lookup(descriptor, key, value)) entries[key] = value[start..(start + size)];
        }

        return entries;
    }

    /// <summary>Empties a queue or stack and gives its values, the next one first.</summary>
    public List<byte[]> Drain(Map map)
    {
        var values = new List<byte[]>();
        var value = new byte[map.Value!.Size];
        while (Bpf.LookupAndDelete(Descriptor(map), [], value)) values.Add([.. value]);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _program.Dispose();
        CloseMaps();
    }

    // Only a program with BTF can pass the address of a function to a helper.
    private BtfDescriptor DescribeFunctions(out byte[] functions)
    {
        var builder = new BtfBuilder();
        EbpfCat.Programs.ProgramLoader.DescribeCode(_compiled, builder);
        functions = builder.FunctionInfo;
        return Bpf.LoadBtf(builder.ToBytes());
    }

    private void CloseMaps()
    {
        foreach (var map in _maps) map?.Dispose();
    }

    private MapDescriptor Descriptor(Map map) =>
        _maps[Enumerable.Range(0, _maps.Length).First(i => ReferenceEquals(_compiled.Maps[i], map))];

    private static MapDescriptor Create(Map map) => Bpf.CreateMap(new MapCreateOptions
    {
        Type = (BpfMapType)map.Type,
        Name = map.Name,
        KeySize = map.Key?.Size ?? 0,
        ValueSize = map.Value?.Size ?? 0,
        MaxEntries = (uint)map.MaxEntries,
        Flags = (BpfMapFlags)map.Flags,
    });

    private void Initialize(VariableLocation location)
    {
        if (location.Variable.InitialValue is not { } initial) return;
        var map = _maps[location.Map];
        var key = BitConverter.GetBytes(location.Key);
        var value = new byte[map.ValueSize];
        Bpf.Lookup(map, key, value);
        var processors = MapDescriptor.IsPerCpu(map.Type) ? Processors.Possible.Count : 1;
        for (var i = 0; i < processors; i++)
        {
            location.Variable.Type.Write(initial, value.AsSpan((i * value.Length / processors) + location.Offset));
        }

        Bpf.Update(map, key, value);
    }

    private Instruction[] Patched()
    {
        Instruction[] instructions = [.. _compiled.Instructions];
        foreach (var reference in _compiled.MapReferences)
        {
            ref var instruction = ref instructions[reference.Instruction];
            var number = (uint)_maps[reference.Map].Number;
            instruction = instruction with { Immediate = (instruction.Immediate & ~0xffffffffL) | number };
        }

        return instructions;
    }
}
