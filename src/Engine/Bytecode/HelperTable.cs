namespace EbpfCat.Bytecode;

/// <summary>The kernel's helpers.</summary>
public static partial class HelperTable
{
}
