namespace EbpfCat.Programs;

/// <content>All features of some kinds, as a list.</content>
public static partial class Features
{
    /// <summary>The features of a kind, supported or not.</summary>
    /// <param name="isWanted">Selects the features to probe, by name; null for all.</param>
    /// <param name="programType">Limits helpers to those that programs of this type may call; null for any.</param>
    /// <exception cref="KernelException">EPERM: this process may not load such programs or make such maps.</exception>
    public static IEnumerable<KernelFeature> All(
        FeatureKind kind, Predicate<string>? isWanted = null, ProgramType? programType = null)
    {
        isWanted ??= _ => true;
        return kind switch
        {
            FeatureKind.InstructionSet => Members<InstructionSet>(isWanted, set => set.ToString()).Select(set => Make(
                    kind, $"{set}", InstructionSet >= set, Probes.FirstOrDefault(probe => probe.Set == set).Since)),
            FeatureKind.ProgramType => Members<BpfProgramType>(isWanted, NameOf)
                .Select(type => Make(kind, NameOf(type), Supports(type), KernelFacts.Since(type))),
            FeatureKind.MapType => Members<BpfMapType>(isWanted, type => $"{type}")
                .Select(type => Make(kind, $"{type}", Supports(type), KernelFacts.Since(type))),
            FeatureKind.Attachment => Members<BpfLinkType>(isWanted, type => $"{type}")
                .Select(type => Make(kind, $"{type}", Supports(type), KernelFacts.Since(type))),
            FeatureKind.Helper => HelperTable.All.Where(helper => isWanted(helper.Name))
                .Select(helper => OfHelper(helper, programType)),
            _ => [],
        };
    }

    /// <summary>The names of all features of a kind, supported or not. Does not query the kernel.</summary>
    public static IEnumerable<string> Names(FeatureKind kind) => kind switch
    {
        FeatureKind.InstructionSet => Enum.GetNames<InstructionSet>(),
        FeatureKind.ProgramType => Enum.GetValues<BpfProgramType>().Where(type => type != 0).Select(NameOf),
        FeatureKind.MapType => Enum.GetNames<BpfMapType>().Skip(1),
        FeatureKind.Attachment => Enum.GetNames<BpfLinkType>().Skip(1),
        FeatureKind.Helper => HelperTable.All.Select(helper => helper.Name),
        _ => [],
    };

    private static KernelFeature OfHelper(Helper helper, ProgramType? programType)
    {
        var types = programType is { } only ? [(BpfProgramType)only] : Enum.GetValues<BpfProgramType>();
        string[] callers = [.. types.Where(type => type != 0 && Supports(helper, type)).Select(NameOf)];
        return new KernelFeature(FeatureKind.Helper, helper.Name, callers.Length > 0, helper.Kernel, callers);
    }

    private static KernelFeature Make(FeatureKind kind, string name, bool isSupported, Version? since) =>
        new(kind, name, isSupported, since, []);

    private static IEnumerable<T> Members<T>(Predicate<string> isWanted, Func<T, string> name)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(member => Convert.ToInt64(member, null) != 0 && isWanted(name(member)));

    // The types that programs are declared with go by those names.
    private static string NameOf(BpfProgramType type) => Enum.GetName((ProgramType)type) ?? type.ToString();
}
