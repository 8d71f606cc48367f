namespace EbpfCat.Maps;

/// <content>Single entries.</content>
public sealed partial class LiveMap
{
    private const int LargestOnStack = 512;

    /// <summary>The value of a key.</summary>
    /// <exception cref="MapKeyNotFoundException">The key is absent.</exception>
    /// <exception cref="TypeConversionException">The key does not fit its type.</exception>
    public object? Get(object key) => TryGet(key, out var value) ? value : throw NotFound(key);

    /// <summary>The value of a key, if it is present.</summary>
    /// <returns>Whether the key is present.</returns>
    public bool TryGet(object key, out object? value)
    {
        var codec = RequireValues();
        Span<byte> keyBytes = stackalloc byte[LargestOnStack];
        keyBytes = Encode(key, keyBytes);
        Span<byte> bytes = Descriptor.ValueSize <= LargestOnStack
            ? stackalloc byte[LargestOnStack] : new byte[Descriptor.ValueSize];
        var present = Bpf.Lookup(Descriptor, keyBytes, bytes[..Descriptor.ValueSize]);
        value = present ? Shown(codec.Read(bytes[..Descriptor.ValueSize])) : null;
        return present;
    }

    /// <summary>Sets the value of a key.</summary>
    /// <param name="value">
    /// The value: what <see cref="ValueType"/> takes; of a map of maps or programs the map or program, or its id; of
    /// one of devices the name of an interface, or its index. Of a per-CPU map an array with a value for each possible
    /// processor, or one value for all of them.
    /// </param>
    /// <param name="mode">Whether the key may or must be present.</param>
    /// <exception cref="TypeConversionException">Key or value do not fit their types; nothing is changed.</exception>
    /// <exception cref="MapKeyNotFoundException">The key is absent, and the value was to be replaced.</exception>
    /// <exception cref="KernelException">E2BIG: the map is full. EEXIST: the key to be added is present.</exception>
    public void Set(object key, object? value, MapUpdate mode = MapUpdate.Any)
    {
        var codec = RequireValues();
        Span<byte> keyBytes = stackalloc byte[LargestOnStack];
        keyBytes = Encode(key, keyBytes);
        Span<byte> bytes = Descriptor.ValueSize <= LargestOnStack
            ? stackalloc byte[LargestOnStack] : new byte[Descriptor.ValueSize];
        bytes = bytes[..Descriptor.ValueSize];
        bytes.Clear();
        List<IDisposable>? held = null;
        try
        {
            EncodeValue(codec, value, bytes, ref held);
            Store(key, keyBytes, bytes, mode);
            GC.KeepAlive(value);
        }
        finally
        {
            held?.ForEach(one => one.Dispose());
        }
    }

    /// <summary>
    /// Removes a key and gives the entry that it had: in one step where the map and the kernel can (Linux 5.14).
    /// </summary>
    /// <returns>Null where the key was absent.</returns>
    public MapEntry? Take(object key)
    {
        var codec = RequireValues();
        var keyBytes = Encode(key, new byte[KeyType!.Size]);
        var bytes = new byte[Descriptor.ValueSize];
        bool isPresent;
        try
        {
            isPresent = Bpf.LookupAndDelete(Descriptor, keyBytes, bytes);
        }
        catch (KernelException refusal) when (HasNoBatches(refusal))
        {
            isPresent = Bpf.Lookup(Descriptor, keyBytes, bytes) && Bpf.Delete(Descriptor, keyBytes);
        }

        return isPresent ? new MapEntry(KeyType.Read(keyBytes), Shown(codec.Read(bytes))) : null;
    }

    /// <summary>Removes a key.</summary>
    /// <returns>Whether it was present.</returns>
    /// <exception cref="KernelException">EINVAL: entries of this kind of map cannot be removed (arrays).</exception>
    public bool Remove(object key)
    {
        Span<byte> keyBytes = stackalloc byte[LargestOnStack];
        keyBytes = Encode(key, keyBytes);
        return Bpf.Delete(Descriptor, keyBytes);
    }

    /// <summary>Puts a value into a queue, stack or bloom filter.</summary>
    /// <param name="replaceOldest">Whether a full queue or stack drops its oldest value in place of refusing.</param>
    /// <exception cref="KernelException">E2BIG: the map is full.</exception>
    public void Push(object? value, bool replaceOldest = false)
    {
        RequireKeyless("push to");
        var bytes = new byte[Descriptor.ValueSize];
        EncodeValue(RequireValues(), value, bytes);
        // BPF_EXIST tells a queue or stack to make room.
        var flags = replaceOldest ? BpfElementFlags.Exist : BpfElementFlags.None;
        try
        {
            Bpf.Update(Descriptor, [], bytes, flags);
        }
        catch (KernelException refusal) when (refusal.Errno == Errno.E2BIG)
        {
            throw Full("push a value", refusal.Errno);
        }
    }

