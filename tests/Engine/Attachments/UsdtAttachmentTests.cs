using System.Runtime.InteropServices;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Tests.Tracing;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
public sealed unsafe class UsdtAttachmentTests
{
    private const int Page = 0x1000;
    private const int Second = 16;

    [Fact]
    public void All_locations_of_a_probe_fire_and_its_semaphore_is_raised_while_attached()
    {
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == Architecture.X64, "the test's machine code is for x86-64");
        using var image = new TemporaryFile(Image());
        using var handle = File.OpenHandle(image.Path, FileMode.Open, FileAccess.ReadWrite);
        var descriptor = (int)handle.DangerousGetHandle();
        // As a loader would: code to run, and data to write that is this process's own.
        var code = SystemCalls.Map(0, Page, 5, 2, descriptor, (long)ElfImage.CodeOffset);
        var data = SystemCalls.Map(0, Page, 3, 2, descriptor, (long)ElfImage.DataOffset);
        Assert.True(code > 0 && data > 0);
        try
        {
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
        finally
        {
            _ = SystemCalls.Unmap(code, Page);
            _ = SystemCalls.Unmap(data, Page);
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

    private static byte[] Image()
    {
        var bytes = new ElfImage()
            .AddProbe("test", "point", "8@%rdi", ElfImage.CodeAddress, ElfImage.DataAddress + 8)
            .AddProbe("test", "point", "8@%rsi", ElfImage.CodeAddress + Second, ElfImage.DataAddress + 8)
            .ToBytes();
        byte[] function = [0x90, 0xc3]; // nop; ret
        function.CopyTo(bytes, (int)ElfImage.CodeOffset);
        function.CopyTo(bytes, (int)ElfImage.CodeOffset + Second);
        return bytes;
    }
}
