namespace EbpfCat.Programs;

/// <summary>What a feature of the kernel is.</summary>
public enum FeatureKind
{
    /// <summary>An instruction set version.</summary>
    InstructionSet,
    /// <summary>A type of program.</summary>
    ProgramType,
    /// <summary>A type of map.</summary>
    MapType,
    /// <summary>A way to attach programs by links.</summary>
    Attachment,
    /// <summary>A helper.</summary>
    Helper,
}
