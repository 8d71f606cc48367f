namespace EbpfCat.Attachments;

/// <summary>The units of systemd that run, by their control groups (systemd.unit(5)).</summary>
public static class Services
{
    private const string Service = ".service";

    private static readonly string[] Suffixes = [Service, ".scope", ".slice"];

    /// <summary>The names of the units: of services without <c>.service</c>.</summary>
    public static IEnumerable<string> Names => ControlGroups.Names.Select(NameOf).OfType<string>().Distinct();

    /// <summary>The name of the innermost unit that a control group belongs to; null where there is none.</summary>
    /// <param name="group">The path of the group.</param>
    internal static string? UnitOf(string group) =>
        group.Split('/').Reverse().Select(NameOf).FirstOrDefault(name => name is not null);

    /// <summary>The directories of the control groups of a unit: of several users' services of one name, all.</summary>
    internal static IEnumerable<string> Find(string name)
    {
        var root = ControlGroups.RequireRoot($"find the service '{name}'");
        var unit = name.EndsWith(Service, StringComparison.Ordinal) ? name[..^Service.Length] : name;
        string[] found = [.. ControlGroups.Names.Where(group => NameOf(group) == unit)];
        return found.Length > 0
            ? found.Select(group => $"{root}/{group}")
            : throw new UnknownNameException("service", name, Names, "that runs");
    }

    private static string? NameOf(string group)
    {
        var unit = group[(group.LastIndexOf('/') + 1)..];
        if (!Array.Exists(Suffixes, suffix => unit.EndsWith(suffix, StringComparison.Ordinal))) return null;
        return unit.EndsWith(Service, StringComparison.Ordinal) ? unit[..^Service.Length] : unit;
    }
}
