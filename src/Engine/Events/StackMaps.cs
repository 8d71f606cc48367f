namespace EbpfCat.Events;

/// <summary>Reads the stacks that programs store in their map of stacks.</summary>
public static class StackMaps
{
    /// <summary>Reads a stack. It is empty if the map has lost it or no stack could be taken.</summary>
    public static CallStack ReadStack(this LiveMap? stacks, StackReference reference)
    {
        if (reference.Id < 0 || stacks?.Get((uint)reference.Id) is not byte[] bytes)
            return new CallStack(reference, []);
        var addresses = MemoryMarshal.Cast<byte, ulong>(bytes);
        var end = addresses.IndexOf(0ul);
        return new CallStack(reference, end < 0 ? addresses : addresses[..end]);
    }
}
