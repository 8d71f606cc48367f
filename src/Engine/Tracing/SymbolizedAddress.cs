namespace EbpfCat.Tracing;

/// <summary>A code address with its function and module.</summary>
/// <param name="Symbol">The function; of C++ and Rust as in the source, <c>ns::Foo::bar(int)</c>; or null.</param>
/// <param name="Offset">The offset in the function in bytes; in the file if no function is known.</param>
/// <param name="Module">
/// The kernel module, or the file of a process; <c>[vdso]</c>, <c>[anon]</c>; null for the kernel itself and if nothing
/// is known.
/// </param>
public readonly record struct SymbolizedAddress(
    ulong Address, string? Symbol, ulong Offset, string? Module, bool IsKernel)
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
