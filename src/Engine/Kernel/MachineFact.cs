namespace EbpfCat.Kernel;

/// <summary>
/// A fact of the running kernel or machine, read at the first use. The kernel under a process does not change, and some
/// facts take milliseconds to read, so each is static and read once; that is all the state they have. A read that fails
/// is repeated at the next use: a file system may be mounted by then. Safe for several threads.
/// </summary>
internal sealed class MachineFact<T>(Func<T> read)
{
    private readonly Lock _reading = new();
    private T? _value;
    private volatile bool _isRead;

    /// <summary>The fact; whatever the read throws.</summary>
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

    /// <summary>Lets the next use read the fact again, such as the symbols of modules loaded meanwhile.</summary>
    public void Forget() => _isRead = false;
}
