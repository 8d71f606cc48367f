namespace EbpfCat.Language;

/// <summary>A program as its author wrote it: not yet compiled, not yet in the kernel.</summary>
/// <example>
/// Counts the packets of each source:
/// <code>
/// var program = new ProgramDefinition("count", ProgramType.Xdp);
/// var sources = program.AddMap("sources", MapType.LruHash, AddressType.IPv4, ScalarType.UInt64, maxEntries: 4096);
/// program.AddCode(code => code
///     .If(Packet.IPv4, then => then.Increment(sources[Packet.IPv4.Source]))
///     .Return("Pass"));
/// </code>
/// </example>
public sealed class ProgramDefinition(string name, ProgramType type)
{
    private Dictionary<string, object> _declarations = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string> _parts = new(StringComparer.OrdinalIgnoreCase);
    private List<Variable> _variables = [];
    private List<Map> _maps = [];
    private List<PacketVariable> _packetVariables = [];
    private List<Function> _functions = [];
    private List<Statement> _body = [];

    /// <summary>Its name. The kernel shows the first 15 characters.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The program type.</summary>
    public ProgramType Type { get; private set; } = type;

    /// <summary>Its license: helpers marked so may be called only by one compatible with the GPL.</summary>
    public string License { get; set; } = "GPL";

    /// <summary>The kernel version that kprobes of kernels before 5.0 ask for; 0 elsewhere.</summary>
    public int KernelVersion { get; set; }

    /// <summary>A packet with fewer bytes takes the default action, before any statement runs; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int MinimumPacketSize
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>
    /// The largest packet that an XDP program must take, in bytes; 0 for one that fits into one buffer. A larger one
    /// lies in several (Linux 5.18): the program is then loaded for these, unless it writes beyond the first.
    /// </summary>
    public int MaximumPacketSize { get; set; }

    /// <summary>
    /// The verdict if the code gives none or the packet is too short, by name or number; null for the default of the
    /// type.
    /// </summary>
    public object? DefaultAction { get; set; }

    /// <summary>What the program is attached to (a tracepoint, a function), where its type needs that.</summary>
    public string? Target { get; set; }

    /// <summary>The point of attachment, for types with several (<c>HookTable</c>); null for the default.</summary>
    public ProgramHook? Hook { get; set; }

    /// <summary>
    /// What a program of type <see cref="ProgramType.Kprobe"/> is put on; null for a uprobe where <see cref="Target"/>
    /// has a colon or slash in it, else a kprobe.
    /// </summary>
    public ProbeKind? Probe { get; set; }

    /// <summary>The kind of buffer for the output.</summary>
    public EventBuffer Buffer { get; set; }

    /// <summary>
    /// How large that is in bytes, of a perf event array for each processor: it is rounded up to a power of two. 0 for
    /// <see cref="DefaultBufferSize"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int BufferSize
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>The default size of the buffer for output, in bytes.</summary>
    public const int DefaultBufferSize = 256 * 1024;

    /// <summary>The shared variables, in order of declaration.</summary>
    public IReadOnlyList<Variable> Variables => _variables;

    /// <summary>The maps, in order of declaration.</summary>
    public IReadOnlyList<Map> Maps => _maps;

    /// <summary>The packet variables, in order of declaration.</summary>
    public IReadOnlyList<PacketVariable> PacketVariables => _packetVariables;

    /// <summary>The functions.</summary>
    public IReadOnlyList<Function> Functions => _functions;

    /// <summary>The statements.</summary>
    public IReadOnlyList<Statement> Body => _body;

    /// <summary>Declares a shared variable.</summary>
    /// <returns>The variable as an expression, to compute with and to assign to.</returns>
    /// <exception cref="CompileException">The name is taken.</exception>
    /// <exception cref="TypeConversionException">The initial value does not fit the type.</exception>
    public VariableExpression AddVariable(
        string name, EbpfType type, VariableStorage storage = VariableStorage.Array, object? initialValue = null) =>
        AddVariable(new Variable(name, type, storage, initialValue));

    /// <summary>Declares a shared variable.</summary>
    /// <exception cref="CompileException">The name is taken.</exception>
    /// <exception cref="TypeConversionException">The initial value does not fit the type.</exception>
    public VariableExpression AddVariable(Variable variable)
    {
        // A value that does not fit is an error of the declaration, not of loading.
        if (variable.InitialValue is { } initial) _ = variable.Type.ToBytes(initial);
        Declare(variable.Name, variable);
        _variables.Add(variable);
        return variable.Expression;
    }

    /// <summary>Declares a map.</summary>
    /// <exception cref="CompileException">The name is taken.</exception>
    public Map AddMap(
        string name, MapType type, EbpfType? key, EbpfType? value, int maxEntries, MapFlags flags = MapFlags.None) =>
        AddMap(new Map(name, type, key, value, maxEntries, flags));

    /// <summary>Declares a map.</summary>
    /// <exception cref="CompileException">The name is taken.</exception>
    public Map AddMap(Map map)
    {
        Declare(map.Name, map);
        _maps.Add(map);
        return map;
    }

