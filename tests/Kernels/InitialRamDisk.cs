using System.Text;

namespace EbpfCat.Kernels;

/// <summary>
/// An initial RAM disk: a cpio archive in the "newc" format, which the kernel unpacks before its first process starts
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
/// </summary>
internal sealed class InitialRamDisk(Stream stream) : IDisposable
{
    private const int DirectoryType = 0x4000;
    private const int FileType = 0x8000;
    private const int CharacterDeviceType = 0x2000;

    private readonly HashSet<string> _directories = [];
    private int _inode;

    /// <summary>Adds an executable file of that path, and the directories on the way to it.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content)
    {
        AddParents(path);
        AddEntry(path, FileType | 0x1ED, content);
    }

    /// <summary>Adds a character device that only root may use.</summary>
    public void AddCharacterDevice(string path, int major, int minor)
    {
        AddParents(path);
        AddEntry(path, CharacterDeviceType | 0x180, [], major, minor);
    }

    /// <summary>Ends the archive.</summary>
    public void Dispose()
    {
        AddEntry("TRAILER!!!", 0, []);
        stream.Dispose();
    }

    private void AddParents(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_directories.Add(path[..slash]))
            {
                AddEntry(path[..slash], DirectoryType | 0x1ED, []);
            }
        }
    }

    private void AddEntry(string path, int mode, ReadOnlySpan<byte> content, int major = 0, int minor = 0)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var header = new StringBuilder("070701");

        // Inode, mode, owner, group, links, time, size, device, special device, length of the name, check sum.
        ReadOnlySpan<int> fields =
            [++_inode, mode, 0, 0, 1, 0, content.Length, 0, 0, major, minor, name.Length, 0];
        foreach (var field in fields)
        {
            header.Append(field.ToString("X8", null));
        }

        stream.Write(Encoding.ASCII.GetBytes(header.ToString()));
        stream.Write(name);
        Pad(header.Length + name.Length);
        stream.Write(content);
        Pad(content.Length);
    }

    private void Pad(int length) => stream.Write(new byte[-length & 3]);
}
