namespace EbpfCat.Language;

/// <summary>An operation on a map, besides reading and assigning an entry.</summary>
public enum MapOperation
{
    /// <summary>Remove(key): true if the key was there.</summary>
    Remove,
    /// <summary>Add(key, value): inserts only where absent (<c>BPF_NOEXIST</c>); true if it did.</summary>
    Add,
    /// <summary>Replace(key, value): updates only where present (<c>BPF_EXIST</c>); true if it did.</summary>
    Replace,
    /// <summary>Set(key, value): inserts or updates; true if it did, false if the map is full.</summary>
    Set,
    /// <summary>Push(value) on a queue, stack or bloom filter: true if it did.</summary>
    Push,
    /// <summary>Pop() from a queue or stack, Pop(key) from a hash: the value removed, zero if there is none.</summary>
    Pop,
    /// <summary>Peek() at a queue or stack: the next value, zero if there is none.</summary>
    Peek,
    /// <summary>Redirect(key[, default verdict]) to a device, processor or socket: the verdict.</summary>
    Redirect,
    /// <summary>TailCall(index): continues in another program; returns only if there is none.</summary>
    TailCall,
}
