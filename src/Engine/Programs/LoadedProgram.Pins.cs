using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Programs;

/// <content>Pins, which keep a program and its maps beyond this process.</content>
public sealed partial class LoadedProgram : IKernelObject
{
    FileDescriptor IKernelObject.Descriptor => Descriptor;

    /// <summary>Opens a pinned program with its maps.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="KernelException">ENOENT: nothing is pinned there. EINVAL: it is no program.</exception>
    public static LoadedProgram Open(string path) => Open(Bpf.GetPinned<ProgramDescriptor>(path));

    /// <summary>Gives the program a path in a BPF file system. Its maps stay with it.</summary>
    /// <param name="path">The path, as a rule below <c>/sys/fs/bpf</c>. It must not exist; its directory must.</param>
    /// <exception cref="KernelException">EEXIST, ENOENT, EPERM: as the message says.</exception>
    public void Pin(string path) => Bpf.Pin(Descriptor, path);

    /// <summary>
    /// Pins all maps of the program, each by its name, in a directory; those that hold its variables too. They stay when the
    /// program goes. <see cref="Pins.OpenMaps"/> opens them again. If one fails, none stays.
    /// </summary>
    /// <param name="directory">The directory; it is made if it is missing.</param>
    /// <exception cref="KernelException">EEXIST, EPERM: as the message says.</exception>
    public void PinMaps(string directory)
    {
        var isNew = Pins.MakeDirectory(directory);
        var pinned = new List<string>();
        try
        {
            foreach (var (name, map) in Maps)
            {
                var path = Path.Combine(directory, Pins.FileName(name));
                map.Pin(path);
                pinned.Add(path);
            }
        }
        catch
        {
            pinned.ForEach(File.Delete);
            if (isNew) Directory.Delete(directory);
            throw;
        }
    }
}
