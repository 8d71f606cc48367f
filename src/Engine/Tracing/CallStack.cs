using System.Collections;
using System.Runtime.InteropServices;
using EbpfCat.Maps;
using EbpfCat.Types;

namespace EbpfCat.Tracing;

/// <summary>
/// The functions that were being called, the innermost first. Their names are looked up when they are first asked for; what
/// a process has in its memory is remembered at once, so that it may be gone by then.
/// </summary>
public sealed class CallStack : IReadOnlyList<SymbolizedAddress>
{
    /// <summary>A stack of which nothing is known.</summary>
    public static readonly CallStack Empty = new([], 0);

    private static readonly Symbolizer Symbols = new();

    private readonly ulong[] _addresses;
    private readonly uint _processId;
    private IReadOnlyList<SymbolizedAddress>? _frames;

    /// <summary>A stack of addresses.</summary>
    /// <param name="addresses">The addresses, the innermost first: after it, those to return to.</param>
    /// <param name="processId">The process; 0 for a stack of the kernel.</param>
    public CallStack(ReadOnlySpan<ulong> addresses, uint processId)
    {
        (_addresses, _processId) = (addresses.ToArray(), processId);
        if (processId != 0 && _addresses.Length > 0) Symbols.Remember((int)processId);
    }

    /// <inheritdoc/>
    public int Count => _addresses.Length;

    /// <inheritdoc/>
    public SymbolizedAddress this[int index] => Frames[index];

    private IReadOnlyList<SymbolizedAddress> Frames => _frames ??= [.. _addresses.Select((address, index) => _processId == 0
        ? Symbolizer.Kernel(address, index > 0)
        : Symbols.User((int)_processId, address, index > 0))];

    /// <summary>Reads a stack that a program took.</summary>
    /// <param name="map">The program's map of stacks.</param>
    /// <param name="stack">Which.</param>
    /// <returns>The stack; <see cref="Empty"/> where none could be taken, or another took its place in the map.</returns>
    public static CallStack Read(LiveMap map, StackReference stack)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (stack.Id < 0 || map.Get((uint)stack.Id) is not byte[] bytes) return Empty;
        var addresses = MemoryMarshal.Cast<byte, ulong>(bytes);
        var end = addresses.IndexOf(0ul);
        return new CallStack(end < 0 ? addresses : addresses[..end], stack.ProcessId);
    }

    /// <inheritdoc/>
    public IEnumerator<SymbolizedAddress> GetEnumerator() => Frames.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A line for each function.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Frames);
}
