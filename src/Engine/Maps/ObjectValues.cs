using System.Net.Sockets;

namespace EbpfCat.Maps;

/// <summary>
/// The values of maps that hold objects of the kernel. It takes the number of an open descriptor and gives an id back;
/// outside the value is the object itself, or its id, and an interface is its name.
/// </summary>
internal static class ObjectValues
{
    /// <summary>The value as the kernel takes it.</summary>
    /// <param name="held">Takes what must stay open until the kernel has seen the value.</param>
    public static object? ToKernel(MapType type, object? value, ref List<IDisposable>? held) => (type, value) switch
    {
        (_, null) => null,
        (MapType.ArrayOfMaps or MapType.HashOfMaps, IKernelObject { Descriptor: MapDescriptor inner }) => inner.Number,
        (MapType.ArrayOfMaps or MapType.HashOfMaps, FileDescriptor descriptor) => descriptor.Number,
        (MapType.ArrayOfMaps or MapType.HashOfMaps, _) when IdOf(value) is { } id => Hold(Bpf.GetMap(id), ref held),
        (MapType.ArrayOfMaps or MapType.HashOfMaps, _) => throw Refuse(value, "a map, or the id of one"),
        (MapType.ProgramArray, IKernelObject { Descriptor: ProgramDescriptor program }) => program.Number,
        (MapType.ProgramArray, FileDescriptor descriptor) => descriptor.Number,
        (MapType.ProgramArray, _) when IdOf(value) is { } id => Hold(Bpf.GetProgram(id), ref held),
        (MapType.ProgramArray, _) => throw Refuse(value, "a loaded program, or the id of one"),
        (MapType.DevMap or MapType.DevMapHash, string name) => IndexOf(name),
        (MapType.SockMap or MapType.SockHash or MapType.XskMap, Socket socket) => (int)socket.Handle,
        (MapType.SockMap or MapType.SockHash or MapType.XskMap, FileDescriptor descriptor) => descriptor.Number,
        _ => value,
    };

    /// <summary>The value as it is shown.</summary>
    public static object? FromKernel(MapType type, object? value) => (type, value) switch
    {
        (MapType.DevMap or MapType.DevMapHash, uint index) => NameOf(index) ?? value,
        _ => value,
    };

    private static uint? IdOf(object value)
    {
        try
        {
            return value is IConvertible number and not (bool or DateTime)
                ? number.ToUInt32(CultureInfo.InvariantCulture) : null;
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidCastException)
        {
            return null;
        }
    }

    private static int Hold(FileDescriptor descriptor, ref List<IDisposable>? held)
    {
        (held ??= []).Add(descriptor);
        return descriptor.Number;
    }

    private static object IndexOf(string name)
    {
        if (uint.TryParse(name, CultureInfo.InvariantCulture, out var index)) return index;
        using var netlink = new Netlink();
        return netlink.GetLink(name).Index;
    }

    private static string? NameOf(uint index)
    {
        using var netlink = new Netlink();
        return netlink.GetLinks().FirstOrDefault(link => link.Index == index)?.Name;
    }

    private static TypeConversionException Refuse(object value, string wanted) =>
        new($"{MapText.Describe(value)} ({value.GetType().Name}) is not {wanted}.");
}
