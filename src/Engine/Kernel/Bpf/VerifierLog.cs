namespace EbpfCat.Kernel;

/// <summary>The buffer that the verifier writes its log to, when it loads a program or type information.</summary>
internal sealed class VerifierLog
{
    /// <summary>Makes a buffer.</summary>
    /// <param name="level">
    /// What to write: 1 the path to the refusal, 2 every path, 4 statistics only; these may be added
    /// (<c>linux/bpf_verifier.h</c>).
    /// </param>
    /// <param name="size">The size of the buffer in bytes, at least 128.</param>
    public VerifierLog(uint level, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 128);
        Level = level;
        Buffer = new byte[size];
    }

    /// <summary>The log level.</summary>
    public uint Level { get; }

    /// <summary>The size of the buffer in bytes.</summary>
    public int Size => Buffer.Length;

    /// <summary>The size of the whole log in bytes; 0 where the kernel does not tell (before Linux 6.4).</summary>
    public int TrueSize { get; internal set; }

    /// <summary>The text, without the closing zero.</summary>
    public string Content => Text.FromCString(Buffer);

    internal byte[] Buffer { get; }
}
