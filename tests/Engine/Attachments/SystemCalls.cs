using System.Runtime.InteropServices;

namespace EbpfCat.Tests.Attachments;

/// <summary>System calls and functions of the C library that nothing but tests makes.</summary>
internal static partial class SystemCalls
{
    /// <summary>How many times to make a call.</summary>
    public static void Repeat(int times, Action call)
    {
        for (var index = 0; index < times; index++) call();
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int GetThread();

    /// <summary>The system call of a number, without arguments.</summary>
    [LibraryImport("libc", EntryPoint = "syscall")]
    public static partial long Any(long number);

    [LibraryImport("libc", EntryPoint = "getpgid", SetLastError = true)]
    public static partial int GetProcessGroup(int process);

    [LibraryImport("libc", EntryPoint = "getsid", SetLastError = true)]
    public static partial int GetSession(int process);

    [LibraryImport("libc", EntryPoint = "getpriority", SetLastError = true)]
    public static partial int GetPriority(int which, int who);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, byte[] address, uint size);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int socket, nint address, uint size);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true)]
    public static partial int RemoveDirectory(nint path);

    [LibraryImport("libc", EntryPoint = "times", SetLastError = true)]
    public static partial nint GetTimes(nint times);

    [LibraryImport("libc", EntryPoint = "a64l", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Radix64ToLong(string digits);

    [LibraryImport("libc", EntryPoint = "l64a")]
    public static partial nint LongToRadix64(nint number);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint length);
}
