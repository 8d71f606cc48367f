namespace EbpfCat.Tracing;

/// <summary>An address of code and what it is part of.</summary>
/// <param name="Address">The address.</param>
/// <param name="Symbol">The function; null where none is known.</param>
/// <param name="Offset">How far into the function the address is, in bytes; where none is known, into the file.</param>
/// <param name="Module">
/// The kernel's module, or the file of a process; <c>[vdso]</c>, <c>[anon]</c>; null for the kernel itself and where nothing
/// is known.
/// </param>
/// <param name="IsKernel">Whether it is the kernel's.</param>
public readonly record struct SymbolizedAddress(ulong Address, string? Symbol, ulong Offset, string? Module, bool IsKernel)
{
    /// <summary>The address as <c>function+0x1a [module]</c>.</summary>
    public override string ToString()
    {
        var module = Module is null ? "" : $" [{Path.GetFileName(Module).Trim('[', ']')}]";
        return Symbol is null
            ? FormattableString.Invariant($"0x{Address:x}{module}")
            : FormattableString.Invariant($"{Symbol}+0x{Offset:x}{module}");
    }
}
