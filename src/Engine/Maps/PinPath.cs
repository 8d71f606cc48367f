using System.Text.RegularExpressions;

namespace EbpfCat.Maps;

/// <summary>The names of pins: a path that begins with <c>/</c>, or a name relative to <see cref="Root"/>.</summary>
public static partial class PinPath
{
    /// <summary>The directory of the BPF file system.</summary>
    public const string Root = BpfFileSystem.DefaultPath;

    // Names are kept short enough for the names that they have while a pin is made or removed.
    private const int MaxNameLength = 200;

    private const string AllowedCharacters = "_-+:@=,";

    /// <summary>Turns the name of a pin into its path.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, or has a dot, which the BPF file system refuses (bpf_lookup in kernel/bpf/inode.c) but for
    /// its own files <c>maps.debug</c> and <c>progs.debug</c>.
    /// </exception>
    public static string Of(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var path = Path.GetFullPath(name, Root).TrimEnd('/');
        if (path.Length == 0) throw new ArgumentException($"'{name}' is no name for a pin: it is the root directory.");
        // A mount point elsewhere may have a dot in its path.
        var isRefused = (name.StartsWith('/') ? Path.GetFileName(path) : name).Contains('.', StringComparison.Ordinal);
        return isRefused && !File.Exists(path)
            ? throw new ArgumentException($"'{name}' is no name for a pin: the BPF file system takes none with a dot.")
            : path;
    }

    /// <summary>Makes the directory of a pin, and mounts the BPF file system where it is missing.</summary>
    /// <exception cref="ArgumentException">The path is empty, or has other characters than names of pins.</exception>
    /// <exception cref="KernelException">
    /// EINVAL: it is in no BPF file system. EACCES: a directory on the way belongs to another user, or others may write
    /// to it.
    /// </exception>
    public static void MakeDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        OpenNew(Path.GetFullPath(directory, Root)).Dispose();
    }

    /// <summary>Pins an object by a new path.</summary>
    /// <param name="name">The name of the pin.</param>
    internal static void Pin(FileDescriptor descriptor, string name)
    {
        var path = Of(name);
        using var directory = OpenNew(Path.GetDirectoryName(path)!);
        CheckName(Path.GetFileName(path), path);
        directory.Pin(descriptor, Path.GetFileName(path));
    }

    /// <summary>Opens the directory of new pins, made if it is missing, so that no other process changes it.</summary>
    internal static BpfDirectory OpenNew(string directory)
    {
        var isBelowRoot = directory == Root || directory.StartsWith(Root + "/", StringComparison.Ordinal);
        if (isBelowRoot && !BpfFileSystem.Contains(Root)) BpfFileSystem.Mount(Root);
        if (isBelowRoot && directory != Root)
        {
            foreach (var part in directory[(Root.Length + 1)..].Split('/')) CheckName(part, directory);
        }

        return BpfDirectory.Lock(directory);
    }

    /// <summary>Refuses what cannot be the name of a new pin.</summary>
    /// <exception cref="ArgumentException">It has other characters, or is too long.</exception>
    internal static void CheckName(string name, string path)
    {
        if (name.Length is > 0 and <= MaxNameLength && name.All(IsAllowed)) return;
        throw new ArgumentException(
            $"'{path}' is no name for a pin: each part has 1 to {MaxNameLength} letters, digits and the characters "
            + $"{AllowedCharacters}");

        static bool IsAllowed(char one) =>
            char.IsLetterOrDigit(one) || AllowedCharacters.Contains(one, StringComparison.Ordinal);
    }

    /// <summary>Turns the name of a map into the name of a file, which has no dot or slash.</summary>
    internal static string FileName(string mapName) => string.Concat(mapName.Select(
        one => one is '.' or '/' or '~' || char.IsControl(one) ? $"~{(int)one:x2}" : $"{one}"));

    /// <summary>Turns the name of a file back into the name of a map.</summary>
    internal static string MapName(string fileName) => EscapedCharacter.Replace(
        fileName, match => ((char)Convert.ToByte(match.Groups[1].Value, 16)).ToString());

    [GeneratedRegex("~([0-9a-f]{2})")]
    private static partial Regex EscapedCharacter { get; }
}
