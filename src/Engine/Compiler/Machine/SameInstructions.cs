namespace EbpfCat.Compiler;

/// <summary>Compares blocks by their instructions.</summary>
internal sealed class SameInstructions : IEqualityComparer<MachineBlock>
{
    public static readonly SameInstructions Comparer = new();

    public bool Equals(MachineBlock? a, MachineBlock? b)
    {
        if (a is null || b is null || a.Instructions.Count != b.Instructions.Count) return ReferenceEquals(a, b);
        for (var i = 0; i < a.Instructions.Count; i++)
        {
            if (!a.Instructions[i].SameAs(b.Instructions[i])) return false;
        }

        return true;
    }

    public int GetHashCode(MachineBlock block)
    {
        var hash = block.Instructions.Count;
        foreach (var instruction in block.Instructions) hash = HashCode.Combine(hash, instruction.ContentHash());
        return hash;
    }
}
