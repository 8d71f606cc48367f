namespace EbpfCat.Maps;

/// <summary>What setting a value does about the key, with the kernel's values (<c>BPF_ANY</c>, linux/bpf.h).</summary>
public enum MapUpdate
{
    /// <summary>Inserts the key or replaces its value.</summary>
    Any = 0,
    /// <summary>Inserts the key; refused where it is present.</summary>
    Add = 1,
    /// <summary>Replaces the value; refused where the key is absent.</summary>
    Replace = 2,
}
