namespace EbpfCat.Kernel;

/// <summary>The capabilities that the use of a thing needs, all of them.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class RequiresAttribute(params Capability[] capabilities) : Attribute
{
    public IReadOnlyList<Capability> Capabilities => capabilities;
}
