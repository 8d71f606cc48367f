namespace EbpfCat.Kernel;

/// <summary>How an entry of a map is read or written.</summary>
[Flags]
internal enum BpfElementFlags : ulong
{
    None = 0,
    NoExist = 1, // The key must be absent (BPF_NOEXIST)
    Exist = 2, // The key must be present (BPF_EXIST)
    [Since(5, 1)] Lock = 4, // The value is copied under its spin lock (BPF_F_LOCK)
}
