using System.Buffers.Text;

namespace EbpfCat.Tracing;

/// <summary>
/// The symbols of the running kernel and its modules (<c>/proc/kallsyms</c>, proc(5)) at the time of reading: more than
/// a hundred thousand, kept as the kernel's text and searched without an object for each.
/// </summary>
public sealed class KernelSymbols
{
    // In bytes. An address further behind the preceding symbol belongs to no symbol.
    private const ulong MaxFunctionSize = 1 << 20;

    private static readonly MachineFact<KernelSymbols> OfThisMachine = new(Load);

    // Names separated by line feeds, in the kernel's order, so that one memory search finds a name.
    private readonly byte[] _names;
    private readonly List<int> _starts;
    private readonly List<byte> _types;
    private readonly List<ushort> _modules;
    private readonly List<string> _moduleNames;
    private readonly ulong[] _sortedAddresses;
    private readonly int[] _byAddress;
    private readonly ulong[] _addresses;

    private KernelSymbols(Reader reader)
    {
        (_names, _starts, _types, _modules, _moduleNames) =
            (reader.Names, reader.Starts, reader.Types, reader.Modules, reader.ModuleNames);
        _addresses = [.. reader.Addresses];
        AreAddressesHidden = _addresses.AsSpan().IndexOfAnyExcept(0UL) < 0;
        _sortedAddresses = [.. _addresses];
        _byAddress = [.. Enumerable.Range(0, _addresses.Length)];
        Array.Sort(_sortedAddresses, _byAddress);
    }

    /// <summary>The symbols of this machine, read on first use.</summary>
    /// <exception cref="KernelException">The file cannot be read.</exception>
    public static KernelSymbols Current => OfThisMachine.Value;

    /// <summary>The number of symbols.</summary>
    public int Count => _addresses.Length;

    /// <summary>
    /// Whether the kernel shows every address as 0: to processes without CAP_SYSLOG if <c>kernel.kptr_restrict</c> is
    /// 1, to all if it is 2. Names can be found, addresses cannot.
    /// </summary>
    public bool AreAddressesHidden { get; }

    /// <summary>The names of all functions, in the kernel's order; static functions can share a name.</summary>
    public IEnumerable<string> FunctionNames =>
        Enumerable.Range(0, Count).Where(index => this[index].IsFunction).Select(Name);

    // A symbol without its name and module, which would be objects.
    private KernelSymbol this[int index] => new("", _addresses[index], (char)_types[index], null);

    /// <summary>Reads the symbols anew: modules and programs come and go.</summary>
    /// <exception cref="KernelException">The file cannot be read.</exception>
    public static KernelSymbols Load() => Parse(KernelFile.Read("/proc/kallsyms"));

    /// <summary>The first symbol of a name.</summary>
    public KernelSymbol? Find(string name) => FindAll(name).Select(each => (KernelSymbol?)each).FirstOrDefault();

    /// <summary>All symbols with a name: static functions of several files can share one.</summary>
    public IEnumerable<KernelSymbol> FindAll(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var line = Encoding.UTF8.GetBytes($"\n{name}\n");
        for (var from = 0; IndexOf(line, from) is >= 0 and var at; from = at + line.Length - 1)
            yield return Symbol(_starts.BinarySearch(at + 1));
    }

    /// <summary>The symbol that an address belongs to: the last one at or before it.</summary>
    /// <returns>The symbol, or null if the address is not the kernel's or addresses are hidden.</returns>
    public KernelSymbol? Find(ulong address)
    {
        var at = Array.BinarySearch(_sortedAddresses, address);
        if (at < 0) at = ~at - 1;
        if (at < 0 || _sortedAddresses[at] == 0 || address - _sortedAddresses[at] > MaxFunctionSize) return null;
        var best = at;
        for (var other = at; other >= 0 && _sortedAddresses[other] == _sortedAddresses[at]; other--) Prefer(other);
        for (var other = at + 1; other < Count && _sortedAddresses[other] == _sortedAddresses[at]; other++)
            Prefer(other);
        return Symbol(_byAddress[best]);

        // If an address has several names, prefer one that is global, not weak, and not made by the linker.
        void Prefer(int other)
        {
            if (Rank(_byAddress[other]) < Rank(_byAddress[best])) best = other;
        }
    }

    internal static KernelSymbols Parse(byte[] text) => new(new Reader(text));

    private int IndexOf(byte[] line, int from)
    {
        var at = _names.AsSpan(from).IndexOf(line);
        return at < 0 ? -1 : from + at;
    }

    // Lower is better: by type, then names without an underscore, then short names.
    private int Rank(int index)
    {
        var type = (char)_types[index];
        return (type is 'T' ? 0 : char.IsAsciiLetterUpper(type) && type != 'W' ? 1 : 2) * 4
            + (_names[_starts[index]] == (byte)'_' ? 2 : 0) + (_starts[index + 1] - _starts[index] > 40 ? 1 : 0);
    }

    private string Name(int index) =>
        Encoding.UTF8.GetString(_names, _starts[index], _starts[index + 1] - _starts[index] - 1);

    private KernelSymbol Symbol(int index)
    {
        var module = _modules[index] == 0 ? null : _moduleNames[_modules[index] - 1];
        return this[index] with { Name = Name(index), Module = module };
    }

    /// <summary>Parses the lines: <c>ffffffff81000000 T _text</c>, <c>ffffffffc0000000 t name	[module]</c>.</summary>
    private sealed class Reader
    {
        private readonly Dictionary<string, ushort> _moduleNumbers = new(StringComparer.Ordinal);

        public Reader(ReadOnlySpan<byte> text)
        {
            Names = new byte[text.Length + 1];
            Names[0] = (byte)'\n';
            var end = 1;
            while (!text.IsEmpty)
            {
                var feed = text.IndexOf((byte)'\n');
                var line = feed < 0 ? text : text[..feed];
                text = feed < 0 ? default : text[(feed + 1)..];
                if (!Utf8Parser.TryParse(line, out ulong address, out var digits, 'x') || line.Length < digits + 4)
                    continue;
                var name = line[(digits + 3)..];
                var tab = name.IndexOf((byte)'\t');
                Modules.Add(tab < 0 ? (ushort)0 : ModuleNumber(name[(tab + 1)..]));
                if (tab >= 0) name = name[..tab];
                Starts.Add(end);
                Addresses.Add(address);
                Types.Add(line[digits + 1]);
                name.CopyTo(Names.AsSpan(end));
                end += name.Length;
                Names[end++] = (byte)'\n';
            }

            Starts.Add(end);
            Names = Names[..end];
        }

        public byte[] Names { get; }
        public List<int> Starts { get; } = new(1 << 17);
        public List<ulong> Addresses { get; } = new(1 << 17);
        public List<byte> Types { get; } = new(1 << 17);
        public List<ushort> Modules { get; } = new(1 << 17);
        public List<string> ModuleNames { get; } = [];

        private ushort ModuleNumber(ReadOnlySpan<byte> bracketed)
        {
            var name = Encoding.UTF8.GetString(bracketed).Trim('[', ']', ' ');
            if (_moduleNumbers.TryGetValue(name, out var number)) return number;
            ModuleNames.Add(name);
            return _moduleNumbers[name] = (ushort)ModuleNames.Count;
        }
    }
}
