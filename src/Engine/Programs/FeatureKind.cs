namespace EbpfCat.Programs;

/// <summary>The kind of a feature of the kernel.</summary>
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
