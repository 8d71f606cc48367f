namespace EbpfCat.Commands;

/// <summary>Takes a number of seconds, as other commands' time limits do, or a TimeSpan.</summary>
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is not TimeSpan
            && LanguagePrimitives.TryConvertTo<double>(value, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < int.MaxValue
            ? TimeSpan.FromSeconds(seconds) : inputData;
    }
}
