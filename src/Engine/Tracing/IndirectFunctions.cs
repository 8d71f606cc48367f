namespace EbpfCat.Tracing;

/// <summary>
/// Finds the implementation of an <see cref="ElfSymbolKind.IndirectFunction"/>. The loader chooses it by the processor,
/// so that a library that this process has loaded tells the choice in all processes.
/// </summary>
internal sealed unsafe class IndirectFunctions(ElfFile file)
{
    private readonly Lazy<string?> _loaded = new(() => file.BuildId is not { } id ? null
        : Mappings.Mappings.Where(each => each is { IsFile: true, IsExecutable: true, IsDeleted: false })
            .Select(each => each.Path).Distinct().FirstOrDefault(path => HasBuildId(path, id)));

    private static ProcessMaps Mappings => ProcessMaps.Read(Environment.ProcessId);

    /// <summary>The file offset of the implementation, or null if the choice is not known.</summary>
    public ulong? FindImplementation(ElfSymbol symbol)
    {
        if (_loaded.Value is not { } path || !NativeLibrary.TryLoad(path, out var library)) return null;
        try
        {
            // The implementation of some functions is in the vDSO, which is no file.
            return Look(library, symbol) is not 0 and var address
                && Mappings.Find((ulong)address) is { } mapping && mapping.Path == path
                    ? (ulong)address - mapping.Start + mapping.FileOffset : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    private static bool HasBuildId(string path, string id)
    {
        try
        {
            using var file = ElfFile.Open(path);
            return file.BuildId == id;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    private static nint Look(nint library, ElfSymbol symbol)
    {
        if (symbol.IsDefaultVersion) return NativeLibrary.TryGetExport(library, symbol.Name, out var found) ? found : 0;
        // dlvsym(3) is in libc since glibc 2.34, and in libdl before.
        var look = NativeLibrary.TryGetExport(NativeLibrary.Load("libc.so.6"), "dlvsym", out var first) ? first
            : NativeLibrary.TryGetExport(NativeLibrary.Load("libdl.so.2"), "dlvsym", out var second) ? second : 0;
        if (look == 0) return 0;
        fixed (byte* name = Text.ToCString(symbol.Name), version = Text.ToCString(symbol.Version!))
            return ((delegate* unmanaged<nint, byte*, byte*, nint>)look)(library, name, version);
    }
}
