using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.ExceptionServices;

namespace EbpfCat.Attachments;

/// <summary>
/// A network namespace (network_namespaces(7)), held by a descriptor: one made here is gone, with all its interfaces,
/// when this is disposed and nothing else uses it.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private const string OfThisThread = "/proc/thread-self/ns/net";

    private readonly FileDescriptor _descriptor;

    private NetworkNamespace(FileDescriptor descriptor) => _descriptor = descriptor;

    /// <summary>Creates a network namespace. It has a loopback interface, which is down.</summary>
    /// <exception cref="KernelException">EPERM: CAP_SYS_ADMIN is missing.</exception>
    public static NetworkNamespace Create() => OnThread(() =>
    {
        NetworkNamespaces.Unshare();
        return OpenCurrent();
    });

    /// <summary>The network namespace of the calling thread.</summary>
    public static NetworkNamespace OpenCurrent() => new(NetworkNamespaces.Open(OfThisThread));

    /// <summary>Opens a network namespace.</summary>
    /// <param name="path">A path such as <c>/proc/PID/ns/net</c> or <c>/run/netns/NAME</c>.</param>
    /// <exception cref="KernelException">ENOENT: there is no such file.</exception>
    public static NetworkNamespace Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(NetworkNamespaces.Open(path));
    }

    /// <summary>
    /// Runs code inside the namespace, on a thread of its own: sockets that it opens and programs that it attaches
    /// belong to the namespace. What the code awaits or starts runs elsewhere.
    /// </summary>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return OnThread(() =>
        {
            Enter();
            return action();
        });
    }

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Run(() =>
        {
            action();
            return true;
        });
    }

    /// <summary>
    /// Moves the calling thread into the namespace: what it opens and starts from now on belongs to the namespace.
    /// If the thread has to return, keep <see cref="OpenCurrent"/> or use <see cref="Run(Action)"/>.
    /// </summary>
    public void Enter() => NetworkNamespaces.Enter(_descriptor);

    /// <summary>Creates a pair of virtual Ethernet interfaces (veth(4)) between two namespaces, both up.</summary>
    /// <param name="name">The interface in this namespace.</param>
    /// <param name="peerNamespace">The namespace of the other end.</param>
    /// <param name="peerName">The interface in that namespace.</param>
    public void CreateVethPair(string name, NetworkNamespace peerNamespace, string peerName)
    {
        ArgumentNullException.ThrowIfNull(peerNamespace);
        Run(() =>
        {
            using var netlink = new Netlink();
            netlink.CreateVethPair(name, peerName, peerNamespace._descriptor);
        });
        Change(name, (netlink, link) => netlink.SetUp(link.Index));
        peerNamespace.Change(peerName, (netlink, link) => netlink.SetUp(link.Index));
    }

    /// <summary>Gives an interface an address; IPv6 without duplicate address detection, usable at once.</summary>
    /// <param name="prefixLength">The length of the network's prefix in bits.</param>
    public void AddAddress(string interfaceName, IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        Change(interfaceName, (netlink, link) => netlink.AddAddress(link.Index, address, prefixLength));
    }

    /// <summary>Sets the link-layer address of a neighbor for good, so that nothing has to ask for it.</summary>
    public void AddNeighbor(string interfaceName, IPAddress address, PhysicalAddress linkAddress)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(linkAddress);
        Change(interfaceName, (netlink, link) => netlink.AddNeighbor(link.Index, address, linkAddress));
    }

    /// <summary>The link-layer address of an interface.</summary>
    public PhysicalAddress GetLinkAddress(string interfaceName)
    {
        var address = PhysicalAddress.None;
        Change(interfaceName, (_, link) => address = link.Address);
        return address;
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private static T OnThread<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = action();
            }
#pragma warning disable CA1031 // the caller's thread throws it again
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
#pragma warning restore CA1031
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private void Change(string interfaceName, Action<Netlink, NetworkLink> change) => Run(() =>
    {
        using var netlink = new Netlink();
        change(netlink, netlink.GetLink(interfaceName));
    });
}
