using System.Runtime.ExceptionServices;

namespace EbpfCat.Kernel;

/// <summary>
/// A network namespace (network_namespaces(7)), kept by its descriptor: one made here is gone, with all its interfaces,
/// when this is disposed and nothing else is left in it.
/// </summary>
public sealed class NetworkNamespace : FileDescriptor
{
    private const int NewNetwork = 0x40000000;
    private const int CloseOnExec = 0x80000;

    private NetworkNamespace(int number)
        : base(number)
    {
    }

    /// <summary>Makes a network namespace. It has a loopback interface, which is down.</summary>
    public static NetworkNamespace Create() => OnThread(() =>
    {
        Throw(Libc.Unshare(NewNetwork), "make a network namespace");
        return Open("/proc/thread-self/ns/net");
    });

    /// <summary>The network namespace of the calling thread.</summary>
    public static NetworkNamespace OpenCurrent() => Open("/proc/thread-self/ns/net");

    /// <summary>Opens a network namespace.</summary>
    /// <param name="path">A path such as <c>/proc/PID/ns/net</c> or <c>/run/netns/NAME</c>.</param>
    public static NetworkNamespace Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var number = Libc.Open(path, CloseOnExec);
        Throw(number, $"open the network namespace '{path}'");
        return new NetworkNamespace(number);
    }

    /// <summary>
    /// Runs code inside the namespace, on a thread of its own: sockets that it opens belong to the namespace.
    /// </summary>
    /// <param name="action">The code. What it awaits or starts runs elsewhere.</param>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <returns>What the code gives.</returns>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return OnThread(() =>
        {
            Enter();
            return action();
        });
    }

    /// <summary>Runs code inside the namespace, on a thread of its own.</summary>
    /// <param name="action">The code.</param>
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
    /// Takes the calling thread into the namespace, for good: what it opens and starts from now on belongs to the
    /// namespace. Where the thread has to come back, keep <see cref="OpenCurrent"/> or use <see cref="Run(Action)"/>.
    /// </summary>
    public void Enter()
    {
        using var borrowed = Borrow();
        Throw(Libc.SetNamespace(borrowed.Number, NewNetwork), "enter a network namespace");
    }

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
#pragma warning disable CA1031 // whatever happens in there is thrown again out here
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

    private static void Throw(int result, string operation)
    {
        if (result < 0)
        {
            throw Diagnosis.Explain(
                new Request { Operation = operation, Capabilities = [Capability.SysAdmin] }, Libc.LastErrno);
        }
    }
}
