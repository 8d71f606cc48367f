using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>A BPF file system for one test. Dispose removes it with all its pins.</summary>
internal sealed class TemporaryBpfFileSystem : IDisposable
{
    public TemporaryBpfFileSystem() => BpfFileSystem.Mount(Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("ebpfcat-test-").FullName;

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        BpfFileSystem.Unmount(Path);
        Directory.Delete(Path);
    }
}
