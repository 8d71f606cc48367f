namespace EbpfCat.Kernel;

/// <summary>The first version of Linux that has a thing. A kernel of a distribution may have it earlier.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class SinceAttribute(int major, int minor) : Attribute
{
    /// <summary>The first number of the version.</summary>
    public int Major => major;

    /// <summary>The second number of the version.</summary>
    public int Minor => minor;

    /// <summary>The version.</summary>
    public Version Version => new(major, minor);
}
