using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using EbpfCat.Programs;
using Assembly = System.Reflection.Assembly;

namespace EbpfCat.Tests.Structure;

/// <summary>
/// The folders of the engine and their uses of one another. A folder directly below <c>src/Engine</c> is a namespace;
/// its subfolders belong to the same namespace.
/// </summary>
internal static class Folders
{
    private const string RootNamespace = "EbpfCat.";

    // In the order of the data flow. Each row says which folders above it a folder may use; null means all of them.
    private static readonly (string Folder, string[]? MayUse)[] Table =
    [
        ("Bytecode", []),
        ("Kernel", []),
        ("Types", []),
        ("Btf", ["Types", "Kernel"]),
        ("Language", ["Types"]),
        ("Binding", ["Language", "Types", "Btf"]),
        ("Compiler", ["Binding", "Bytecode", "Types"]),
        ("Tracing", ["Kernel", "Types", "Btf", "Binding"]),
        ("Maps", ["Kernel", "Types", "Btf"]),
        ("Programs", null),
        ("Attachments", ["Programs", "Kernel"]),
        ("Events", ["Maps", "Types"]),
        ("Traces", null),
    ];

    private static readonly Lazy<IReadOnlyList<(string From, string To, string Example)>> Cache = new(Load);

    public static Assembly Engine => typeof(EbpfProgram).Assembly;

    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Folder)];

    /// <summary>The uses of a folder by another, with the names of two types as an example.</summary>
    public static IReadOnlyList<(string From, string To, string Example)> Uses => Cache.Value;

    public static bool MayUse(string from, string to) =>
        Table.Single(row => row.Folder == from).MayUse?.Contains(to) ?? IsAbove(to, from);

    public static bool IsAbove(string folder, string other) =>
        Array.FindIndex(Table, row => row.Folder == folder) is var index and >= 0 &&
        index < Array.FindIndex(Table, row => row.Folder == other);

    private static IReadOnlyList<(string From, string To, string Example)> Load() =>
    [
        .. new ArchLoader().LoadAssembly(Engine).Build().Types
            .SelectMany(type => type.Dependencies)
            .Where(use => use.Target is not GenericParameter)
            .Select(use => (From: FolderOf(use.Origin), To: FolderOf(use.Target),
                Example: $"{use.Origin.Name} uses {use.Target.Name}"))
            .Where(use => use.From is not null && use.To is not null && use.From != use.To)
            .DistinctBy(use => (use.From, use.To))
            .Select(use => (use.From!, use.To!, use.Example)),
    ];

    private static string? FolderOf(IType type) =>
        type.Namespace?.FullName is { } name && name.StartsWith(RootNamespace, StringComparison.Ordinal)
            ? name[RootNamespace.Length..].Split('.')[0]
            : null;
}
