namespace EbpfCat.Attachments;

/// <summary>
/// The processes that a program is for; it does nothing in others. A process must match each property that is not
/// empty, and of each at least one value.
/// </summary>
/// <example>
/// <code>
/// using var filter = new ProcessTargets { Services = ["nginx"] }.Resolve();
/// using var program = EbpfProgram.Load(filter.Apply(definition), filter.Start());
/// </code>
/// </example>
public record ProcessTargets
{
    /// <summary>The ids of processes.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>
    /// The names of threads as the kernel has them, of at most 15 bytes; one that ends in <c>*</c> is a prefix. Case
    /// does not count.
    /// </summary>
    public IReadOnlyList<string> ProcessNames { get; init; } = [];

    /// <summary>The ids of users, as the initial user namespace has them.</summary>
    public IReadOnlyList<long> UserIds { get; init; } = [];

    /// <summary>The names of users, beside <see cref="UserIds"/>.</summary>
    public IReadOnlyList<string> UserNames { get; init; } = [];

    /// <summary>The ids of processes that are meant with all their descendants, also those to come.</summary>
    public IReadOnlyList<int> ProcessTrees { get; init; } = [];

    /// <summary>The names of systemd units: <c>nginx</c> or <c>nginx.service</c>, <c>user.slice</c>.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>The names or ids of containers; the beginning of an id is enough.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>A thread that is not meant, or 0.</summary>
    public int ExceptThread { get; init; }

    /// <summary>Whether there is no condition: every process is meant.</summary>
    public bool IsEmpty => this is
    {
        ProcessIds.Count: 0, ProcessNames.Count: 0, UserIds.Count: 0, UserNames.Count: 0, ProcessTrees.Count: 0,
        Services.Count: 0, Containers.Count: 0, ExceptThread: 0,
    };

    /// <summary>Looks up the names.</summary>
    /// <returns>The condition for programs, to be disposed after them.</returns>
    /// <exception cref="UnknownNameException">
    /// There is no such user, service, container or process; names the nearest ones.
    /// </exception>
    /// <exception cref="KernelException">ENODEV: control groups of version 2 are not mounted.</exception>
    /// <exception cref="ArgumentException">The kernel cannot compare a name.</exception>
    public ProcessFilter Resolve() => new(this);
}
