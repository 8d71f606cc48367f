using EbpfCat.Types;

namespace EbpfCat.Tests.Types;

/// <summary>What is said about a value that does not fit.</summary>
internal static class Refusal
{
    public static string Of(EbpfType type, object? value) =>
        Assert.Throws<TypeConversionException>(() => type.ToBytes(value)).Message;

    public static string OfText(string text) => Assert.Throws<FormatException>(() => EbpfType.Parse(text)).Message;
}
