namespace EbpfCat.Attachments;

/// <summary>Finds the offsets of uprobes in a file, and refuses those inside an instruction.</summary>
internal sealed class UprobePlaces(ElfFile file, UprobeAttachOptions options, string operation)
{
    private readonly IndirectFunctions _indirect = new(file);
    private readonly InstructionStarts _starts = new(file);

    /// <summary>The file offsets, and the functions that they were found by.</summary>
    public (IReadOnlyList<ulong> Offsets, IReadOnlyList<string> Functions) Find()
    {
        if (options.Function is not { } name) return (new[] { CheckInFile(options.Offset) }, []);
        // The name of a C++ operator can have brackets, which are wildcards too.
        var isPattern = Wildcard.IsPattern(name) && file.FindSymbol(name) is null;
        var matching = isPattern ? file.MatchFunctions(name).ToArray() : file.GetFunctions(name);
        if (matching is [var only] && !isPattern) return (new[] { Find(only) }, new[] { name });
        if (options.Offset != 0)
        {
            throw new ArgumentException(
                $"An offset is for one function. There are {matching.Count}: "
                + $"{string.Join("; ", matching.Take(8).Select(one => Demangler.Demangle(one.Name)).Distinct())}.");
        }

        (ElfSymbol Symbol, ulong? Offset)[] found = [.. matching.Select(one => (one, StartOf(one)))];
        if (found.Length == 0) throw new UnknownNameException("function matching", name, [], $"in '{file.Path}'");
        var located = found.Where(one => one.Offset is not null).ToArray();
        if (located.Length == 0) throw Unresolved(found[0].Symbol);
        // Several names of one function make one probe.
        return (located.Select(one => one.Offset!.Value).Distinct().ToArray(),
            located.Select(one => Demangler.IsDemangled(name) ? Demangler.Demangle(one.Symbol.Name) : one.Symbol.Name)
                .Distinct().ToArray());
    }

    private ulong Find(ElfSymbol symbol)
    {
        var start = StartOf(symbol) ?? throw Unresolved(symbol);
        if (options.Offset == 0) return start;
        if (options.OnReturn)
            throw new ArgumentException("An offset is for the entry of a function, not for its return.");
        // The size of an indirect function is that of the code which chooses the implementation.
        if (symbol is { Size: > 0 and var size, Kind: not ElfSymbolKind.IndirectFunction } && options.Offset >= size)
            throw Refuse(Errno.EINVAL, $"'{options.Function}' has {size} bytes", AddressIn(symbol, start));
        var place = start + options.Offset;
        if (file.ToAddress(place) is not { } address || _starts.Contains(address, out var near)) return place;
        throw Refuse(
            Errno.EINVAL, $"no instruction begins at {options.Place}", Nearest(near, address - options.Offset, "+"));
    }

    private ulong? StartOf(ElfSymbol symbol) => symbol.Kind == ElfSymbolKind.IndirectFunction
        ? _indirect.FindImplementation(symbol)
        : file.ToFileOffset(symbol.Address) ?? throw new InvalidDataException(
            $"'{symbol.Name}' in '{file.Path}' is at {symbol.Address:x}, where the file has no code.");

    private ulong CheckInFile(ulong offset)
    {
        if (file.ToAddress(offset) is not { } address || !file.IsCode(address))
            throw Refuse(Errno.EINVAL, $"the file has no code at offset 0x{offset:x}", AddressInFile(offset));
        if (!_starts.Contains(address, out var near))
        {
            throw Refuse(
                Errno.EINVAL, $"no instruction begins at offset 0x{offset:x} of the file",
                Nearest(near, address - offset, ""));
        }

        if (options.OnReturn && _starts.FindFunction(address) is { } start && start != address)
        {
            throw Refuse(
                Errno.EINVAL, $"no function begins at offset 0x{offset:x} of the file, so that none can return there",
                $"One begins at 0x{start - address + offset:x}.");
        }

        return offset;
    }

    private static string Nearest((ulong Before, ulong After) near, ulong from, string sign) =>
        $"The nearest begin at {sign}0x{near.Before - from:x} and {sign}0x{near.After - from:x}.";

    private string? AddressIn(ElfSymbol symbol, ulong start)
    {
        var given = options.Offset;
        ulong? inside = given - symbol.Address < symbol.Size ? given - symbol.Address
            : given - start < symbol.Size ? given - start : null;
        return inside is { } offset
            ? $"0x{given:x} counts from the start of the file: in the function it is 0x{offset:x}." : null;
    }

    private string? AddressInFile(ulong given)
    {
        if (file.IsCode(given))
            return $"0x{given:x} is an address: its offset in the file is 0x{file.ToFileOffset(given)!:x}.";
        return options.ProcessId != 0 && ProcessMaps.TryRead(options.ProcessId)?.Find(given) is { IsFile: true } mapping
            ? $"0x{given:x} is an address in process {options.ProcessId}: it is offset "
                + $"0x{given - mapping.Start + mapping.FileOffset:x} of '{mapping.Path}'."
            : null;
    }

    private KernelException Unresolved(ElfSymbol symbol)
    {
        var near = file.FunctionNames
            .Where(name => name != symbol.Name && name.Contains(symbol.Name + "_", StringComparison.Ordinal))
            .Take(3).ToArray();
        return Refuse(
            Errno.EOPNOTSUPP,
            $"'{symbol.Name}' is an indirect function, whose implementation the loader chooses in each process",
            near.Length == 0
                ? "Probe a function that calls it." : $"Probe an implementation: {string.Join(", ", near)}.");
    }

    private KernelException Refuse(Errno error, string cause, string? remedy) => new(operation, error, cause, remedy);
}
