namespace EbpfCat.Compiler;

/// <summary>Compares instructions by their operations and operands.</summary>
internal sealed class SameInstruction : IEqualityComparer<MachineInstruction>
{
    public static readonly SameInstruction Comparer = new();

    public bool Equals(MachineInstruction? a, MachineInstruction? b) =>
        a is not null && b is not null ? a.SameAs(b) : ReferenceEquals(a, b);

    public int GetHashCode(MachineInstruction instruction) => instruction.ContentHash();
}
