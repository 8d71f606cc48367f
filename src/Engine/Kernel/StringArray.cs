namespace EbpfCat.Kernel;

/// <summary>An array of pointers to strings, as <c>char **</c>, until disposed.</summary>
internal sealed unsafe class StringArray : IDisposable
{
    private readonly int _count;

    public StringArray(IReadOnlyList<string> strings)
    {
        _count = strings.Count;
        Pointer = (nint*)NativeMemory.AllocZeroed((nuint)Math.Max(_count, 1), (nuint)sizeof(nint));
        for (var index = 0; index < _count; index++)
            Pointer[index] = Marshal.StringToCoTaskMemUTF8(strings[index]);
    }

    public nint* Pointer { get; }

    public void Dispose()
    {
        for (var index = 0; index < _count; index++) Marshal.FreeCoTaskMem(Pointer[index]);
        NativeMemory.Free(Pointer);
    }
}
