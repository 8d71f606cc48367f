using System.Diagnostics;
using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Tracing;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
[Collection(Starting.Processes)]
public sealed class UprobeAttachmentTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Probe_on_a_library_function_fires_until_detached(bool onReturn, bool withoutLinks)
    {
        using var program = Counting.Load(ProgramType.Kprobe, everywhere: true);
        UprobeAttachment Attach() =>
            UprobeAttachment.Attach(
                program, new("libc", "a64l") { OnReturn = onReturn, ProcessId = Environment.ProcessId });
        using (var attachment = withoutLinks ? Counting.WithoutLinks(Attach) : Attach())
        {
            Assert.Equal(onReturn ? "Uretprobe" : "Uprobe", attachment.Kind);
            Assert.EndsWith(":a64l", attachment.Target, StringComparison.Ordinal);
            SystemCalls.Repeat(9, () => SystemCalls.Radix64ToLong("/."));
        }

        SystemCalls.Repeat(9, () => SystemCalls.Radix64ToLong("/."));
        Assert.Equal(9, program.Count());
    }

    [Fact]
    public void Tracefs_events_are_removed_on_detach()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        var list = TraceFs.Current.Path + "/uprobe_events";
        var own = $"probe_{Environment.ProcessId}_";
        using (Counting.WithoutLinks(() => UprobeAttachment.Attach(program, new("libc", "l64a"))))
            Assert.Contains(own, File.ReadAllText(list), StringComparison.Ordinal);
        // Another test's may be there still, but not on this function.
        using var libc = ElfFile.Open(SharedLibraries.Resolve("libc"));
        var offset = $"0x{libc.ToFileOffset(libc.GetFunction("l64a").Address):x16}";
        Assert.DoesNotContain(File.ReadLines(list), line => line.Contains(own, StringComparison.Ordinal) &&
            line.Contains(offset, StringComparison.Ordinal));
    }

    [Fact]
    public void Probe_in_another_process_does_not_fire_in_this_one()
    {
        using var other = Process.Start("sleep", "60");
        try
        {
            using var program = Counting.Load(ProgramType.Kprobe, everywhere: true);
            using var attachment = UprobeAttachment.Attach(program, new("libc", "a64l") { ProcessId = other.Id });
            SystemCalls.Repeat(3, () => SystemCalls.Radix64ToLong("/."));
            Assert.Equal(0, program.Count());
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void Pattern_attaches_to_all_matching_functions()
    {
        // Its target is a pattern too, but not one of kernel functions, which one link would take.
        var definition = Counting.Define(ProgramType.Kprobe);
        (definition.Target, definition.Probe) = ("libc:[al]64[al]", ProbeKind.Uprobe);
        using var program = EbpfProgram.Load(definition);
        using var attachment = UprobeAttachment.Attach(
            program, new("libc", "[al]64[al]") { ProcessId = Environment.ProcessId });
        Assert.Equal(default, program.AttachType);
        Assert.Equal(["a64l", "l64a"], attachment.Functions.Order());
        SystemCalls.Radix64ToLong("/.");
        SystemCalls.LongToRadix64(1);
        Assert.Equal(2, program.Count());
    }

    [Fact]
    public void Location_can_be_an_offset_in_the_file()
    {
        var path = SharedLibraries.Resolve("libc");
        using var libc = ElfFile.Open(path);
        var offset = libc.ToFileOffset(libc.GetFunction("a64l").Address)!.Value;
        using var program = Counting.Load(ProgramType.Kprobe);
        using var attachment = UprobeAttachment.Attach(program, new(path, null) { Offset = offset });
        Assert.Equal($"{path}:0x{offset:x}", attachment.Target);
        SystemCalls.Radix64ToLong("/.");
        Assert.Equal(1, program.Count());
    }

    [Fact]
    public void Unknown_names_are_refused_with_similar_names()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        Assert.Contains(
            "getaddrinfo",
            Assert.Throws<UnknownNameException>(
                () => UprobeAttachment.Attach(program, new("libc", "getadrinfo"))).Suggestions);
        Assert.Throws<UnknownNameException>(() => UprobeAttachment.Attach(program, new("no-such-library", "main")));
    }

    [Fact]
    public unsafe void Indirect_function_is_probed_where_the_loader_resolves_it()
    {
        using var libc = ElfFile.Open(SharedLibraries.Resolve("libc"));
        Assert.SkipUnless(
            libc.GetFunction("memcmp").Kind == ElfSymbolKind.IndirectFunction, "the C library has one memcmp here");
        var compare = (delegate* unmanaged<byte*, byte*, nuint, int>)NativeLibrary.GetExport(
            NativeLibrary.Load("libc.so.6"), "memcmp");
        using var program = Counting.Load(ProgramType.Kprobe);
        using var attachment = UprobeAttachment.Attach(
            program, new("libc", "memcmp") { ProcessId = Environment.ProcessId });
        var bytes = stackalloc byte[64];
        SystemCalls.Repeat(7, () => _ = compare(bytes, bytes, 64));
        // The runtime calls it too.
        Assert.True(program.Count() >= 7);
    }

    [Fact]
    public void Indirect_function_of_a_library_that_nobody_resolved_is_refused()
    {
        using var image = new ElfImage().AddSymbols(
            ("choose", 0x401000, 16, 0x1a, 1), ("choose_fast", 0x401100, 16, 0x12, 1)).Write();
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal = Assert.Throws<KernelException>(
            () => UprobeAttachment.Attach(program, new(image.Path, "choose")));
        Assert.Contains("'choose' is an indirect function", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("choose_fast", refusal.Remedy!, StringComparison.Ordinal);
        using var fast = UprobeAttachment.Attach(program, new(image.Path, "choose*"));
        Assert.Equal(["choose_fast"], fast.Functions);
    }

    // At 0 and 10: mov of a constant of 8 bytes, ret. At 16 and 17: nop, ret.
    private static byte[] ImageWithCode(Func<ElfImage, ElfImage> complete)
    {
        var bytes = complete(new ElfImage()).ToBytes();
        Convert.FromHexString("48b89090909090909090c3909090909090c3").CopyTo(bytes, (int)ElfImage.CodeOffset);
        return bytes;
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(10, null)]
    [InlineData(1, "no instruction begins at constant+0x1|nearest begin at +0x0 and +0xa")]
    [InlineData(9, "no instruction begins at constant+0x9|nearest begin at +0x0 and +0xa")]
    [InlineData(16, "'constant' has 16 bytes")]
    [InlineData(0x40100a, "'constant' has 16 bytes|in the function it is 0xa")]
    [InlineData(0x100a, "'constant' has 16 bytes|in the function it is 0xa")]
    public void Offset_in_a_function_is_where_an_instruction_begins(ulong offset, string? refusal)
    {
        using var image = new TemporaryFile(ImageWithCode(
            image => image.AddSymbols(("constant", 0x401000, 16, 0x12, 1), ("after", 0x401010, 2, 0x12, 1))));
        CheckOffset(new(image.Path, "constant") { Offset = offset }, refusal);
    }

    [Theory]
    [InlineData(0x100a, null)]
    [InlineData(0x1002, "no instruction begins at offset 0x1002|nearest begin at 0x1000 and 0x100a")]
    [InlineData(0x40100a, "no code at offset 0x40100a|is an address: its offset in the file is 0x100a")]
    [InlineData(0x2000, "no code at offset 0x2000")]
    [InlineData(0x7fff00001000, "no code at offset 0x7fff00001000")]
    public void Offset_in_a_stripped_file_is_where_an_instruction_begins(ulong offset, string? refusal)
    {
        // Two functions, at 0x401000 and 0x401010, counted from the section at 0x404000.
        var unwind = Convert.FromHexString("011b033b000000000200000000d0ffff0000000010d0ffff00000000");
        using var image = new TemporaryFile(ImageWithCode(image => image.Add(".eh_frame_hdr", 1, unwind, 0x404000)));
        CheckOffset(new(image.Path) { Offset = offset }, refusal);
        using var code = new TemporaryFile(ImageWithCode(image => image.Add(".text", 1, new byte[4096], 0x401000)));
        CheckOffset(new(code.Path) { Offset = offset }, refusal);
    }

    [Fact]
    public void Return_probe_inside_a_function_is_refused()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        using var libc = ElfFile.Open(SharedLibraries.Resolve("libc"));
        var function = libc.GetFunction("a64l");
        var starts = new InstructionStarts(libc);
        var inside = Enumerable.Range(1, 64).Select(offset => (ulong)offset)
            .First(offset => starts.Contains(function.Address + offset, out _));
        Assert.Throws<ArgumentException>(
            () => UprobeAttachment.Attach(program, new("libc", "a64l") { Offset = inside, OnReturn = true }));
        var offset = libc.ToFileOffset(function.Address)!.Value;
        Assert.Contains("no function begins", Assert.Throws<KernelException>(
            () => UprobeAttachment.Attach(program, new("libc") { Offset = offset + inside, OnReturn = true })).Message,
            StringComparison.Ordinal);
        UprobeAttachment.Attach(program, new("libc") { Offset = offset, OnReturn = true }).Dispose();
    }

    private static void CheckOffset(UprobeAttachOptions options, string? refusal)
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        if (refusal is null)
        {
            UprobeAttachment.Attach(program, options).Dispose();
            return;
        }

        var message = Assert.Throws<KernelException>(() => UprobeAttachment.Attach(program, options)).Message;
        Assert.All(refusal.Split('|'), part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_process_is_refused()
    {
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal = Assert.Throws<KernelException>(
            () => UprobeAttachment.Attach(program, new("libc", "a64l") { ProcessId = int.MaxValue - 1 }));
        Assert.Equal(Errno.ESRCH, refusal.Errno);
    }
}
