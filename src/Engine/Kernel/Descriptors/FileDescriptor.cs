namespace EbpfCat.Kernel;

/// <summary>An open file descriptor, closed when disposed or collected.</summary>
internal class FileDescriptor : SafeHandle
{
    /// <summary>Takes a descriptor over.</summary>
    /// <param name="ownsHandle">Whether to close it.</param>
    public FileDescriptor(int number, bool ownsHandle = true)
        : base(-1, ownsHandle) => SetHandle(number);

    public override bool IsInvalid => handle < 0;

    /// <summary>The number that system calls know the descriptor by, as long as it is open.</summary>
    public int Number => (int)handle;

    /// <summary>Keeps the descriptor open while it is in use; null stands for <paramref name="absent"/>.</summary>
    internal static Borrowed Borrow(FileDescriptor? descriptor, int absent = 0) => new(descriptor, absent);

    /// <summary>Keeps the descriptor open while it is in use.</summary>
    internal Borrowed Borrow() => new(this, 0);

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>The number of a descriptor that cannot be closed before this is disposed.</summary>
    internal readonly ref struct Borrowed
    {
        private readonly FileDescriptor? _descriptor;

        public Borrowed(FileDescriptor? descriptor, int absent)
        {
            if (descriptor is null)
            {
                Number = absent;
                return;
            }

            var added = false;
            descriptor.DangerousAddRef(ref added);
            _descriptor = descriptor;
            Number = descriptor.Number;
        }

        public int Number { get; }

        public void Dispose() => _descriptor?.DangerousRelease();
    }
}
