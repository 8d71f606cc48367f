namespace EbpfCat.Kernel;

/// <summary>Parts of <see cref="ProgramInfo"/> that take further copying.</summary>
[Flags]
internal enum ProgramInfoParts
{
    None = 0,
    Maps = 1, // The ids of the maps
    Instructions = 2, // The instructions after verification; reading them needs CAP_BPF or CAP_SYS_ADMIN
    Lines = 4, // Function and line records
    All = Maps | Instructions | Lines,
}
