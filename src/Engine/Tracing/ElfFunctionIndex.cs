namespace EbpfCat.Tracing;

/// <summary>The functions of an ELF file by their addresses.</summary>
internal sealed class ElfFunctionIndex
{
    private readonly IReadOnlyList<ElfSymbolTable> _tables;
    private readonly IReadOnlyList<ElfSection> _sections;
    private readonly ulong[] _addresses;
    private readonly (int Table, int Index)[] _symbols;

    public ElfFunctionIndex(IReadOnlyList<ElfSymbolTable> tables, IReadOnlyList<ElfSection> sections)
    {
        (_tables, _sections) = (tables, sections);
        var found = new List<(int Table, int Index)>();
        for (var table = 0; table < tables.Count; table++)
        {
            for (var i = 0; i < tables[table].Count; i++)
            {
                if (tables[table].IsFunction(i) && tables[table].IsDefined(i)) found.Add((table, i));
            }
        }

        _symbols = [.. found];
        _addresses = [.. found.Select(each => tables[each.Table].Address(each.Index))];
        Array.Sort(_addresses, _symbols);
    }

    /// <summary>
    /// The function that contains an address; a function of unknown size extends to the next one, or to the end of its
    /// section.
    /// </summary>
    public ElfSymbol? Find(ulong address)
    {
        var at = Array.BinarySearch(_addresses, address);
        if (at < 0) at = ~at - 1;
        while (at >= 0 && at + 1 < _addresses.Length && _addresses[at + 1] == _addresses[at]) at++;
        ElfSymbol? best = null;
        for (var last = at; at >= 0 && _addresses[at] == _addresses[last]; at--) Consider(at);
        return best;

        bool AreInOneSection(ulong start) => _sections.FirstOrDefault(each => Contains(each, start)) is not { } section
            || Contains(section, address);

        static bool Contains(ElfSection section, ulong at) =>
            at >= section.Address && at - section.Address < section.Size;

        // Of several symbols at one address, the global one with the shortest name is the one that callers use.
        void Consider(int position)
        {
            var symbol = _tables[_symbols[position].Table][_symbols[position].Index];
            if (symbol.Size != 0 ? address - symbol.Address >= symbol.Size : !AreInOneSection(symbol.Address)) return;
            if (best is null || (symbol.IsGlobal, best.Value.Name.Length) is (true, var length)
                && (!best.Value.IsGlobal || symbol.Name.Length < length))
            {
                best = symbol;
            }
        }
    }
}
