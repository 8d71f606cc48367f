namespace EbpfCat.Bytecode;

/// <summary>A function of the kernel that programs call by number (include/uapi/linux/bpf.h, bpf-helpers(7)).</summary>
/// <param name="Id">The number, as the immediate of a call.</param>
/// <param name="Name">The name without <c>bpf_</c>: <c>map_lookup_elem</c>.</param>
/// <param name="Kernel">The first version of Linux that has it.</param>
/// <param name="Traits">Its requirements, and its effects on the calling program.</param>
/// <param name="Result">The kind of its result in R0.</param>
/// <param name="Parameters">The parameters, in R1 to R5.</param>
public sealed record Helper(
    int Id, string Name, Version Kernel, HelperTraits Traits, HelperResult Result,
    IReadOnlyList<HelperParameter> Parameters)
{
    /// <summary>The name as the kernel prints it: <c>bpf_map_lookup_elem</c>.</summary>
    public string FullName => "bpf_" + Name;

    /// <summary>Only programs under a license compatible with the GPL may call it.</summary>
    public bool IsGplOnly => Has(HelperTraits.GplOnly);

    /// <summary>Takes more arguments than are listed, as <c>bpf_trace_printk</c> does.</summary>
    public bool IsVariadic => Parameters is [.., { Kind: HelperParameterKind.More }];

    /// <summary>The call may write to memory that an argument, or a function that it calls, can reach.</summary>
    internal bool WritesMemory => Parameters.Any(parameter => parameter.Kind
        is HelperParameterKind.Write or HelperParameterKind.Update or HelperParameterKind.Dynptr
        or HelperParameterKind.Function or HelperParameterKind.Any);

    /// <summary>The largest result, taken as an unsigned number.</summary>
    internal ulong MaxResult => Result == HelperResult.UInt32 ? uint.MaxValue : ulong.MaxValue;

    /// <summary>Whether the helper has a trait.</summary>
    public bool Has(HelperTraits trait) => (Traits & trait) != 0;

    /// <summary>The helper as a signature: <c>Int64 bpf_map_delete_elem(map, key)</c>.</summary>
    public override string ToString() =>
        $"{Result} {FullName}({string.Join(", ", Parameters.Select(parameter => parameter.Name))})";
}
