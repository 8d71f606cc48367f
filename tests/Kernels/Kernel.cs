namespace EbpfCat.Kernels;

/// <summary>A kernel image and its modules, ready to boot.</summary>
/// <param name="directory">Holds <c>vmlinuz</c> and <c>lib/modules/VERSION</c>.</param>
internal sealed class Kernel(string directory)
{
    /// <summary>The path of the bootable image.</summary>
    public string Image { get; } = Path.Combine(directory, "vmlinuz");

    /// <summary>The path of the modules' directory, named as <c>uname -r</c> names the kernel.</summary>
    public string Modules { get; } = Directory.GetDirectories(Path.Combine(directory, "lib/modules")).Single();

    /// <summary>
    /// The modules of those names and what they depend on, as paths below <see cref="Modules"/>, in the order in which
    /// they load. A name that is no module is left out: that kernel has it built in.
    /// </summary>
    public IReadOnlyList<string> Resolve(IEnumerable<string> names)
    {
        var dependencies = File.ReadLines(Path.Combine(Modules, "modules.dep"))
            .Select(line => line.Split(':', 2))
            .ToDictionary(line => line[0], line => line[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var order = new List<string>();

        void Add(string module)
        {
            if (order.Contains(module))
            {
                return;
            }

            foreach (var dependency in dependencies[module])
            {
                Add(dependency);
            }

            order.Add(module);
        }

        foreach (var name in names)
        {
            if (dependencies.Keys.FirstOrDefault(path => Path.GetFileName(path) == $"{name}.ko") is { } module)
            {
                Add(module);
            }
        }

        return order;
    }
}
