using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

/// <summary>The state of a program between packets: its shared variables and its maps.</summary>
internal sealed class ReferenceState
{
    private readonly Dictionary<Variable, byte[]> _variables = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Map, ReferenceMap> _maps = new(ReferenceEqualityComparer.Instance);

    /// <summary>The state of a program just loaded.</summary>
    public ReferenceState(ProgramDefinition program)
    {
        foreach (var variable in program.Variables)
        {
            _variables[variable] = variable.InitialValue is { } initial
                ? variable.Type.ToBytes(initial)
                : new byte[variable.Type.Size];
        }

        foreach (var map in program.Maps) _maps[map] = new ReferenceMap(map);
    }

    /// <summary>The memory of a variable; of one kept for each processor, that of this one.</summary>
    public byte[] this[Variable variable] => _variables[variable];

    /// <summary>The entries of a map.</summary>
    public ReferenceMap this[Map map] => _maps[map];
}
