namespace EbpfCat.Tracing;

/// <summary>The functions of an ELF file by their addresses.</summary>
internal sealed class ElfFunctionIndex
{
    private readonly IReadOnlyList<ElfSymbolTable> tables;
    private readonly ulong[] addresses;
    private readonly (int Table, int Index)[] symbols;

    public ElfFunctionIndex(IReadOnlyList<ElfSymbolTable> tables)
    {
        this.tables = tables;
        var found = new List<(int Table, int Index)>();
        for (var table = 0; table < tables.Count; table++)
        {
            for (var i = 0; i < tables[table].Count; i++)
            {
                if (tables[table].IsFunction(i) && tables[table].IsDefined(i)) found.Add((table, i));
            }
        }

        symbols = [.. found];
        addresses = [.. found.Select(each => tables[each.Table].Address(each.Index))];
        Array.Sort(addresses, symbols);
    }

    /// <summary>The function that contains an address; a function of unknown size reaches to the next one.</summary>
    public ElfSymbol? Find(ulong address)
    {
        var at = Array.BinarySearch(addresses, address);
        if (at < 0) at = ~at - 1;
        while (at >= 0 && at + 1 < addresses.Length && addresses[at + 1] == addresses[at]) at++;
        ElfSymbol? best = null;
        for (var last = at; at >= 0 && addresses[at] == addresses[last]; at--) Consider(at);
        return best;

        // If an address has several names, callers know it by a global one.
        void Consider(int position)
        {
            var symbol = tables[symbols[position].Table][symbols[position].Index];
            if (symbol.Size != 0 && address - symbol.Address >= symbol.Size) return;
            if (best is null || (symbol.IsGlobal, best.Value.Name.Length) is (true, var length)
                && (!best.Value.IsGlobal || symbol.Name.Length < length))
            {
                best = symbol;
            }
        }
    }
}
