namespace EbpfCat.Attachments;

/// <summary>
/// Keeps a program attached: its links, the descriptors that keep it attached while they are open (perf events,
/// sockets), and the actions that detach it.
/// </summary>
internal sealed class AttachmentHandle
{
    private readonly List<LinkDescriptor> _links = [];
    private readonly List<FileDescriptor> _descriptors = [];
    private readonly List<IDisposable> _kept = [];
    private readonly Stack<Action> _undo = new();

    // Mutable, so that tests can take the code paths of older kernels on a kernel with links. Never set otherwise.
    [ThreadStatic] private static bool _avoidsLinks;

    /// <summary>Whether the calling thread attaches as on a kernel without links. Set by tests only.</summary>
    internal static bool AvoidsLinks
    {
        get => _avoidsLinks;
        set => _avoidsLinks = value;
    }

    public IReadOnlyList<LinkDescriptor> Links => _links;

    /// <summary>Whether the program stays attached when the process is killed.</summary>
    public bool OutlivesProcess { get; set; }

    /// <summary>Whether another process can find the attachment without a link, so that it can be pinned.</summary>
    public bool CanBeFound { get; set; }

    /// <summary>Asks the kernel whether it runs the program, where it is attached without a link.</summary>
    public Func<bool>? Probe { get; set; }

    /// <summary>Attaches in steps. If a step fails, the steps before it are undone.</summary>
    public static AttachmentHandle Build(Action<AttachmentHandle> attach)
    {
        var handle = new AttachmentHandle();
        try
        {
            attach(handle);
            return handle;
        }
        catch
        {
            handle.Detach(forEveryone: false);
            handle.Close();
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

    /// <summary>Keeps an object that an undo action needs.</summary>
    public T Keep<T>(T needed)
        where T : IDisposable
    {
        _kept.Add(needed);
        return needed;
    }

    /// <summary>Adds an action to run after detaching closed the descriptors; the last added runs first.</summary>
    public void Undo(Action action) => _undo.Push(action);

    /// <summary>Whether the kernel runs the program; true where that cannot be asked.</summary>
    public bool Runs(uint programId) => _links.Count > 0
        ? _links.All(link => Bpf.GetLinkInfo(link).Runs(programId)) : Probe?.Invoke() ?? true;

    /// <summary>Detaches the program.</summary>
    /// <param name="forEveryone">Also from links that another process holds, where the kernel can do that.</param>
    /// <param name="programId">The program: a link that has another by now is left alone.</param>
    public void Detach(bool forEveryone, uint? programId = null)
    {
        foreach (var link in forEveryone ? _links : [])
        {
            if (programId is { } id && !Bpf.GetLinkInfo(link).Runs(id)) continue;
            try
            {
                Bpf.DetachLink(link);
            }
            catch (KernelException refusal) when (refusal.Errno is Errno.EOPNOTSUPP or Errno.ENOTSUPP or Errno.EINVAL)
            {
                // Links of tracing cannot be detached. They end when their last descriptor is closed.
            }
        }

        // A child process that has not called exec yet keeps the event open: no samples may be taken for it.
        foreach (var perfEvent in _descriptors.OfType<PerfEvent>().Where(one => !one.IsClosed)) perfEvent.Disable();
        CloseDescriptors();
        while (_undo.TryPop(out var action)) action();
    }

    /// <summary>Closes the descriptors without detaching.</summary>
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
