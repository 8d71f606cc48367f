namespace EbpfCat.Kernel;

/// <content>Pins and ids: objects of any kind.</content>
internal static unsafe partial class Bpf
{
    /// <summary>Gives an object a name in the BPF file system, which keeps it (BPF_OBJ_PIN).</summary>
    /// <param name="descriptor">The map, program, link or type information.</param>
    /// <param name="path">A free path below a mounted BPF file system, as a rule <c>/sys/fs/bpf</c>.</param>
    /// <param name="shownPath">The path for messages, where it is another.</param>
    public static void Pin(FileDescriptor descriptor, string path, string? shownPath = null)
    {
        using var borrowed = descriptor.Borrow();
        var errno = Pinned(BpfCommand.ObjectPin, path, borrowed.Number, out _);
        if (errno != Errno.None) throw Refusal(BpfCommand.ObjectPin, errno, $"pin to '{shownPath ?? path}'");
    }

    /// <summary>Opens what is pinned (BPF_OBJ_GET).</summary>
    /// <returns>
    /// A <see cref="MapDescriptor"/>, <see cref="ProgramDescriptor"/>, <see cref="LinkDescriptor"/> or
    /// <see cref="BtfDescriptor"/>, as what is pinned is.
    /// </returns>
    /// <param name="shownPath">The path for messages, where it is another.</param>
    public static FileDescriptor GetPinned(string path, string? shownPath = null)
    {
        var errno = Pinned(BpfCommand.ObjectGet, path, 0, out var number);
        if (errno != Errno.None) throw Refusal(BpfCommand.ObjectGet, errno, $"open the pin '{shownPath ?? path}'");
        // The kernel names its anonymous files by their kind; no command of bpf(2) tells it.
        return new FileInfo($"/proc/self/fd/{number}").LinkTarget switch
        {
            "anon_inode:bpf-map" => DescribeMap(number),
            "anon_inode:bpf-prog" => new ProgramDescriptor(number),
            "anon_inode:bpf-link" or "anon_inode:bpf_link" => new LinkDescriptor(number),
            "anon_inode:btf" => new BtfDescriptor(number),
            _ => new FileDescriptor(number),
        };
    }

    /// <summary>Opens what is pinned, if it is of the kind asked for.</summary>
    /// <typeparam name="T">The kind of descriptor.</typeparam>
    /// <exception cref="KernelException">EINVAL: something of another kind is pinned there.</exception>
    /// <param name="shownPath">The path for messages, where it is another.</param>
    public static T GetPinned<T>(string path, string? shownPath = null)
        where T : FileDescriptor
    {
        var descriptor = GetPinned(path, shownPath);
        if (descriptor is T wanted) return wanted;
        var (found, asked) = (Kind(descriptor.GetType()), Kind(typeof(T)));
        descriptor.Dispose();
        throw new KernelException($"open the pin '{shownPath ?? path}' as a {asked}", Errno.EINVAL, $"it is a {found}");

        static string Kind(Type type) =>
            type.Name.Replace("Descriptor", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    /// <summary>The ids of all maps in the kernel, ascending (BPF_MAP_GET_NEXT_ID).</summary>
    public static IEnumerable<uint> MapIds() => Ids(BpfCommand.MapGetNextId, "list the maps");

    /// <summary>The ids of all programs in the kernel, ascending (BPF_PROG_GET_NEXT_ID).</summary>
    public static IEnumerable<uint> ProgramIds() => Ids(BpfCommand.ProgramGetNextId, "list the programs");

    /// <summary>The ids of all links in the kernel, ascending (BPF_LINK_GET_NEXT_ID, Linux 5.8).</summary>
    public static IEnumerable<uint> LinkIds() => Ids(BpfCommand.LinkGetNextId, "list the links");

    /// <summary>The ids of all type information in the kernel, ascending (BPF_BTF_GET_NEXT_ID, Linux 5.4).</summary>
    public static IEnumerable<uint> BtfIds() => Ids(BpfCommand.BtfGetNextId, "list the type information (BTF)");

    /// <summary>Opens a map by its id (BPF_MAP_GET_FD_BY_ID).</summary>
    /// <param name="flags">ReadOnly or WriteOnly, or none for both.</param>
    public static MapDescriptor GetMap(uint id, BpfMapFlags flags = BpfMapFlags.None) =>
        DescribeMap(OpenById(BpfCommand.MapGetFdById, id, "map", flags));

    /// <summary>Opens a program by its id (BPF_PROG_GET_FD_BY_ID).</summary>
    public static ProgramDescriptor GetProgram(uint id) => new(OpenById(BpfCommand.ProgramGetFdById, id, "program"));

    /// <summary>Opens a link by its id (BPF_LINK_GET_FD_BY_ID, Linux 5.8).</summary>
    public static LinkDescriptor GetLink(uint id) => new(OpenById(BpfCommand.LinkGetFdById, id, "link"));

    /// <summary>Opens type information by its id (BPF_BTF_GET_FD_BY_ID).</summary>
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
                case var errno: throw Refusal(command, errno, operation);
            }
        }
    }

    private static int OpenById(BpfCommand command, uint id, string kind, BpfMapFlags flags = BpfMapFlags.None)
    {
        var attributes = new IdAttributes { Id = id, OpenFlags = flags };
        return Call(command, ref attributes, out var number) switch
        {
            Errno.None => number,
            Errno.ENOENT => throw new KernelException(
                $"open the {kind} with id {id}", Errno.ENOENT, "there is none, or no longer"),
            var errno => throw Refusal(command, errno, $"open the {kind} with id {id}"),
        };
    }

    private static Errno Pinned(BpfCommand command, string path, int descriptor, out int number)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        fixed (byte* pointer = Text.ToCString(path))
        {
            var attributes = new ObjectAttributes { Pathname = (ulong)pointer, BpfFd = descriptor };
            return Call(command, ref attributes, out number);
        }
    }

    private static MapDescriptor DescribeMap(int number)
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
        public BpfMapFlags OpenFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ObjectAttributes
    {
        public ulong Pathname;
        public int BpfFd;
        public uint FileFlags;
    }
}
