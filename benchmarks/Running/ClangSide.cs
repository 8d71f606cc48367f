using System.Buffers.Binary;
using EbpfCat.Benchmarks.Clang;
using EbpfCat.Bytecode;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Benchmarks.Running;

/// <summary>The program as clang compiles it, with maps made from the same declarations as the other side's.</summary>
internal sealed class ClangSide : LoadedSide
{
    private const byte MapAddress = 1; // BPF_PSEUDO_MAP_FD
    private const byte MapValueAddress = 2; // BPF_PSEUDO_MAP_VALUE
    private const MapFlags MemoryMapped = MapFlags.Mappable;

    private readonly ElfObject _object;
    private readonly Dictionary<string, LiveMap> _maps = new(StringComparer.OrdinalIgnoreCase);
    private readonly byte[] _code;

    public ClangSide(ElfObject compiled, Benchmark benchmark)
    {
        _object = compiled;
        _code = [.. _object.Code];
        try
        {
            foreach (var map in benchmark.Define().Maps) _maps.Add(map.Name, LiveMap.Create(map));
            foreach (var relocation in _object.Relocations) Resolve(relocation);
            Descriptor = Bpf.LoadProgram(
                new ProgramLoadOptions { Type = BpfProgramType.Xdp, Instructions = _code, Name = benchmark.Name });
        }
        catch
        {
            foreach (var map in _maps.Values) map.Dispose();
            throw;
        }
    }

    public override ProgramDescriptor Descriptor { get; }

    public override IReadOnlyDictionary<string, LiveMap> Maps => _maps;

    public override Instruction[] Instructions => InstructionDecoder.Decode(_code);

    public override byte[] BytesOf(string variable)
    {
        // What is doubleTagged in the script is double_tagged in C.
        var (_, section, offset) = _object.Variables.First(
            v => v.Name.Replace("_", "", StringComparison.Ordinal)
                .Equals(variable, StringComparison.OrdinalIgnoreCase));
        var value = new byte[_object.DataOf(section).Length];
        Bpf.Lookup(_maps[section].Descriptor, new byte[sizeof(uint)], value);
        return value[offset..(offset + sizeof(ulong))];
    }

    public override void Dispose()
    {
        Descriptor.Dispose();
        foreach (var map in _maps.Values) map.Dispose();
    }

    private void Resolve(Relocation relocation)
    {
        var instruction = _code.AsSpan(relocation.Slot * 8);
        var map = relocation.Map is { } name ? _maps[name] : DataSection(relocation.Section!);
        instruction[1] = (byte)(instruction[1] & 0x0f | (relocation.Map is null ? MapValueAddress : MapAddress) << 4);
        BinaryPrimitives.WriteInt32LittleEndian(instruction[4..], map.Descriptor.Number);
        BinaryPrimitives.WriteInt32LittleEndian(instruction[12..], relocation.Offset);
    }

    private LiveMap DataSection(string section)
    {
        if (_maps.TryGetValue(section, out var made)) return made;
        var data = _object.DataOf(section);
        var map = LiveMap.Create(
            new Map(section, MapType.Array, ScalarType.UInt32, new BytesType(data.Length), 1, MemoryMapped));
        _maps.Add(section, map);
        Bpf.Update(map.Descriptor, new byte[sizeof(uint)], data);
        return map;
    }
}
