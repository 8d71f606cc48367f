namespace EbpfCat.Programs;

/// <summary>Something that a kernel may have or not.</summary>
/// <param name="IsSupported">Whether the running kernel has it.</param>
/// <param name="Since">The first version of Linux that has it, configured so; null where that is not known.</param>
/// <param name="ProgramTypes">Of a helper the types of program that may call it; else empty.</param>
public sealed record KernelFeature(
    FeatureKind Kind, string Name, bool IsSupported, Version? Since, IReadOnlyList<string> ProgramTypes);
