namespace EbpfCat.Kernel;

/// <summary>Parts of <see cref="ProgramInfo"/> that take further copying.</summary>
[Flags]
public enum ProgramInfoParts
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The ids of the maps.</summary>
    Maps = 1,

    /// <summary>The instructions after verification; reading them needs CAP_BPF or CAP_SYS_ADMIN.</summary>
    Instructions = 2,

    /// <summary>Function and line records.</summary>
    Lines = 4,

    /// <summary>All of them.</summary>
    All = Maps | Instructions | Lines,
}
