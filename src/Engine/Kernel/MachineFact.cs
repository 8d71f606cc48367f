namespace EbpfCat.Kernel;

/// <summary>
/// A fact of the running kernel or machine, read at the first use. The kernel does not change while a process runs, and
/// some facts take milliseconds to read, so each fact is a static field that is read once. A read that throws is
/// repeated at the next use: a file system may be mounted by then. Thread-safe.
/// </summary>
internal sealed class MachineFact<T>(Func<T> read)
{
    private readonly Lock _reading = new();
    private T? _value;
    private volatile bool _isRead;

    /// <summary>The fact. Passes on the exceptions of the read.</summary>
    public T Value
    {
        get
        {
            if (_isRead) return _value!;
            lock (_reading)
            {
                if (_isRead) return _value!;
                _value = read();
                _isRead = true;
                return _value;
            }
        }
    }
}
