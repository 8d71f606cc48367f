namespace EbpfCat.Kernel;

/// <summary>
/// The commands of bpf(2) as methods. Each throws <see cref="KernelException"/> when the kernel refuses, except for
/// the answers that are part of normal use, which the methods return. The attributes of a command are a structure of
/// its own, with the names that <c>union bpf_attr</c> of linux/bpf.h gives them.
/// </summary>
internal static unsafe partial class Bpf
{
    // The kernel gives up with EAGAIN or EINTR when a signal is pending, and .NET uses signals of its own.
    private const int MaxAttempts = 10;

    private static Errno Call<T>(BpfCommand command, ref T attributes, out int result)
        where T : unmanaged
    {
        if (command is BpfCommand.MapCreate or BpfCommand.ProgramLoad or BpfCommand.BtfLoad) LockedMemory.Raise();
        for (var attempt = 1; ; attempt++)
        {
            fixed (T* pointer = &attributes)
            {
                result = (int)Libc.SystemCall(
                    SystemCallNumbers.Current.Bpf, (nint)command, (nint)pointer, Unsafe.SizeOf<T>());
            }

            if (result >= 0) return Errno.None;
            var errno = Libc.LastErrno;
            if (errno is not (Errno.EAGAIN or Errno.EINTR) || attempt == MaxAttempts) return errno;
        }
    }

    private static Errno Call<T>(BpfCommand command, ref T attributes)
        where T : unmanaged => Call(command, ref attributes, out _);

    /// <summary>Calls a command and throws where the kernel refuses.</summary>
    /// <returns>What the command returns: the number of a descriptor, where it opens one.</returns>
    private static int Execute<T>(
        BpfCommand command, ref T attributes, string operation, params ReadOnlySpan<Enum> uses)
        where T : unmanaged =>
        Call(command, ref attributes, out var result) is not Errno.None and var errno
            ? throw Refusal(command, errno, operation, uses) : result;

    private static KernelException Refusal(
        BpfCommand command, Errno errno, string operation, params ReadOnlySpan<Enum> uses) =>
        Diagnosis.Explain(new Request { Operation = operation, Command = command, Uses = uses.ToArray() }, errno);
}
