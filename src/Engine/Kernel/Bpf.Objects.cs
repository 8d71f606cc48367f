using System.Runtime.InteropServices;

namespace EbpfCat.Kernel;

/// <content>Pins and ids: objects of any kind.</content>
public static unsafe partial class Bpf
{
    /// <summary>Gives an object a name in the BPF file system, which keeps it (BPF_OBJ_PIN).</summary>
    /// <param name="descriptor">The map, program, link or type information.</param>
    /// <param name="path">A path below a mounted BPF file system, as a rule <c>/sys/fs/bpf</c>, that does not exist.</param>
    public static void Pin(FileDescriptor descriptor, string path)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        using var borrowed = descriptor.Borrow();
        var errno = Pinned(BpfCommand.ObjectPin, path, borrowed.Number, out _);
        if (errno != Errno.None)
        {
            throw Refusal(BpfCommand.ObjectPin, errno, $"pin to '{path}'");
        }
    }

    /// <summary>Opens what is pinned (BPF_OBJ_GET). Of what kind it is, <c>/proc/self/fdinfo</c> tells.</summary>
    /// <param name="path">The path.</param>
    /// <returns>A descriptor of the object.</returns>
    public static FileDescriptor GetPinned(string path) => new(OpenPinned(path));

    /// <summary>Opens a pinned map.</summary>
    /// <param name="path">The path.</param>
    public static MapDescriptor GetPinnedMap(string path) => Describe(OpenPinned(path));

    /// <summary>Opens a pinned program.</summary>
    /// <param name="path">The path.</param>
    public static ProgramDescriptor GetPinnedProgram(string path) => new(OpenPinned(path));

    /// <summary>Opens a pinned link.</summary>
    /// <param name="path">The path.</param>
    public static LinkDescriptor GetPinnedLink(string path) => new(OpenPinned(path));

    /// <summary>The ids of all maps in the kernel, ascending (BPF_MAP_GET_NEXT_ID).</summary>
    public static IEnumerable<uint> MapIds() => Ids(BpfCommand.MapGetNextId, "list the maps");

    /// <summary>The ids of all programs in the kernel, ascending (BPF_PROG_GET_NEXT_ID).</summary>
    public static IEnumerable<uint> ProgramIds() => Ids(BpfCommand.ProgramGetNextId, "list the programs");

    /// <summary>The ids of all links in the kernel, ascending (BPF_LINK_GET_NEXT_ID, Linux 5.8).</summary>
    public static IEnumerable<uint> LinkIds() => Ids(BpfCommand.LinkGetNextId, "list the links");

    /// <summary>The ids of all type information in the kernel, ascending (BPF_BTF_GET_NEXT_ID, Linux 5.4).</summary>
    public static IEnumerable<uint> BtfIds() => Ids(BpfCommand.BtfGetNextId, "list the type information (BTF)");

    /// <summary>Opens a map by its id (BPF_MAP_GET_FD_BY_ID).</summary>
    /// <param name="id">The id.</param>
    /// <param name="flags">ReadOnly or WriteOnly, or none for both.</param>
    public static MapDescriptor GetMap(uint id, BpfMapFlags flags = BpfMapFlags.None) =>
        Describe(OpenById(BpfCommand.MapGetFdById, id, "map", flags));

    /// <summary>Opens a program by its id (BPF_PROG_GET_FD_BY_ID).</summary>
    /// <param name="id">The id.</param>
    public static ProgramDescriptor GetProgram(uint id) => new(OpenById(BpfCommand.ProgramGetFdById, id, "program"));

    /// <summary>Opens a link by its id (BPF_LINK_GET_FD_BY_ID, Linux 5.8).</summary>
    /// <param name="id">The id.</param>
    public static LinkDescriptor GetLink(uint id) => new(OpenById(BpfCommand.LinkGetFdById, id, "link"));

    /// <summary>Opens type information by its id (BPF_BTF_GET_FD_BY_ID).</summary>
    /// <param name="id">The id.</param>
    public static BtfDescriptor GetBtf(uint id) => new(OpenById(BpfCommand.BtfGetFdById, id, "type information (BTF)"));

    private static IEnumerable<uint> Ids(BpfCommand command, string operation)
    {
        var id = 0u;
        while (true)
        {
            var attributes = new IdAttributes { Id = id };
            switch (Call(command, ref attributes))
            {
                case Errno.None:
                    yield return id = attributes.NextId;
                    break;
                case Errno.ENOENT:
                    yield break;
                case var errno:
                    throw Refusal(command, errno, operation);
            }
        }
    }

    private static int OpenById(BpfCommand command, uint id, string kind, BpfMapFlags flags = BpfMapFlags.None)
    {
        var attributes = new IdAttributes { Id = id, Flags = flags };
        return Call(command, ref attributes, out var number) switch
        {
            Errno.None => number,
            Errno.ENOENT => throw new KernelException(
                $"open the {kind} with id {id}", Errno.ENOENT, "there is none, or no longer"),
            var errno => throw Refusal(command, errno, $"open the {kind} with id {id}"),
        };
    }

    private static int OpenPinned(string path)
    {
        var errno = Pinned(BpfCommand.ObjectGet, path, 0, out var number);
        return errno == Errno.None ? number : throw Refusal(BpfCommand.ObjectGet, errno, $"open the pin '{path}'");
    }

    private static Errno Pinned(BpfCommand command, string path, int descriptor, out int number)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        fixed (byte* pointer = Text.Terminated(path))
        {
            var attributes = new ObjectAttributes { Path = (ulong)pointer, Descriptor = descriptor };
            return Call(command, ref attributes, out number);
        }
    }

    private static MapDescriptor Describe(int number)
    {
        // The descriptor that asks for the sizes is replaced by one that knows them.
        using var plain = new FileDescriptor(number, ownsHandle: false);
        try
        {
            var info = GetMapInfo(plain);
            return new MapDescriptor(number, info.Type, info.KeySize, info.ValueSize);
        }
        catch
        {
            _ = Libc.Close(number);
            throw;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IdAttributes
    {
        public uint Id;
        public uint NextId;
        public BpfMapFlags Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ObjectAttributes
    {
        public ulong Path;
        public int Descriptor;
        public uint Flags;
    }
}
