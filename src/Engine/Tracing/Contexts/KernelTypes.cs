using EbpfCat.Btf;

namespace EbpfCat.Tracing;

/// <summary>Finds types in the BTF of the running kernel and its modules.</summary>
internal static class KernelTypes
{
    private const string Folder = "/sys/kernel/btf";

    /// <summary>The kernel's type of a name; where it has none, the first module's that has one.</summary>
    public static BtfType? Find(string name, BtfKind kind)
    {
        if (BtfTypes.Kernel is not { } kernel) return null;
        if (kernel.Find(name, kind) is { } found) return found;
        foreach (var path in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) is not "vmlinux" and var module && BtfTypes.ForModule(module)?.Find(name, kind) is { } inModule)
                return inModule;
        }

        return null;
    }

    /// <summary>The names that begin so, in the kernel's own BTF, without that beginning.</summary>
    public static IEnumerable<string> Names(string prefix, BtfKind kind) => (BtfTypes.Kernel?.All ?? [])
        .Where(type => type.Kind == kind && type.Name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(type => type.Name[prefix.Length..])
        .Distinct();

    /// <summary>
    /// What iterators can go through. Each has a function, as have many other things that begin so, and a struct for its
    /// context, named with one more underscore, as they have not.
    /// </summary>
    public static IReadOnlyList<string> Iterators() =>
        [.. Names("bpf_iter_", BtfKind.Function).Intersect(Names("bpf_iter__", BtfKind.Struct)).Order(StringComparer.Ordinal)];

    /// <summary>Refuses what no iterator goes through, where the kernel tells what there is.</summary>
    /// <param name="name">What is to be gone through: <c>task</c>.</param>
    /// <exception cref="UnknownNameException">There is no such iterator; lists those there are.</exception>
    public static void RequireIterator(string name)
    {
        var known = Iterators();
        if (known.Count == 0 || known.Contains(name)) return;
        throw new UnknownNameException("iterator", name, known, remark: $"There are: {string.Join(", ", known)}.");
    }

    /// <summary>The type behind typedefs and qualifiers; of a struct that is declared only, the one that has its fields.</summary>
    public static BtfType Complete(BtfType type)
    {
        var plain = type.Resolve();
        return plain.Kind == BtfKind.Forward ? BtfTypes.Kernel?.FindStruct(plain.Name) ?? plain : plain;
    }

    /// <summary>What a C type such as <c>const struct sock *</c> points to; null where that is unknown or nothing.</summary>
    public static BtfType? Pointee(string typeText)
    {
        var text = CTypes.Unqualified(typeText.Replace("__user", "", StringComparison.Ordinal));
        if (!text.EndsWith(" *", StringComparison.Ordinal) || BtfTypes.Kernel is not { } kernel) return null;
        return text[..^2].Split(' ') switch
        {
            ["struct", var name] => kernel.FindStruct(name),
            ["union", var name] => kernel.Find(name, BtfKind.Union),
            [var name] => kernel.FindTypedef(name),
            _ => null,
        };
    }
}
