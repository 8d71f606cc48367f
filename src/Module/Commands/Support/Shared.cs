namespace EbpfCat.Commands;

/// <summary>What a program shares with user space: its variables and maps.</summary>
/// <param name="Owner">Whose they are, as the start of a sentence.</param>
/// <param name="Variables">The variables by name.</param>
/// <param name="Maps">The maps by name.</param>
internal sealed record Shared(
    string Owner, IReadOnlyDictionary<string, LiveVariable> Variables, IReadOnlyDictionary<string, LiveMap> Maps)
{
    private static readonly Dictionary<string, LiveVariable> NoVariables = [];
    private static readonly Dictionary<string, LiveMap> NoMaps = [];

    /// <summary>Where the stacks are that keys and values name; null where there are none.</summary>
    public LiveMap? Stacks { get; init; }

    /// <summary>The map or variable, where there is but one.</summary>
    public object? Only => (Variables.Count, Maps.Count) switch
    {
        (0, 1) => Maps.Values.First(),
        (1, 0) => Variables.Values.First(),
        _ => null,
    };

    /// <summary>Opens what is pinned: a map, a program, all of an attachment, or the maps of a directory.</summary>
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

    /// <summary>Opens what is in the kernel and was found there: on an interface, by a list, or by its pin.</summary>
    /// <returns>What was opened, to be disposed; null of an object that holds it open itself.</returns>
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

    /// <summary>What an object of the pipeline shares.</summary>
    /// <exception cref="ArgumentException">It is nothing that shares.</exception>
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
            $"{Values.Kind(owner)} has no variables and maps; " + "give a loaded program, an attachment or a map."),
    };

    // A map that holds variables is of use as these only.
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

    // As declared, where that is known: they lie in memory in another order.
    private static IReadOnlyDictionary<string, LiveVariable> Declared(LoadedProgram program) =>
        program.Definition is { } definition
        ? definition.Variables.Select(variable => program.Variables[variable.Name])
            .ToDictionary(variable => variable.Name, StringComparer.OrdinalIgnoreCase)
        : program.Variables;

    private static Dictionary<string, LiveMap> Visible(IReadOnlyDictionary<string, LiveMap> maps) =>
        maps.Where(pair => pair.Key[0] != '.').ToDictionary(StringComparer.OrdinalIgnoreCase);
}
