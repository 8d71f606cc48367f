using System.Collections;
using System.Management.Automation;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>
/// Lets a parameter take a kernel type however it is written: <c>uint64</c>, <c>'!H'</c>, <c>([ipaddress])</c>, or
/// <c>([ordered]@{ Source = 'ipaddress'; Port = 'uint16' })</c> for a struct.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class KernelTypeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Bare(inputData) is not { } description) return null;
        try
        {
            return EbpfType.FromObject(description);
        }
        catch (FormatException error)
        {
            throw new ArgumentTransformationMetadataException(error.Message, error);
        }
    }

    // PowerShell wraps what went through a pipeline or a variable, the fields of a struct among them.
    private static object? Bare(object? value)
    {
        var bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (bare is not IDictionary fields || !fields.Values.Cast<object?>().Any(field => field is PSObject or IDictionary)) return bare;
        IDictionary copy = fields is Hashtable ? new Hashtable() : new System.Collections.Specialized.OrderedDictionary();
        foreach (DictionaryEntry field in fields) copy.Add(field.Key, Bare(field.Value));
        return copy;
    }
}
