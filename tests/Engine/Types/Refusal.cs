using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

/// <summary>The message for a value that does not fit.</summary>
internal static class Refusal
{
    public static string Of(EbpfType type, object? value) =>
        Assert.Throws<TypeConversionException>(() => type.ToBytes(value)).Message;

    public static string OfText(string text) => Assert.Throws<FormatException>(() => EbpfType.Parse(text)).Message;
}
