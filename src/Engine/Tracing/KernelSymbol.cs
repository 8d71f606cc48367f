namespace EbpfCat.Tracing;

/// <summary>A kernel symbol from <c>/proc/kallsyms</c>.</summary>
/// <param name="Address">The address; 0 where the kernel hides it.</param>
/// <param name="Type">The letter of nm(1): <c>T</c>, <c>t</c> code, <c>D</c>, <c>d</c> data; capital: global.</param>
/// <param name="Module">The module, <c>bpf</c> for programs; null for the kernel itself.</param>
public readonly record struct KernelSymbol(string Name, ulong Address, char Type, string? Module)
{
    /// <summary>Whether it names code.</summary>
    public bool IsFunction => Type is 'T' or 't' or 'W' or 'w';
}