    /// <summary>Takes the next value out of a queue (the oldest) or stack (the latest).</summary>
    /// <returns>Whether there was one.</returns>
    public bool Pop(out object? value)
    {
        RequireKeyless("pop from");
        var bytes = new byte[Descriptor.ValueSize];
        var present = Bpf.LookupAndDelete(Descriptor, [], bytes);
        value = present ? RequireValues().Read(bytes) : null;
        return present;
    }

    /// <summary>The next value of a queue or stack, which stays there.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Peek(out object? value)
    {
        RequireKeyless("peek at");
        var bytes = new byte[Descriptor.ValueSize];
        var present = Bpf.Lookup(Descriptor, [], bytes);
        value = present ? RequireValues().Read(bytes) : null;
        return present;
    }

    /// <summary>Whether a bloom filter may contain a value: true may be wrong, false is certain.</summary>
    public bool MayContain(object? value)
    {
        RequireKeyless("ask");
        var bytes = new byte[Descriptor.ValueSize];
        EncodeValue(RequireValues(), value, bytes);
        return Bpf.Lookup(Descriptor, [], bytes);
    }

    private string? IndexRemedy => Type is MapType.Array or MapType.PerCpuArray
        ? $"Its indices are 0 to {MaxEntries - 1}." : null;

    internal MapKeyNotFoundException NotFound(object key) => new(Name, key, IndexRemedy);

    internal void Store(object? key, ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> bytes, MapUpdate mode)
    {
        try
        {
            Bpf.Update(Descriptor, keyBytes, bytes, (BpfElementFlags)mode);
        }
        catch (KernelException refusal)
        {
            throw Explain(refusal, key) ?? refusal;
        }
    }

    internal Exception? Explain(KernelException refusal, object? key) => refusal.Errno switch
    {
        Errno.E2BIG when IndexRemedy is not null => new MapKeyNotFoundException(Name, key, IndexRemedy),
        Errno.E2BIG or Errno.ENOSPC => Full($"add the key {MapText.Describe(key)}", refusal.Errno),
        Errno.ENOENT => new MapKeyNotFoundException(Name, key),
        Errno.EEXIST => new KernelException(
            $"add the key {MapText.Describe(key)} to the map '{Name}'", refusal.Errno, "the key is present",
            "Set it without Add to replace its value."),
        _ => null,
    };

    private KernelException Full(string operation, Errno errno) => new(
        $"{operation} to the map '{Name}'", errno,
        $"the map is full: it holds at most {MaxEntries} entries (MaxEntries)",
        "Remove entries, declare it with a larger MaxEntries, or use LruHash, "
            + "which drops what was used least recently.");

    private ValueCodec RequireValues() => _values
        ?? throw new NotSupportedException($"The map '{Name}' is a {Type}: it has no values to read or set.");

    private object? Shown(object? value) => _holdsObjects ? ObjectValues.FromKernel(Type, value) : value;

    private void RequireKeyless(string verb)
    {
        if (KeyType is not null)
            throw new NotSupportedException($"Cannot {verb} the map '{Name}': it is a {Type}, whose values have keys.");
    }

    private Span<byte> Encode(object? key, Span<byte> buffer)
    {
        if (KeyType is null) throw new NotSupportedException($"The map '{Name}' is a {Type}: its values have no keys.");
        var bytes = KeyType.Size <= buffer.Length ? buffer[..KeyType.Size] : new byte[KeyType.Size];
        bytes.Clear();
        try
        {
            KeyType.Write(key, bytes);
            (KeyType as StructType)?.RequireFields(key);
        }
        catch (TypeConversionException error)
        {
            throw error.Within($"The key of the map '{Name}'");
        }

        return bytes;
    }

    private void EncodeValue(ValueCodec codec, object? value, Span<byte> bytes)
    {
        List<IDisposable>? held = null;
        EncodeValue(codec, value, bytes, ref held);
    }

    private void EncodeValue(ValueCodec codec, object? value, Span<byte> bytes, ref List<IDisposable>? held)
    {
        try
        {
            codec.Write(_holdsObjects ? ObjectValues.ToKernel(Type, value, ref held) : value, bytes);
        }
        catch (TypeConversionException error)
        {
            throw error.Within($"The value of the map '{Name}'");
        }
    }
}
