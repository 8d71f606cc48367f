using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Tracing;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed unsafe class UsdtAttachmentTests
{
    private const int Page = 0x1000;
    private const int Second = 16;
    private const int Third = 32;

    [Fact]
    public void All_locations_of_a_probe_fire_and_its_semaphore_is_raised_while_attached()
    {
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == Architecture.X64, "the test's machine code is for x86-64");
        using var image = new TemporaryFile(Image());
        using (var mapped = new Mapped(image.Path))
        {
            var (code, data) = (mapped.Code, mapped.Data);
            var semaphore = (ushort*)(data + 8);
            using var program = Counting.Load(ProgramType.Kprobe);
            using (var attachment = UsdtAttachment.Attach(program, new(image.Path, "test:point")))
            {
                Assert.Equal($"{image.Path}:test:point", attachment.Target);
                Assert.Equal(2, attachment.Places.Count);
                Assert.Equal(2, *semaphore);
                Run(code, Second);
            }

            Assert.Equal(5, program.Count());
            Assert.Equal(0, *semaphore);
            Run(code, Second);
            Assert.Equal(5, program.Count());
        }
    }

    [Fact]
    public void Arguments_that_locations_keep_differently_are_read()
    {
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == Architecture.X64, "the test's machine code is for x86-64");
        Assert.SkipUnless(PerfEvents.HasLinks, "cookies require Linux 5.15");
        using var image = new TemporaryFile(Image(
            "8@%rdi 1@$1 -4@$-5 8@%rdx -2@%di", "8@%rsi 1@%dil 8@(%rdx) 8@%rcx -2@%di",
            "8@%rdi 1@$1 4@%edi 8@%rdx -2@%di"));
        using var mapped = new Mapped(image.Path);
        var definition = Watch.Define(ProgramType.Kprobe, $"{image.Path}:test:point",
        [
            ("First", Watch.Field("arg0")), ("Flag", Watch.Field("arg1")), ("Number", Watch.Field("arg2")),
            ("Text", Watch.Text(Watch.Field("arg3"))), ("Same", Watch.Field("arg4")),
        ]);
        definition.Probe = ProbeKind.Usdt;
        using var program = EbpfProgram.Load(definition);
        using var reader = new EventReader(program);
        using var attachment = UsdtAttachment.Attach(program);
        fixed (byte* one = "one"u8, two = "two"u8)
        {
            var memory = 1L << 40;
            ((delegate* unmanaged<nint, nint, byte*, byte*, void>)mapped.Code)(0x1234, 7, one, two);
            ((delegate* unmanaged<nint, nint, long*, byte*, void>)(mapped.Code + Second))(0x1234, 7, &memory, two);
            ((delegate* unmanaged<nint, nint, byte*, byte*, void>)(mapped.Code + Third))(-2, 7, one, two);
            var records = reader.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).Take(3)
                .Select(record => string.Join(' ', record.Values)).ToArray();
            Assert.Equal(
                ["4660 1 -5 one 4660", $"7 52 {memory} two 4660", $"{ulong.MaxValue - 1} 1 {uint.MaxValue - 1} one -2"],
                records);
        }
    }

    [Fact]
    public void Unknown_name_is_refused_with_similar_names()
    {
        using var image = new TemporaryFile(Image());
        using var program = Counting.Load(ProgramType.Kprobe);
        var refusal =
            Assert.Throws<UnknownNameException>(() => UsdtAttachment.Attach(program, new(image.Path, "test:pont")));
        Assert.Contains("test:point", refusal.Suggestions);
    }

    // Three runs of the first function, two of the other.
    private static void Run(nint code, int second)
    {
        for (var run = 0; run < 3; run++) ((delegate* unmanaged<void>)code)();
        for (var run = 0; run < 2; run++) ((delegate* unmanaged<void>)(code + second))();
    }

    private static byte[] Image(params string[] arguments)
    {
        if (arguments.Length == 0) arguments = ["8@%rdi", "8@%rsi"];
        var image = new ElfImage();
        foreach (var (index, text) in arguments.Index())
        {
            var address = ElfImage.CodeAddress + (ulong)(index * Second);
            image.AddProbe("test", "point", text, address, ElfImage.DataAddress + 8);
        }

        var bytes = image.ToBytes();
        byte[] function = [0x90, 0xc3]; // nop; ret
        for (var index = 0; index < arguments.Length; index++)
            function.CopyTo(bytes, (int)ElfImage.CodeOffset + (index * Second));
        return bytes;
    }

    // As a loader would: code to run, and data to write that is this process's own.
    private sealed class Mapped : IDisposable
    {
        public Mapped(string path)
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            var descriptor = (int)handle.DangerousGetHandle();
            Code = SystemCalls.Map(0, Page, 5, 2, descriptor, (long)ElfImage.CodeOffset);
            Data = SystemCalls.Map(0, Page, 3, 2, descriptor, (long)ElfImage.DataOffset);
            Assert.True(Code > 0 && Data > 0);
        }

        public nint Code { get; }

        public nint Data { get; }

        public void Dispose()
        {
            _ = SystemCalls.Unmap(Code, Page);
            _ = SystemCalls.Unmap(Data, Page);
        }
    }
}
