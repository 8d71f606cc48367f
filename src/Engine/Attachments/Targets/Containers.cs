using System.Text.Json;
using System.Text.RegularExpressions;

namespace EbpfCat.Attachments;

/// <summary>
/// The containers that run, by their control groups: of Docker, Podman, containerd, CRI-O and LXC. Their names are in
/// files of the runtimes.
/// </summary>
/// <param name="root">The directory that these files are below; empty for the machine's.</param>
public sealed partial class Containers(string root = "")
{
    private const int ShortIdLength = 12;
    private const int MinIdLength = 4;

    private static readonly string[] NameKeys =
        ["io.kubernetes.cri.container-name", "nerdctl/name", "io.kubernetes.container.name"];

    /// <summary>The containers of this machine.</summary>
    public static Containers Current { get; } = new();

    /// <summary>The names of the containers, and the ids of those whose names are unknown, in short.</summary>
    public IEnumerable<string> Names => All.Select(one => one.Name ?? one.Id[..ShortIdLength]).Distinct();

    /// <summary>The directories of the control groups of a container: of several with one name, all.</summary>
    /// <param name="name">Its name, or the beginning of its id.</param>
    /// <exception cref="UnknownNameException">There is none; names the nearest ones.</exception>
    internal IEnumerable<string> Find(string name)
    {
        var mounted = ControlGroups.RequireRoot($"find the container '{name}'");
        var isId = name.Length >= MinIdLength && name.All(char.IsAsciiHexDigitLower);
        string[] found = [.. All.Where(one => one.Name == name).Select(one => one.Group)];
        if (found.Length == 0 && isId)
            found = [.. All.Where(one => one.Id.StartsWith(name, StringComparison.Ordinal)).Select(one => one.Group)];
        return found.Length > 0
            ? found.Select(group => $"{mounted}/{group}")
            : throw new UnknownNameException("container", name, Names, "that runs");
    }

    /// <summary>The name of the container that a control group belongs to, else its short id; null for none.</summary>
    /// <param name="group">The path of the group.</param>
    internal string? NameOf(string group) => group.Split('/').Reverse().Select(Identify).FirstOrDefault(
        found => found is not null) is var (id, name) ? name ?? id[..ShortIdLength] : null;

    private IEnumerable<(string Group, string Id, string? Name)> All => ControlGroups.Names
        .Select(group => (Group: group, Found: Identify(group[(group.LastIndexOf('/') + 1)..])))
        .Where(one => one.Found is not null)
        .Select(one => (one.Group, one.Found!.Value.Id, one.Found.Value.Name));

    private (string Id, string? Name)? Identify(string group)
    {
        if (NamedGroup().Match(group) is { Success: true } named)
        {
            var name = named.Groups["name"].Value;
            return (name, name);
        }

        if (IdentifiedGroup().Match(group) is not { Success: true } match) return null;
        var id = match.Groups[1].Value;
        return (id, DockerName(id) ?? PodmanName(id) ?? AnnotatedName(id));
    }

    private string? DockerName(string id) =>
        Read($"/var/lib/docker/containers/{id}/config.v2.json") is { } file
            && file.TryGetProperty("Name", out var name) ? name.GetString()?.TrimStart('/') : null;

    private string? PodmanName(string id)
    {
        const string file = "/var/lib/containers/storage/overlay-containers/containers.json";
        if (Read(file) is not { ValueKind: JsonValueKind.Array } containers) return null;
        var found = containers.EnumerateArray().FirstOrDefault(one =>
            one.TryGetProperty("id", out var known) && known.GetString() == id);
        return found.ValueKind == JsonValueKind.Object && found.TryGetProperty("names", out var names)
            && names.GetArrayLength() > 0 ? names[0].GetString() : null;
    }

    // containerd and CRI-O keep the configuration of the Open Container Initiative; Kubernetes annotates it.
    private string? AnnotatedName(string id)
    {
        var tasks = $"{root}/run/containerd/io.containerd.runtime.v2.task";
        var spaces = Directory.Exists(tasks) ? Directory.GetDirectories(tasks).Select(one => one[root.Length..]) : [];
        foreach (var directory in spaces.Select(space => $"{space}/{id}")
            .Append($"/run/containers/storage/overlay-containers/{id}/userdata"))
        {
            if (Read($"{directory}/config.json") is { } file && file.TryGetProperty("annotations", out var notes)
                && NameKeys.FirstOrDefault(key => notes.TryGetProperty(key, out _)) is { } key)
            {
                return notes.GetProperty(key).GetString();
            }
        }

        return null;
    }

    // The runtime may be writing the file.
    private JsonElement? Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(root + path)).RootElement;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    // docker-ID.scope, cri-containerd-ID.scope, libpod-ID; the monitor of a container (conmon) is not part of it.
    [GeneratedRegex("^(?:(?!.*conmon)[a-z-]+-)?([0-9a-f]{64})(?:\\.scope)?$")]
    private static partial Regex IdentifiedGroup();

    [GeneratedRegex("^(?:lxc\\.payload\\.(?<name>.+)|systemd-nspawn@(?<name>.+)\\.service)$")]
    private static partial Regex NamedGroup();
}
