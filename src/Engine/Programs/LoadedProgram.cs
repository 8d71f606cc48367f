namespace EbpfCat.Programs;

/// <summary>
/// A program in the kernel with its maps and variables. Disposing closes them; the kernel frees those that no
/// attachment, descriptor or pin holds.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed partial class LoadedProgram : IDisposable
{
    private const int EthernetHeader = 14;

    private readonly Lazy<ProgramInfo> _info;
    private readonly NamedObjects<LiveMap> _maps;
    private readonly NamedObjects<LiveVariable> _variables;
    private readonly IDisposable? _recording;

    internal LoadedProgram(
        ProgramDescriptor descriptor, string name, ProgramType type, IReadOnlyList<LiveMap> maps,
        IReadOnlyList<LiveVariable> variables, CompiledProgram? compiled = null, string? log = null)
    {
        Descriptor = descriptor;
        Name = name;
        Type = type;
        Maps = _maps = ByName($"The program '{name}' has no map", maps, map => map.Name);
        Variables = _variables = ByName($"The program '{name}' has no variable", variables, variable => variable.Name);
        Compiled = compiled;
        Log = log;
        _info = new(() => Bpf.GetProgramInfo(Descriptor));
        if (Stacks is not null) _recording = MappingRecorder.Use();
    }

    /// <summary>The compiled program; null if another process loaded it.</summary>
    public CompiledProgram? Compiled { get; }

    /// <summary>The program as its author wrote it; null if another process loaded it.</summary>
    public ProgramDefinition? Definition => Compiled?.Definition;

    /// <summary>
    /// The name as declared; its first 15 characters for a program without type information opened by id or pin.
    /// </summary>
    public string Name { get; }

    /// <summary>The program type.</summary>
    public ProgramType Type { get; }

    /// <summary>The number that the kernel knows it by, unique as long as it lives.</summary>
    public uint Id => _info.Value.Id;

    /// <summary>The kernel's hash of the instructions: 16 hexadecimal digits.</summary>
    public string Tag => _info.Value.Tag;

    /// <summary>
    /// The number of instructions in slots of eight bytes: as loaded, or for a program opened by id or pin as the
    /// verifier left them.
    /// </summary>
    public int InstructionCount => Compiled?.SlotCount ?? _info.Value.InstructionSize / 8;

    /// <summary>Whether it takes XDP packets of several buffers (Linux 5.18).</summary>
    public bool HasFragments => Compiled is { HasFragments: true };

    /// <summary>Why it takes no packets of several buffers: a clause.</summary>
    internal string FragmentObstacle => Definition is not { } definition
        ? "another process loaded it"
        : KernelFacts.Since(BpfProgramFlags.XdpHasFragments) is { } since && KernelFacts.RunningVersion < since
            ? $"that needs Linux {since}"
            : PacketNeeds.FragmentObstacle(definition) ?? "it was loaded for smaller packets (MaximumPacketSize)";

    /// <summary>The attach type it was loaded for; none if another process loaded it.</summary>
    internal BpfAttachType AttachType { get; init; }

    /// <summary>The open file descriptor, owned by this; closed once this is disposed.</summary>
    public SafeHandle Handle => Descriptor;

    internal ProgramDescriptor Descriptor { get; }

    /// <summary>
    /// The maps by name, without regard to case. The names of those with variables and events begin with a dot.
    /// </summary>
    public IReadOnlyDictionary<string, LiveMap> Maps { get; }

    /// <summary>The map of the stacks that it takes; null where it takes none.</summary>
    public LiveMap? Stacks => Maps.GetValueOrDefault(".stacks");

    /// <summary>The shared variables by name, without regard to case.</summary>
    public IReadOnlyDictionary<string, LiveVariable> Variables { get; }

    /// <summary>
    /// The buffer of the output, if it is a perf event array: open as long as the program, since what a program puts
    /// into one without a reader is lost. Null for a ring buffer, which any reader opens.
    /// </summary>
    internal PerfBufferReader? Output { get; init; }

    /// <summary>The verifier's log, where <see cref="LoadOptions.LogLevel"/> asked for it.</summary>
    public string? Log { get; }

    /// <summary>Opens a program in the kernel, of any process, with its maps.</summary>
    /// <exception cref="KernelException">ENOENT: there is none, or no longer.</exception>
    public static LoadedProgram FromId(uint id) => Open(Bpf.GetProgram(id));

    /// <summary>A map with keys and values of .NET types.</summary>
    /// <param name="name">The name of the map, without regard to case.</param>
    /// <exception cref="KeyNotFoundException">The program has no such map; the message names the nearest.</exception>
    /// <exception cref="ArgumentException">A .NET type does not stand for the keys or values.</exception>
    /// <example>
    /// <code>
    /// var packets = loaded.Map&lt;IPAddress, ulong&gt;("sources")[IPAddress.Loopback];
    /// </code>
    /// </example>
    public LiveMap<TKey, TValue> Map<
        [DynamicallyAccessedMembers(NetStructs.Fields)] TKey, [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>(
        string name)
        where TKey : notnull => _maps.Get(name).As<TKey, TValue>();

    /// <summary>A map of this program's definition.</summary>
    /// <example>
    /// <code>
    /// var sources = definition.AddMap&lt;IPAddress, ulong&gt;("sources", MapType.LruHash, 4096);
    /// using var program = EbpfProgram.Load(definition);
    /// foreach (var (source, packets) in program.Map(sources)) Console.WriteLine($"{source} {packets}");
    /// </code>
    /// </example>
    public LiveMap<TKey, TValue> Map<
        [DynamicallyAccessedMembers(NetStructs.Fields)] TKey, [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>(
        Map<TKey, TValue> map)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(map);
        return Map<TKey, TValue>(map.Name);
    }

    /// <summary>A shared variable of this program's definition.</summary>
    /// <example>
    /// <code>
    /// var packets = definition.AddVariable&lt;ulong&gt;("packets");
    /// using var program = EbpfProgram.Load(definition);
    /// Console.WriteLine(program.Variable(packets).Value);
    /// </code>
    /// </example>
    public LiveVariable<T> Variable<[DynamicallyAccessedMembers(NetStructs.Fields)] T>(VariableExpression<T> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return Variable<T>(variable.Variable.Name);
    }

    /// <summary>A shared variable of a .NET type.</summary>
    /// <param name="name">The name of the variable, without regard to case.</param>
    /// <exception cref="KeyNotFoundException">
    /// The program has no such variable; the message names the nearest.
    /// </exception>
    /// <exception cref="ArgumentException">The .NET type does not stand for the variable's values.</exception>
    public LiveVariable<T> Variable<[DynamicallyAccessedMembers(NetStructs.Fields)] T>(string name) =>
        _variables.Get(name).As<T>();

    /// <summary>Runs the program on a packet, without attaching it (BPF_PROG_TEST_RUN, Linux 4.12).</summary>
    /// <param name="packet">
    /// The packet from its Ethernet header on, at least 14 bytes; empty for program types that see none.
    /// </param>
    /// <param name="repeat">How often. Runs after the first get the packet as the one before left it.</param>
    /// <exception cref="KernelException">
    /// ENOTSUPP: programs of this type cannot be test-run. EINVAL: the packet is too short. EMSGSIZE: it is too long;
    /// the message gives the limit.
    /// </exception>
    /// <example>
    /// <code>
    /// var run = loaded.TestRun(new byte[64], repeat: 1000);
    /// Console.WriteLine($"{run.Verdict} in {run.NanosecondsPerRun} ns");
    /// </code>
    /// </example>
    public ProgramRun TestRun(ReadOnlySpan<byte> packet, int repeat = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeat);
        // A socket filter is run without the Ethernet header, though a packet socket shows it that: so it gets two.
        var header = packet[..Math.Min(packet.Length, EthernetHeader)];
        var skipped = Type == ProgramType.SocketFilter ? header.Length : 0;
        byte[] input = skipped == 0 ? packet.ToArray() : [.. header, .. packet];
        // A program may add to the packet at both ends, within its page.
        var output = new byte[packet.IsEmpty ? 0 : input.Length + Environment.SystemPageSize];
        var result = TestRunLimits.Run(
            this, packet.Length, new TestRunOptions { Data = input, DataOut = output, Repeat = (uint)repeat });
        // To those of control groups the kernel shows no header, and gives zeros back in its place.
        if (Type == ProgramType.CgroupSkb) header.CopyTo(output);
        var verdict = (int)result.ReturnValue;
        return new ProgramRun(
            ProgramTypes.Get(Type).NameOf(verdict) ?? verdict.ToString(CultureInfo.InvariantCulture), verdict,
            output[Math.Min(skipped, result.DataLength)..Math.Min(output.Length, result.DataLength)], result.Duration);
    }

    /// <summary>
    /// Reads the instructions as the kernel has them, after the verifier rewrote them. Needs CAP_SYS_ADMIN.
    /// </summary>
    public IReadOnlyList<Instruction> ReadTranslatedInstructions() =>
        InstructionDecoder.Decode(Bpf.GetProgramInfo(Descriptor, ProgramInfoParts.Instructions).Instructions.Span);

    /// <inheritdoc/>
    public void Dispose()
    {
        Output?.Dispose();
        foreach (var map in Maps.Values) map.Dispose();
        Descriptor.Dispose();
        _recording?.Dispose();
    }

    /// <summary>The name and type.</summary>
    public override string ToString() => $"{Name} ({Type})";

    internal static LoadedProgram Open(ProgramDescriptor descriptor, IReadOnlyList<LiveMap>? maps = null)
    {
        var opened = new List<LiveMap>(maps ?? []);
        try
        {
            var info = Bpf.GetProgramInfo(descriptor, ProgramInfoParts.Maps | ProgramInfoParts.Lines);
            if (maps is null) opened.AddRange(info.MapIds.Select(LiveMap.FromId));
            return new LoadedProgram(
                descriptor, Inventory.WholeName(info), (ProgramType)info.Type, opened,
                [.. opened.SelectMany(LiveVariable.FromMap)]);
        }
        catch
        {
            opened.ForEach(map => map.Dispose());
            descriptor.Dispose();
            throw;
        }
    }

    // Programs of other tools may use maps of the same name: the later get their id behind it.
    private static NamedObjects<T> ByName<T>(string owner, IReadOnlyList<T> all, Func<T, string> name)
    {
        var named = new NamedObjects<T>(owner);
        foreach (var one in all)
        {
            var key = name(one);
            for (var number = 2; !named.TryAdd(key, one); number++) key = $"{name(one)}#{number}";
        }

        return named;
    }
}
