using System.Diagnostics;
using System.Runtime.InteropServices;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class ElfFileTests
{
    private const byte GlobalFunction = 0x12;
    private const byte LocalFunction = 0x02;

    [Fact]
    public void C_library_of_this_process_is_read()
    {
        using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);

        Assert.True(libc.Is64Bit && libc.IsPositionIndependent);
        Assert.Equal(RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? ElfMachine.Arm64 : ElfMachine.X64, libc.Machine);
        Assert.NotNull(libc.FindSection(".text"));
        Assert.Matches("^[0-9a-f]{40}$", libc.BuildId!);
        var getpid = libc.GetFunction("getpid");
        Assert.True(getpid.IsGlobal && getpid.Size > 0);
        Assert.Equal("getpid", libc.FindFunction(getpid.Address)!.Value.Name);
        Assert.Equal("getpid", libc.FindFunction(getpid.Address + getpid.Size - 1)!.Value.Name);
        Assert.Contains("getpid", libc.FunctionNames);
    }

    [Fact]
    public void File_offset_of_a_symbol_holds_its_code()
    {
        var path = SharedLibraries.Find("libc.so.6")!;
        using var libc = ElfFile.Open(path);
        var symbol = libc.GetFunction("getpid");
        var offset = libc.ToFileOffset(symbol.Address)!.Value;
        var code = new byte[symbol.Size];
        Marshal.Copy(NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getpid"), code, 0, code.Length);

        Assert.Equal(code, File.ReadAllBytes(path).AsSpan((int)offset, code.Length));
        Assert.Equal(symbol.Address, libc.ToAddress(offset));
    }

    // The loader is the judge: dlsym(3) gives the default version.
    [Fact]
    public void Names_without_a_version_are_those_that_the_loader_finds()
    {
        var path = SharedLibraries.Find("libc.so.6")!;
        using var libc = ElfFile.Open(path);
        var library = NativeLibrary.Load("libc.so.6");
        var symbols = libc.Symbols.Where(each => each is { Kind: ElfSymbolKind.Function, IsGlobal: true }).ToArray();
        Assert.Contains(symbols, each => !each.IsDefaultVersion);
        var start = (ulong)NativeLibrary.GetExport(library, "getpid") - libc.GetFunction("getpid").Address;
        foreach (var name in symbols.Where(each => each.IsDefaultVersion).Select(each => each.Name).Distinct())
        {
            if (NativeLibrary.TryGetExport(library, name, out var address))
                Assert.Equal((name, (ulong)address - start), (name, libc.GetFunction(name).Address));
        }
    }

    [Fact]
    public void Old_version_is_found_by_its_name()
    {
        using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);
        var old = libc.Symbols.First(each => !each.IsDefaultVersion
            && libc.FindSymbol(each.Name)!.Value.IsDefaultVersion
            && libc.FindSymbol(each.Name)!.Value.Address != each.Address);
        Assert.Equal(old, libc.FindSymbol($"{old.Name}@{old.Version}"));
        var current = libc.FindSymbol(old.Name)!.Value;
        Assert.Equal(current, libc.FindSymbol($"{old.Name}@@{current.Version}"));
        var refusal = Assert.Throws<UnknownNameException>(() => libc.GetFunction($"{old.Name}@{old.Version}9"));
        Assert.Contains($"{old.Name}@{old.Version}", refusal.Suggestions);
    }

    [Fact]
    [Trait("Category", "Timing")]
    public void Reading_a_symbol_of_the_C_library_takes_milliseconds()
    {
        Lookup();
        var clock = Stopwatch.StartNew();
        Lookup();
        Assert.True(clock.ElapsedMilliseconds < 200, $"{clock.ElapsedMilliseconds} ms");

        static void Lookup()
        {
            using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);
            Assert.NotNull(libc.FindSymbol("vfprintf"));
        }
    }

    [Fact]
    public void Addresses_and_offsets_convert_through_segments()
    {
        using var image = new ElfImage().Write();
        using var file = ElfFile.Open(image.Path);

        Assert.False(file.IsPositionIndependent);
        Assert.Equal(0x1234UL, file.ToFileOffset(0x401234));
        Assert.Equal(0x2010UL, file.ToFileOffset(0x403010));
        Assert.Equal(0x401234UL, file.ToAddress(0x1234));
        Assert.Null(file.ToFileOffset(0x404010));
        Assert.Null(file.ToFileOffset(0x400fff));
        Assert.Null(file.ToAddress(0x500));
    }

    [Fact]
    public void Symbols_are_found_by_name_and_by_address()
    {
        using var image = new ElfImage()
            .AddSymbols(
                ("first", 0x401000, 16, GlobalFunction, 1),
                ("first_alias", 0x401000, 16, LocalFunction, 1),
                ("unsized", 0x401100, 0, LocalFunction, 1),
                ("imported", 0, 0, GlobalFunction, 0),
                ("versioned@OLD_1", 0x401200, 8, GlobalFunction, 1),
                ("versioned@@NEW_2", 0x401300, 8, GlobalFunction, 1),
                ("table", 0x403000, 8, 0x11, 1))
            .Write();
        using var file = ElfFile.Open(image.Path);

        Assert.Equal(new ElfSymbol("first", 0x401000, 16, ElfSymbolKind.Function, true), file.FindSymbol("first"));
        Assert.Null(file.FindSymbol("firs"));
        Assert.Null(file.FindSymbol("imported"));
        Assert.Equal(0x401300UL, file.FindSymbol("versioned")!.Value.Address);
        Assert.Equal("versioned", file.FindSymbol("versioned")!.Value.Name);
        Assert.Equal(0x401200UL, file.FindSymbol("versioned@OLD_1")!.Value.Address);
        Assert.Equal(0x401300UL, file.FindSymbol("versioned@NEW_2")!.Value.Address);
        Assert.Equal("first", file.FindFunction(0x40100f)!.Value.Name);
        Assert.Null(file.FindFunction(0x401010));
        Assert.Equal("unsized", file.FindFunction(0x401150)!.Value.Name);
        Assert.Null(file.FindFunction(0x400000));
        Assert.Equal(6, file.Symbols.Count());
        Assert.Equal("unsized", file.FindFunction(0x4011ff)!.Value.Name);
        Assert.Equal("table", Assert.Throws<UnknownNameException>(() => file.GetFunction("table")).Name);
    }

    [Fact]
    public void Function_of_unknown_size_ends_with_its_section()
    {
        using var image = new ElfImage().Add(".fini", 1, new byte[9], 0x401000)
            .AddSymbols(("_fini", 0x401000, 0, GlobalFunction, 1)).Write();
        using var file = ElfFile.Open(image.Path);
        Assert.Equal("_fini", file.FindFunction(0x401008)!.Value.Name);
        Assert.Null(file.FindFunction(0x401009));
    }

    [Fact]
    public void Unknown_function_is_refused_with_similar_names()
    {
        using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);
        var refusal = Assert.Throws<UnknownNameException>(() => libc.GetFunction("getpdi"));
        Assert.Contains("getpid", refusal.Suggestions);
        Assert.Contains(libc.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_not_ELF_is_refused()
    {
        using var text = new TemporaryFile([.. "#!/bin/sh, and more text than a header has"u8]);
        using var empty = new TemporaryFile([]);
        Assert.Contains(text.Path, Assert.Throws<InvalidDataException>(() => ElfFile.Open(text.Path)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => ElfFile.Open(empty.Path));
        Assert.Throws<FileNotFoundException>(() => ElfFile.Open("/nowhere"));
    }

    [Fact]
    public void Broken_file_is_refused_without_a_crash()
    {
        var whole = new ElfImage().AddSymbols(("one", 0x401000, 4, GlobalFunction, 1))
            .AddProbe("p", "n", "-4@%eax", 0x401000).ToBytes();
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var broken = whole.ToArray();
            for (var i = 0; i < 8; i++)
            {
                // Headers are where damage counts: the first bytes and the table of sections at the end.
                var at = random.Next(2) == 0 ? random.Next(4, 176) : random.Next(whole.Length - 700, whole.Length);
                broken[at] = (byte)random.Next(256);
            }

            if (round % 5 == 0) broken = broken[..random.Next(whole.Length)];
            using var image = new TemporaryFile(broken);
            try
            {
                using var file = ElfFile.Open(image.Path);
                _ = file.Symbols.Count();
                _ = file.FindFunction(0x401000);
                _ = file.BuildId;
                _ = UsdtProbes.Read(file);
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
