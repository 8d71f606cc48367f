using EbpfCat.Kernel;

namespace EbpfCat.Attachments;

/// <summary>
/// What keeps a program attached: links, descriptors that do so while they are open (perf events, sockets), and what has
/// to be undone by asking.
/// </summary>
internal sealed class Hold
{
    private readonly List<LinkDescriptor> _links = [];
    private readonly List<FileDescriptor> _descriptors = [];
    private readonly List<IDisposable> _kept = [];
    private readonly Stack<Action> _undo = new();

    [ThreadStatic]
    private static bool _avoidsLinks;

    /// <summary>Whether the calling thread uses the ways of kernels without links, to test them on kernels with.</summary>
    internal static bool AvoidsLinks
    {
        get => _avoidsLinks;
        set => _avoidsLinks = value;
    }

    /// <summary>The links.</summary>
    public IReadOnlyList<LinkDescriptor> Links => _links;

    /// <summary>Whether something must be undone by asking, so that it stays when the process is killed.</summary>
    public bool OutlivesProcess { get; set; }

    /// <summary>Whether it can be found again without a link.</summary>
    public bool CanBeFound { get; set; }

    /// <summary>Attaches piece by piece: if one fails, those before are detached.</summary>
    public static Hold Build(Action<Hold> attach)
    {
        var hold = new Hold();
        try
        {
            attach(hold);
            return hold;
        }
        catch
        {
            hold.Detach(forEveryone: false);
            hold.Close();
            throw;
        }
    }

    public LinkDescriptor Add(LinkDescriptor link)
    {
        _links.Add(link);
        return link;
    }

    public T Add<T>(T descriptor)
        where T : FileDescriptor
    {
        _descriptors.Add(descriptor);
        return descriptor;
    }

    /// <summary>Keeps what undoing needs.</summary>
    public T Keep<T>(T needed)
        where T : IDisposable
    {
        _kept.Add(needed);
        return needed;
    }

    /// <summary>Remembers what to do, after all descriptors are closed, to detach; the last first.</summary>
    public void Undo(Action action) => _undo.Push(action);

    /// <summary>Detaches.</summary>
    /// <param name="forEveryone">Even where somebody else holds a link too, of the kinds of which that is possible.</param>
    public void Detach(bool forEveryone)
    {
        foreach (var link in forEveryone ? _links : [])
        {
            try
            {
                Bpf.DetachLink(link);
            }
            catch (KernelException refusal) when (refusal.Errno is Errno.EOPNOTSUPP or Errno.ENOTSUPP or Errno.EINVAL)
            {
                // Links of tracing end when the last who holds them lets go.
            }
        }

        // A child about to be executed may hold a copy of the descriptor for a moment: no sample more even so.
        foreach (var perfEvent in _descriptors.OfType<PerfEvent>().Where(one => !one.IsClosed)) perfEvent.Disable();
        CloseDescriptors();
        while (_undo.TryPop(out var action)) action();
    }

    /// <summary>Closes what is open, without a word about detaching.</summary>
    public void Close()
    {
        CloseDescriptors();
        _kept.ForEach(one => one.Dispose());
    }

    private void CloseDescriptors()
    {
        _links.ForEach(link => link.Dispose());
        _descriptors.ForEach(descriptor => descriptor.Dispose());
    }
}
