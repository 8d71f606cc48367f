namespace EbpfCat.Attachments;

/// <summary>The network interfaces of the calling thread's network namespace.</summary>
public static class Interfaces
{
    /// <summary>All interfaces by name, with state (<c>up</c>, <c>down</c>) and modes of XDP programs.</summary>
    public static IReadOnlyList<(string Name, string State)> All
    {
        get
        {
            using var netlink = new Netlink();
            return netlink.GetLinks().Select(link => (link.Name, StateOf(link))).ToArray();
        }
    }

    /// <summary>The index of an interface.</summary>
    /// <exception cref="KernelException">ENODEV: there is none of this name.</exception>
    public static int IndexOf(string name)
    {
        using var netlink = new Netlink();
        return Find(netlink, name, $"find the interface '{name}'").Index;
    }

    /// <summary>The interface of a name.</summary>
    /// <exception cref="KernelException">ENODEV: there is none; the message lists those there are.</exception>
    internal static NetworkLink Find(Netlink netlink, string name, string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var links = netlink.GetLinks();
        if (links.FirstOrDefault(link => link.Name == name) is { } found) return found;
        string[] names = [.. links.Select(link => link.Name)];
        var near = SimilarNames.Find(name, names);
        var question = near.Count == 0 ? "" : $"Did you mean {string.Join(" or ", near)}? ";
        throw new KernelException(
            operation, Errno.ENODEV, "there is no interface of this name",
            $"{question}There are: {string.Join(", ", names)}.");
    }

    private static string StateOf(NetworkLink link) =>
        (link.IsUp ? "up" : "down") + (link.XdpMode == XdpAttached.None ? "" : $", XDP {link.XdpMode}");
}
