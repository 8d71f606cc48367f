using System.Buffers;

namespace EbpfCat.Tracing;

/// <summary>Reads files of procfs and tracefs, which have no length before they are read; explains errors.</summary>
internal static unsafe class KernelFile
{
    // O_RDONLY | O_CLOEXEC of asm-generic/fcntl.h, which x86-64 and arm64 share.
    private const int ReadOnly = 0x80000;
    private const int FirstGuess = 16 * 1024;

    /// <summary>The whole of a file.</summary>
    /// <exception cref="KernelException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        var error = TryRead(path, out var bytes);
        return error == Errno.None ? bytes : throw Refuse($"read '{path}'", error);
    }

    /// <summary>The whole of a file, or the error.</summary>
    /// <param name="bytes">Its contents; empty on an error.</param>
    public static Errno TryRead(string path, out byte[] bytes)
    {
        bytes = [];
        var number = Libc.Open(path, ReadOnly);
        if (number < 0) return Libc.LastErrno;
        using var descriptor = new FileDescriptor(number);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstGuess);
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length) buffer = Grow(buffer);
                nint read;
                fixed (byte* free = &buffer[length])
                    read = Libc.Read(number, free, (nuint)(buffer.Length - length));
                if (read < 0 && Libc.LastErrno == Errno.EINTR) continue;
                if (read < 0) return Libc.LastErrno;
                if (read == 0) break;
                length += (int)read;
            }

            bytes = buffer[..length];
            return Errno.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The exception for a kernel file that cannot be read or mounted.</summary>
    /// <param name="operation">The operation, to follow "cannot".</param>
    /// <param name="capability">The capability that permits it.</param>
    public static KernelException Refuse(
        string operation, Errno error, Capability capability = Capability.DacOverride) =>
        Diagnosis.Explain(new Request { Operation = operation, Capabilities = [capability] }, error);

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 4);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
