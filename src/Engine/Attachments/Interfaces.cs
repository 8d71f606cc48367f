using EbpfCat.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Attachments;

/// <summary>The network interfaces of the calling thread's network namespace.</summary>
public static class Interfaces
{
    /// <summary>The names of all interfaces.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            using var netlink = new Netlink();
            return [.. netlink.GetLinks().Select(link => link.Name)];
        }
    }

    /// <summary>The interface of a name.</summary>
    /// <exception cref="KernelException">ENODEV: there is none; the message says which there are, the nearest first.</exception>
    internal static NetworkLink Find(Netlink netlink, string name, string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var links = netlink.GetLinks();
        if (links.FirstOrDefault(link => link.Name == name) is { } found) return found;
        string[] names = [.. links.Select(link => link.Name)];
        var near = SimilarNames.Find(name, names);
        var question = near.Count == 0 ? "" : $"Did you mean {string.Join(" or ", near)}? ";
        throw new KernelException(
            operation, Errno.ENODEV, "there is no interface of this name", $"{question}There are: {string.Join(", ", names)}.");
    }
}
