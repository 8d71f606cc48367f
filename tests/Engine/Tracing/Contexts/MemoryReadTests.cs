using System.Text;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class MemoryReadTests
{
    private const string Source = """
        #define OWN __attribute__((noinline, noclone)) __attribute__((used))
        OWN int named(const char *name, long length) { __asm__ volatile("" :: "r"(name) : "memory"); return length; }
        OWN int many(int a, int b, int c, int d, int e, int f, int g, long h, int i) { __asm__ volatile(""); return i; }
        static volatile char text[] = "-lass/Name/and/garbage behind it";
        int main(void)
        {
            text[0] = 'c'; // A probe cannot read memory that is still in the file.
            return named((char *)text, 10) + named((char *)text, -1) + many(1, 2, 3, 4, 5, 6, 7, 1L << 40, -9);
        }
        """;

    [Fact]
    public void Texts_and_bytes_are_as_long_as_asked_for()
    {
        using var target = new CompiledTarget(Source);
        Expression pointer = Field("arg0"), length = Field("arg1");
        var program = Define(ProgramType.Kprobe, $"{target.Path}:named",
        [
            ("Constant", new MemoryReadExpression(pointer, new StringType(11), 10)),
            ("Variable", new MemoryReadExpression(pointer, new StringType(64), length)),
            ("Whole", new MemoryReadExpression(pointer, new StringType(256))),
            ("Behind", new MemoryReadExpression(pointer + 6, new StringType(5), 4)),
            ("Bytes", new MemoryReadExpression(pointer, new BytesType(5), 5)),
            ("Some", new MemoryReadExpression(pointer, new BytesType(16), length)),
            ("Nothing", new MemoryReadExpression(8, new StringType(5), 4)),
            ("FromText", new MemoryReadExpression(Text(pointer), new StringType(6), 5)),
        ], condition: length == 10);

        var record = Run(program, loaded => UprobeAttachment.Attach(loaded), target.Run);

        Assert.Equal("class/Name", record["Constant"]);
        Assert.Equal("class/Name", record["Variable"]);
        Assert.Equal("class/Name/and/garbage behind it", record["Whole"]);
        Assert.Equal("Name", record["Behind"]);
        Assert.Equal("class"u8.ToArray(), record["Bytes"]);
        Assert.Equal(Encoding.UTF8.GetBytes("class/Name".PadRight(16, '\0')), record["Some"]);
        Assert.Equal("", record["Nothing"]);
        Assert.Equal("class", record["FromText"]);
    }

    [Fact]
    public void Negative_length_reads_nothing()
    {
        using var target = new CompiledTarget(Source);
        Expression length = Field("arg1");
        var program = Define(ProgramType.Kprobe, $"{target.Path}:named",
            [("Value", new MemoryReadExpression(Field("arg0"), new StringType(64), length))],
            condition: new CastExpression(ScalarType.Int64, length) < 0);
        Assert.Equal("", Run(program, loaded => UprobeAttachment.Attach(loaded), target.Run)["Value"]);
    }

    [Fact]
    public void Arguments_beyond_the_registers_are_on_the_stack()
    {
        using var target = new CompiledTarget(Source);
        var program = Define(ProgramType.Kprobe, $"{target.Path}:many",
        [
            ("F", new CastExpression(ScalarType.Int32, Field("arg5"))),
            ("G", new CastExpression(ScalarType.Int32, Field("arg6"))), ("H", Field("arg7")),
            ("I", new CastExpression(ScalarType.Int32, Field("arg8"))),
        ], condition: true);

        var record = Run(program, loaded => UprobeAttachment.Attach(loaded), target.Run);

        Assert.Equal((6, 7, 1UL << 40, -9), (record["F"], record["G"], record["H"], record["I"]));
    }

    [Theory]
    [InlineData("regs.di")]
    [InlineData("ctx")]
    public void Names_of_other_tracers_for_the_registers_are_answered(string path)
    {
        var program = Define(ProgramType.Kprobe, "libc:getenv", [("Value", Field(path))]);
        var error = Assert.Single(Refusal(program).Diagnostics);
        Assert.Contains("ip, sp, fp, r", error.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_of_a_text_has_no_address()
    {
        var copy = new Local("copy");
        var program = new ProgramDefinition("copy", ProgramType.Kprobe) { Target = "libc:getenv" };
        program.AddCode(code => code.Assign(copy, Text(Field("arg0")))
            .Assign(new Local("read"), new MemoryReadExpression(copy, new StringType(5), 4)));
        Assert.Contains("field of the event", Assert.Single(Refusal(program).Diagnostics).Suggestion,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Argument_behind_the_last_one_is_empty()
    {
        var program = Define(ProgramType.Tracepoint, "syscalls/sys_enter_execve",
            [("Last", Field("argv.1")), ("Behind", Field("argv.2")), ("Far", Field("argv.5"))],
            Text(Field("argv.0")) == "/bin/ebpfcat-none");
        var record = AtTracepoint(program, () =>
        {
            using var child = System.Diagnostics.Process.Start("bash",
                ["-c", "MARK=environment exec -a /bin/ebpfcat-none /bin/true last"]);
            child.WaitForExit();
        });
        Assert.Equal(("last", null, null), (record["Last"], record["Behind"], record["Far"]));
    }
}
