namespace EbpfCat.Programs;

/// <content>Pins, which keep a program and its maps beyond this process.</content>
public sealed partial class LoadedProgram : IKernelObject
{
    FileDescriptor IKernelObject.Descriptor => Descriptor;

    /// <summary>Opens a pinned program with its maps.</summary>
    /// <param name="name">The name of the pin: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">ENOENT: nothing is pinned there. EINVAL: it is no program.</exception>
    public static LoadedProgram Open(string name) => Open(Bpf.GetPinned<ProgramDescriptor>(PinPath.Of(name)));

    /// <summary>Pins the program, which keeps it and its maps when this process ends.</summary>
    /// <param name="name">The name of the pin, which must be free: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">EEXIST, EPERM: as the message says.</exception>
    public void Pin(string name) => PinPath.Pin(Descriptor, name);

    /// <summary>
    /// Pins all maps of the program, each by its name, in a directory; those that hold its variables too.
    /// <see cref="Pins.OpenMaps"/> opens them again. If one fails, none stays pinned.
    /// </summary>
    /// <param name="directory">The directory, created if it is missing: see <see cref="PinPath"/>.</param>
    /// <exception cref="KernelException">EEXIST, EPERM: as the message says.</exception>
    public void PinMaps(string directory)
    {
        using var pins = PinPath.OpenNew(PinPath.Of(directory));
        var pinned = new List<string>();
        try
        {
            foreach (var (name, map) in Maps)
            {
                pins.Pin(map.Descriptor, PinPath.FileName(name));
                pinned.Add(PinPath.FileName(name));
            }
        }
        catch
        {
            pinned.ForEach(pins.Remove);
            pins.RemoveIfEmpty();
            throw;
        }
    }
}
