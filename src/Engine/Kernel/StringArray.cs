namespace EbpfCat.Kernel;

/// <summary>An array of pointers to strings, as <c>char **</c>, until disposed.</summary>
internal sealed unsafe class StringArray : IDisposable
{
    private readonly int count;

    public StringArray(IReadOnlyList<string> strings)
    {
        count = strings.Count;
        Pointer = (nint*)NativeMemory.AllocZeroed((nuint)Math.Max(count, 1), (nuint)sizeof(nint));
        for (var index = 0; index < count; index++)
            Pointer[index] = Marshal.StringToCoTaskMemUTF8(strings[index]);
    }

    public nint* Pointer { get; }

    public void Dispose()
    {
        for (var index = 0; index < count; index++) Marshal.FreeCoTaskMem(Pointer[index]);
        NativeMemory.Free(Pointer);
    }
}
