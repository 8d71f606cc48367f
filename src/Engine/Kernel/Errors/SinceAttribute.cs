namespace EbpfCat.Kernel;

/// <summary>The first version of Linux that has a thing. A kernel of a distribution may have it earlier.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class SinceAttribute(int major, int minor) : Attribute
{
    public int Major => major;

    public int Minor => minor;

    public Version Version => new(major, minor);
}
