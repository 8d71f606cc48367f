namespace EbpfCat.Kernel;

/// <summary>How an entry of a map is read or written.</summary>
[Flags]
public enum BpfElementFlags : ulong
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The key must be absent (<c>BPF_NOEXIST</c>).</summary>
    NoExist = 1,

    /// <summary>The key must be present (<c>BPF_EXIST</c>).</summary>
    Exist = 2,

    /// <summary>The value is copied under its spin lock (<c>BPF_F_LOCK</c>).</summary>
    [Since(5, 1)]
    Lock = 4,
}
