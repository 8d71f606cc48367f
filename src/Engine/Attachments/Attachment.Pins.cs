using EbpfCat.Kernel;

namespace EbpfCat.Attachments;

/// <content>Pinning what is attached already.</content>
public abstract partial class Attachment
{
    /// <summary>Pins the attachment with its program and maps, so that it stays when this process ends.</summary>
    /// <param name="name">A name, or the path of a directory in a BPF file system: see <see cref="PinDirectory"/>.</param>
    /// <exception cref="KernelException">EEXIST: the name is taken, or the attachment is pinned already.</exception>
    /// <exception cref="NotSupportedException">Attachments of this kind cannot be pinned.</exception>
    public void Pin(string name)
    {
        ObjectDisposedException.ThrowIf(!IsAttached, this);
        var path = PinDirectory.PathOf(name);
        if (PinPath is not null)
            throw new KernelException($"pin to '{path}'", Errno.EEXIST, $"the attachment is pinned already, to '{PinPath}'");
        PinCore(path);
    }

    /// <summary>Removes the pin. The program stays attached as long as this object.</summary>
    public void Unpin()
    {
        if (PinPath is null) return;
        PinDirectory.Delete(PinPath);
        PinPath = null;
    }

    private protected virtual void PinCore(string path) =>
        throw new NotSupportedException($"An attachment of kind {Kind} cannot be pinned.");
}
