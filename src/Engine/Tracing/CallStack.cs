namespace EbpfCat.Tracing;

/// <summary>
/// A call stack. Names are looked up on first use; the memory mappings of a process are read at once, so the process
/// can end before that. Two stacks with the same addresses are equal.
/// </summary>
public sealed class CallStack : IEquatable<CallStack>
{
    private readonly ulong[] _addresses;
    private IReadOnlyList<SymbolizedAddress>? _frames;

    /// <summary>A stack of addresses.</summary>
    /// <param name="reference">The reference that the program stores.</param>
    /// <param name="addresses">The addresses, the innermost first: after it, those to return to.</param>
    public CallStack(StackReference reference, ReadOnlySpan<ulong> addresses)
    {
        (Reference, _addresses) = (reference, addresses.ToArray());
        if (reference.IsUser && _addresses.Length > 0) Symbolizer.Shared.Remember((int)reference.ProcessId);
    }

    /// <summary>The reference that the program stores.</summary>
    public StackReference Reference { get; }

    /// <summary>Its key in the program's stack map; a negative errno if no stack could be taken.</summary>
    public int Id => Reference.Id;

    /// <summary>The process whose stack it is; 0 for the kernel's.</summary>
    public uint ProcessId => Reference.ProcessId;

    /// <summary>
    /// Whether there was a stack that the program's stack map has no place for: those that programs keep in maps are
    /// not replaced by new ones.
    /// </summary>
    public bool IsUnknown => Id is -(int)Errno.EEXIST or -(int)Errno.ENOMEM;

    /// <summary>The functions, the innermost first; empty if no stack was taken or the map has lost it.</summary>
    public IReadOnlyList<SymbolizedAddress> Frames =>
        _frames ??= _addresses.Select((address, index) => Reference.IsUser
            ? Symbolizer.Shared.User((int)ProcessId, address, index > 0) : Symbolizer.Kernel(address, index > 0))
            .ToArray();

    /// <inheritdoc/>
    public bool Equals(CallStack? other) =>
        other is not null && other.ProcessId == ProcessId && other.IsUnknown == IsUnknown
            && other._addresses.AsSpan().SequenceEqual(_addresses);

    public override bool Equals(object? obj) => Equals(obj as CallStack);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(ProcessId);
        foreach (var address in _addresses) hash.Add(address);
        return hash.ToHashCode();
    }

    /// <summary>A line for each function; <c>[unknown]</c> for an unknown stack.</summary>
    public override string ToString() => IsUnknown ? "[unknown]" : string.Join(Environment.NewLine, Frames);
}
