namespace EbpfCat.Compiler;

/// <summary>The registers that an instruction reads or writes: up to two, then a range. Nothing is allocated.</summary>
internal struct RegisterList(int first, int second, int start, int end)
{
    private int _position = -2;

    public int Current { get; private set; }

    public readonly RegisterList GetEnumerator() => this;

    public readonly bool Contains(int register) =>
        register >= 0 && (register == first || register == second || (register >= start && register < end));

    public bool MoveNext()
    {
        while (_position < end)
        {
            Current = _position switch
            {
                -2 => first,
                -1 => second,
                _ => _position,
            };
            _position = _position == -1 ? start : _position + 1;
            if (Current >= 0) return true;
        }

        return false;
    }
}
