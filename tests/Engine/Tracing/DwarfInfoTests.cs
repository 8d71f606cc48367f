using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

[Trait("Category", "Hooks")]
public sealed class DwarfInfoTests
{
    private const string Source = """
        #define OWN __attribute__((noinline, noclone)) __attribute__((used))
        typedef const unsigned short port;
        enum side { left, right };
        OWN static int fails(int n) { return -n; }
        OWN long large(int n) { return n; }
        OWN port narrow(int n) { return n; }
        OWN signed char small(int n) { return n; }
        OWN _Bool truth(int n) { return n > 3; }
        OWN enum side which(int n) { return n & 1; }
        OWN char *text(char *p) { return p; }
        OWN void nothing(void) { __asm__ volatile(""); }
        OWN double fraction(double n) { return n / 2; }
        int main(int n, char **p) { nothing(); text(p[0]); return fails(n * 95) + large(n) + narrow(n) + small(n); }
        """;

    [Theory]
    [InlineData("gcc", "-g")]
    [InlineData("gcc", "-gdwarf-2", "-gstrict-dwarf")]
    [InlineData("gcc", "-gdwarf-4", "-O2")]
    [InlineData("gcc", "-gdwarf-5", "-gz")]
    [InlineData("gcc", "-g", "-gdwarf64")]
    [InlineData("clang-14", "-g")]
    [InlineData("clang-14", "-gdwarf-4", "-O2")]
    public void Result_of_a_function_has_its_declared_type(string compiler, params string[] options)
    {
        using var target = new CompiledTarget(Source, compiler, options);
        EbpfType? Of(string function) => RegisterEvent.ForUretprobe($"{target.Path}:{function}").Return?.Type;
        Assert.Equal(ScalarType.Int32, Of("fails"));
        Assert.Equal(ScalarType.Int64, Of("large"));
        Assert.Equal(ScalarType.UInt16, Of("narrow"));
        Assert.Equal(ScalarType.Int8, Of("small"));
        Assert.Equal(ScalarType.Boolean, Of("truth"));
        Assert.Equal(ScalarType.UInt32, Of("which"));
        Assert.Equal(ScalarType.Int64, Of("text"));
        Assert.Equal(ScalarType.Int64, Of("nothing"));
        Assert.Equal(ScalarType.Int64, Of("fraction"));
        Assert.Equal(ScalarType.Int64, Of("*"));
    }

    [Fact]
    public void Negative_int_is_negative()
    {
        using var target = new CompiledTarget(Source, options: "-g");
        var program = Define(ProgramType.Kprobe, $"{target.Path}:fails", [("Value", Returned)], Returned < 0);
        program.Probe = ProbeKind.Uretprobe;
        Assert.Empty(EbpfProgram.Compile(program).Warnings);

        var record = Run(program, loaded => UprobeAttachment.Attach(loaded), target.Run);

        Assert.Equal(-95, Convert.ToInt64(record["Value"]));
    }

    [Fact]
    public void Broken_debug_information_leaves_the_type_open()
    {
        using var target = new CompiledTarget(Source, options: "-g");
        var good = File.ReadAllBytes(target.Path);
        ElfSection[] sections;
        using (var file = ElfFile.Open(target.Path))
            sections = [.. file.Sections.Where(section => section.Name.StartsWith(".debug", StringComparison.Ordinal))];
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = 0; change < 8; change++)
            {
                var section = sections[random.Next(sections.Length)];
                bytes[(int)section.Offset + random.Next((int)section.Size)] = (byte)random.Next(256);
            }

            using var broken = new TemporaryFile(bytes);
            Assert.NotNull(RegisterEvent.ForUretprobe($"{broken.Path}:large").Return);
        }
    }

    [Theory]
    [InlineData("<", 0, true)]
    [InlineData("<=", 0, true)]
    [InlineData("==", -1, true)]
    [InlineData(">", -5, true)]
    [InlineData("==", 0, false)]
    [InlineData(">", 4096, false)]
    public void Asking_for_the_sign_of_an_unknown_type_causes_a_warning(string name, long limit, bool warns)
    {
        using var target = new CompiledTarget(Source);
        var local = new Local("local");
        foreach (var cast in (bool[])[false, true])
        {
            Expression value = cast ? new CastExpression(ScalarType.Int32, Returned) : Returned;
            var program = new ProgramDefinition("sign", ProgramType.Kprobe)
            {
                Probe = ProbeKind.Uretprobe,
                Target = $"{target.Path}:fails",
            };
            program.AddCode(code => code.Assign(local, value)
                .If(Compare(local), then => then.Return(1))
                .If(Compare(value), then => then.Return(2)));
            var warnings = EbpfProgram.Compile(program).Warnings;
            Assert.Equal(warns && !cast ? ["UnknownSign", "UnknownSign"] : [], warnings.Select(one => one.Id));
        }

        Expression Compare(Expression left) => name switch
        {
            "<" => left < limit,
            "<=" => limit >= left,
            "==" => left == limit,
            _ => left > limit,
        };
    }
}
