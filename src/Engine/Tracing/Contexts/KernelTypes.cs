namespace EbpfCat.Tracing;

/// <summary>Finds types in the BTF of the running kernel and its modules.</summary>
internal static class KernelTypes
{
    private const string Folder = "/sys/kernel/btf";

    /// <summary>The types of the kernel, then those of each module, which are read when they are reached.</summary>
    public static IEnumerable<(string? Module, BtfTypes Types)> Sources()
    {
        if (BtfTypes.Kernel is not { } kernel) yield break;
        yield return (null, kernel);
        foreach (var path in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal))
        {
            var module = Path.GetFileName(path);
            if (module != "vmlinux" && BtfTypes.ForModule(module) is { } types) yield return (module, types);
        }
    }

    /// <summary>The kernel's type of a name; where it has none, the first module's that has one.</summary>
    public static BtfType? Find(string name, BtfKind kind) =>
        Sources().Select(source => source.Types.Find(name, kind)).FirstOrDefault(type => type is not null);

    /// <summary>The names of a kind that begin with a prefix, without it, in the kernel and its modules.</summary>
    public static IEnumerable<string> NamesInModules(string prefix, BtfKind kind) => Sources()
        .SelectMany(source => Names(source.Types, prefix, kind))
        .Distinct();

    /// <summary>The names of a kind that begin with a prefix, without it, in the kernel's own BTF.</summary>
    public static IEnumerable<string> Names(string prefix, BtfKind kind) =>
        BtfTypes.Kernel is { } kernel ? Names(kernel, prefix, kind).Distinct() : [];

    /// <summary>
    /// The names of the iterators. Each has a function with this prefix, which other objects have too, and a context
    /// struct, whose name has one more underscore.
    /// </summary>
    public static IReadOnlyList<string> Iterators() =>
        [.. Names("bpf_iter_", BtfKind.Function).Intersect(Names("bpf_iter__", BtfKind.Struct))
            .Order(StringComparer.Ordinal)];

    /// <summary>Throws if there is no such iterator and BTF lists the iterators.</summary>
    /// <param name="name">The name: <c>task</c>.</param>
    /// <exception cref="UnknownNameException">There is no such iterator; the message lists those there are.</exception>
    public static void RequireIterator(string name)
    {
        var known = Iterators();
        if (known.Count == 0 || known.Contains(name)) return;
        throw new UnknownNameException("iterator", name, known, remark: $"There are: {string.Join(", ", known)}.");
    }

    /// <summary>The type behind typedefs and qualifiers; of a forward declaration the struct with fields.</summary>
    public static BtfType Complete(BtfType type)
    {
        var plain = type.Resolve();
        return plain.Kind == BtfKind.Forward ? BtfTypes.Kernel?.FindStruct(plain.Name) ?? plain : plain;
    }

    /// <summary>The type that a C type such as <c>const struct sock *</c> points to, or null.</summary>
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

    private static IEnumerable<string> Names(BtfTypes types, string prefix, BtfKind kind) => types.All
        .Where(type => type.Kind == kind && type.Name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(type => type.Name[prefix.Length..]);
}
