namespace EbpfCat.Commands;

/// <summary>What a program shares with user space: its variables and maps.</summary>
/// <param name="Owner">The owner, as the start of a sentence: <c>The program 'count'</c>.</param>
/// <param name="Variables">The variables by name.</param>
/// <param name="Maps">The maps by name.</param>
internal sealed record Shared(
    string Owner, IReadOnlyDictionary<string, LiveVariable> Variables, IReadOnlyDictionary<string, LiveMap> Maps)
{
    private static readonly Dictionary<string, LiveVariable> NoVariables = [];
    private static readonly Dictionary<string, LiveMap> NoMaps = [];

    /// <summary>The map of the stacks that keys and values refer to; null if there is none.</summary>
    public LiveMap? Stacks { get; init; }

    /// <summary>The map or variable, if there is exactly one; else null.</summary>
    public object? Single => (Variables.Count, Maps.Count) switch
    {
        (0, 1) => Maps.Values.First(),
        (1, 0) => Variables.Values.First(),
        _ => null,
    };

    /// <summary>Opens a pin: a map, a program, an attachment, or the maps of a directory.</summary>
    /// <param name="pin">The name of an attachment's pin; or a path in the BPF file system.</param>
    public static IDisposable Open(string pin)
    {
        if (Directory.Exists(PinDirectory.PathOf(pin)) && File.Exists($"{PinDirectory.PathOf(pin)}/program"))
            return PinnedAttachment.Open(pin);
        var path = PinPath.Of(pin);
        if (Directory.Exists(path)) return new PinnedMaps(path);
        return Pins.Read(path) switch
        {
            { Kind: PinKind.Program } => LoadedProgram.Open(path),
            null when !pin.Contains('/', StringComparison.Ordinal) => PinnedAttachment.Open(pin),
            _ => LiveMap.Open(path),
        };
    }

    /// <summary>Opens a map or program that another cmdlet found in the kernel.</summary>
    /// <returns>The opened object, to be disposed; null if <paramref name="found"/> is open itself.</returns>
    public static IDisposable? Open(object? found) => found switch
    {
        XdpAttachmentInfo { PinPath: { } path } => PinnedAttachment.Open(path),
        XdpAttachmentInfo attached => LoadedProgram.FromId(attached.ProgramId),
        KernelAttachment attached => attached.OpenProgram(),
        KernelMap map => map.Open(),
        KernelProgram program => program.Open(),
        PinInfo pin => Open(pin.Path),
        _ => null,
    };

    /// <summary>The variables and maps of an object of the pipeline.</summary>
    /// <exception cref="ArgumentException">The object has no variables and maps.</exception>
    public static Shared Of(object? owner) => owner switch
    {
        LoadedProgram { Handle.IsClosed: true } gone =>
            throw new ArgumentException(
                $"The program '{gone.Name}' is no longer in the kernel: it was removed, and its maps with it."),
        LoadedProgram program =>
            new($"The program '{program.Name}'", Declared(program), Visible(program.Maps)) { Stacks = program.Stacks },
        Attachment attachment => Of(attachment.Program),
        LiveVariable variable => new($"The variable '{variable.Name}'", Named(variable), NoMaps),
        LiveMap map => Of($"The map '{map.Name}'", [map]),
        PinnedMaps pinned => Of($"The directory '{pinned.Directory}'", pinned.Maps),
        _ => throw new ArgumentException(
            $"{Values.Kind(owner)} has no variables and maps; give a loaded program, an attachment or a map."),
    };

    // Maps that hold variables are replaced by these.
    private static Shared Of(string owner, IReadOnlyList<LiveMap> maps)
    {
        var variables = new Dictionary<string, LiveVariable>(StringComparer.OrdinalIgnoreCase);
        var others = new Dictionary<string, LiveMap>(StringComparer.OrdinalIgnoreCase);
        foreach (var map in maps)
        {
            var inside = LiveVariable.FromMap(map);
            foreach (var variable in inside) variables.TryAdd(variable.Name, variable);
            if (inside.Count == 0) others.TryAdd(map.Name, map);
        }

        return new Shared(owner, variables, others);
    }

    private static Dictionary<string, LiveVariable> Named(LiveVariable variable) =>
        new(StringComparer.OrdinalIgnoreCase) { [variable.Name] = variable };

    // In the order of their declaration, if it is known; memory has another order.
    private static IReadOnlyDictionary<string, LiveVariable> Declared(LoadedProgram program) =>
        program.Definition is { } definition
        ? definition.Variables.Select(variable => program.Variables[variable.Name])
            .ToDictionary(variable => variable.Name, StringComparer.OrdinalIgnoreCase)
        : program.Variables;

    private static Dictionary<string, LiveMap> Visible(IReadOnlyDictionary<string, LiveMap> maps) =>
        maps.Where(pair => pair.Key[0] != '.').ToDictionary(StringComparer.OrdinalIgnoreCase);
}
