namespace EbpfCat.Kernels;

/// <summary>A new empty directory, gone with all it holds when disposed of.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>A directory in <paramref name="parent"/>, or where the system keeps temporary files.</summary>
    public TemporaryDirectory(string? parent = null)
    {
        Path = System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), $"ebpfcat-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The directory's absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
