namespace EbpfCat.Commands;

/// <summary>Takes a number of seconds, as other commands' time limits do, or a TimeSpan.</summary>
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not TimeSpan
            && LanguagePrimitives.TryConvertTo<double>(value, CultureInfo.InvariantCulture, out var seconds))
        {
            if (seconds is >= 0 and < int.MaxValue) return TimeSpan.FromSeconds(seconds);
            if (seconds < 0) value = TimeSpan.MinValue;
        }

        return value is TimeSpan span && span < TimeSpan.Zero
            ? throw new ArgumentTransformationMetadataException(
                $"{inputData} is no time limit: a limit is a number of seconds from 0 on. Without one there is no end.")
            : inputData;
    }
}
