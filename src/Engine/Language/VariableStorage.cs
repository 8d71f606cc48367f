namespace EbpfCat.Language;

/// <summary>The kind of map that holds a shared variable.</summary>
public enum VariableStorage
{
    /// <summary>In a memory-mapped array map: both sides read and write it directly, with no call.</summary>
    Array,
    /// <summary>One copy for each processor: no contention; read as an array of values.</summary>
    PerCpu,
    /// <summary>In a hash map, read from the kernel at each access.</summary>
    Hash,
}
