namespace EbpfCat.Attachments;

/// <summary>A program or link at an interface, to attach another program before or after it (tcx, Linux 6.6).</summary>
public sealed record TcNeighbor
{
    private readonly uint _id;
    private readonly bool _isLink;
    private readonly string? _name;

    private TcNeighbor(uint id, bool isLink, string? name = null) => (_id, _isLink, _name) = (id, isLink, name);

    /// <summary>The program of an attachment.</summary>
    public static TcNeighbor Of(Attachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        return attachment.LinkId is { } link ? Link(link) : Program(attachment.Program.Id);
    }

    /// <summary>The link of an id.</summary>
    public static TcNeighbor Link(uint id) => new(id, isLink: true);

    /// <summary>The program of an id.</summary>
    public static TcNeighbor Program(uint id) => new(id, isLink: false);

    /// <summary>The first program of a name at the interface.</summary>
    public static TcNeighbor Named(string programName) => new(0, isLink: false, programName);

    /// <summary>Kind and name of the neighbor: <c>program 'guard'</c>.</summary>
    public override string ToString() => _name is null
        ? string.Create(CultureInfo.InvariantCulture, $"{(_isLink ? "link" : "program")} {_id}")
        : $"program '{_name}'";

    /// <summary>Finds it among the programs at an interface.</summary>
    /// <param name="netlink">The network namespace of the interface.</param>
    /// <param name="attachType">TcxIngress or TcxEgress.</param>
    /// <param name="operation">The operation, for messages.</param>
    /// <returns>The id of a program or of a link.</returns>
    /// <exception cref="KernelException">ENOENT: it is not there; the message lists the programs.</exception>
    internal (uint Id, bool IsLink) Resolve(Netlink netlink, int index, BpfAttachType attachType, string operation)
    {
        var present = Bpf.QueryTcx(index, attachType);
        if (_name is null && present.Any(one => (_isLink ? one.LinkId : one.ProgramId) == _id)) return (_id, _isLink);
        var named = present.Select(one => (one.ProgramId, Name: NameOf(one.ProgramId))).ToList();
        if (_name is not null && named.Find(one => one.Name == _name) is { ProgramId: > 0 and var program })
            return (program, false);
        var filter = netlink.GetFilters(index, attachType == BpfAttachType.TcxEgress)
            .FirstOrDefault(one => _name is null ? !_isLink && one.ProgramId == _id : NameOf(one.ProgramId) == _name);
        if (filter is not null)
        {
            throw new KernelException(
                operation, Errno.ENOENT,
                $"the {this} is a filter with priority {filter.Priority}, behind all programs attached by links",
                "Give a smaller priority to run before it, and a greater one to run after it.")
            {
                Id = "NeighborIsFilter",
            };
        }

        var list = string.Join(", ", named.Select(one => $"'{one.Name}' (id {one.ProgramId})"));
        throw new KernelException(
            operation, Errno.ENOENT, $"the {this} is not attached there",
            list.Length == 0 ? "No program is." : $"There are: {list}.");
    }

    private static string NameOf(uint program) => Inventory.FindProgram(program)?.Name ?? "";
}
