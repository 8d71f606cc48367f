namespace EbpfCat.Kernel;

/// <summary>Converts to and from the kernel's strings: UTF-8, terminated by a zero byte.</summary>
internal static class Text
{
    public static byte[] ToCString(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>Decodes the bytes before the first zero byte; all of them where there is none.</summary>
    public static string FromCString(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