    /// <summary>Declares a packet variable.</summary>
    /// <exception cref="CompileException">The name is taken.</exception>
    /// <param name="offset">Its offset from the start of the packet in bytes.</param>
    /// <param name="type">The type of its bytes.</param>
    /// <param name="bitOffset">The least significant bit of a bit field in that type.</param>
    /// <param name="bitCount">The number of bits of a bit field; 0 for all of the type.</param>
    /// <returns>The variable as an expression, to compute with and to assign to.</returns>
    public PacketVariableExpression AddPacketVariable(string name, int offset, EbpfType type, int bitOffset = 0,
        int bitCount = 0)
    {
        if ((bitOffset, bitCount) == (0, 0)) return AddPacketVariable(new PacketVariable(name, offset, type));
        try
        {
            if (type is ScalarType { BitCount: 0 } scalar)
                return AddPacketVariable(new PacketVariable(name, offset, scalar.WithBits(bitOffset, bitCount)));
        }
        catch (FormatException)
        {
        }

        throw new CompileException(DiagnosticIds.InvalidBitField,
            $"'{name}' has no bits {bitOffset} to {bitOffset + bitCount - 1} of {type.Name}.", null,
            $"Count them from 0, the least significant, to {type.Size * 8 - 1}.");
    }

    internal PacketVariableExpression AddPacketVariable(PacketVariable variable)
    {
        Declare(variable.Name, variable);
        _packetVariables.Add(variable);
        return new PacketVariableExpression(variable);
    }

    /// <summary>A copy of the definition with another target.</summary>
    public ProgramDefinition WithTarget(string target)
    {
        var copy = Copy();
        copy.Target = target;
        return copy;
    }

    /// <summary>A copy of the definition with another hook.</summary>
    public ProgramDefinition WithHook(ProgramHook hook)
    {
        var copy = Copy();
        copy.Hook = hook;
        return copy;
    }

    /// <summary>A copy with the same declarations and code, for another type and without hook and target.</summary>
    public ProgramDefinition WithType(ProgramType type)
    {
        var copy = Copy();
        (copy.Type, copy.Hook, copy.Target, copy.Probe) = (type, null, null, null);
        return copy;
    }

    /// <summary>A definition of its own that says the same; both share their declarations and statements.</summary>
    public ProgramDefinition Copy()
    {
        var copy = (ProgramDefinition)MemberwiseClone();
        copy._declarations = new Dictionary<string, object>(_declarations, _declarations.Comparer);
        copy._parts = new HashSet<string>(_parts, _parts.Comparer);
        copy._variables = [.. _variables];
        copy._maps = [.. _maps];
        copy._packetVariables = [.. _packetVariables];
        copy._functions = [.. _functions];
        copy._body = [.. _body];
        return copy;
    }

    /// <summary>Writes further statements, with operators on expression objects.</summary>
    public CodeBuilder Code => new(_body);

    /// <summary>Adds statements, written with operators on expression objects.</summary>
    public ProgramDefinition AddCode(Action<CodeBuilder> write)
    {
        write(Code);
        return this;
    }

    /// <summary>Adds a function that statements of this program call.</summary>
    public Function AddFunction(Function function)
    {
        _functions.Add(function);
        return function;
    }

    /// <summary>Adds a function. Its code gets the parameters, whose types are those of the first call.</summary>
    public Function AddFunction(
        string name, IReadOnlyList<string> parameters, Action<CodeBuilder, IReadOnlyList<LocalExpression>> write)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(write);
        LocalExpression[] locals = [.. parameters.Select(parameter => CodeBuilder.Local(parameter))];
        return AddFunction(new Function(name, [.. locals.Select(one => one.Local)], code => write(code, locals)));
    }

    /// <summary>Adds statements behind those there are.</summary>
    public void Append(params IEnumerable<Statement> statements) => _body.AddRange(statements);

    /// <summary>Adds a statement before those there are.</summary>
    public void Prepend(Statement statement) => _body.Insert(0, statement);

    /// <summary>The names of everything declared.</summary>
    public IEnumerable<string> DeclaredNames => _declarations.Keys;

    /// <summary>The variable, map or packet variable of a name, or null; case does not count.</summary>
    public object? FindDeclaration(string name) => _declarations.GetValueOrDefault(name);

    /// <summary>The first assignment to a local of a name in the code so far, or null; case does not count.</summary>
    public AssignStatement? FindAssignment(string local) => StatementWalker.All(this).OfType<AssignStatement>()
        .FirstOrDefault(one => one.Target is LocalExpression { Local.Name: var name }
            && name.Equals(local, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether there is a part of a name, such as <c>left</c> where there is a variable <c>left.count</c>.
    /// </summary>
    public bool HasPart(string name) => _parts.Contains(name);

    /// <summary>
    /// Names a part of the program, which has variables and functions with names such as <c>left.count</c>.
    /// </summary>
    /// <exception cref="CompileException">A variable, map or packet variable has the name.</exception>
    public void AddPart(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // A field of a variable is written like a variable of a part.
        foreach (var part in PartsOf(name).Append(name)) Require(!_declarations.ContainsKey(part), part);
        _parts.UnionWith(PartsOf(name).Append(name));
    }

    private void Declare(string name, object declaration)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Require(!_declarations.ContainsKey(name) && !HasPart(name), name);
        if (PartsOf(name).LastOrDefault() is { } part) AddPart(part);
        _declarations.Add(name, declaration);
    }

    private void Require(bool isFree, string name)
    {
        if (isFree) return;
        throw new CompileException(DiagnosticIds.DuplicateName, $"The program '{Name}' has a '{name}' already.", null,
            "Give every variable, map, packet variable and part a name of its own; case does not count.");
    }

    // The parts of a.b.c are a and a.b. The names of the compiler's maps begin with a dot.
    private static IEnumerable<string> PartsOf(string name)
    {
        for (var dot = name.IndexOf('.', 1); dot > 0; dot = name.IndexOf('.', dot + 1)) yield return name[..dot];
    }
}
