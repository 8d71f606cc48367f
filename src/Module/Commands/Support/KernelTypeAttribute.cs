namespace EbpfCat.Commands;

/// <summary>
/// Lets a parameter take a kernel type however it is written: <c>uint64</c>, <c>'!H'</c>, <c>([ipaddress])</c>, or
/// <c>([ordered]@{ Source = 'ipaddress'; Port = 'uint16' })</c> for a struct.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class KernelTypeAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            // PowerShell wraps what went through a pipeline or a variable, the fields of a struct among them.
            return SessionValue.Unwrap(inputData) is { } description ? EbpfType.FromObject(description) : null;
        }
        catch (Exception error) when (error is FormatException or TypeConversionException)
        {
            throw new ArgumentTransformationMetadataException(error.Message, error);
        }
    }
}
