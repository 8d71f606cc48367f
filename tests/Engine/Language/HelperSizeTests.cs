using EbpfCat.Bytecode;
using EbpfCat.Compiler;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Reference;
using EbpfCat.Types;

namespace EbpfCat.Tests.Language;

/// <summary>Sizes that a script checks before it gives them to a helper: the verifier must see the bounds.</summary>
public sealed class HelperSizeTests
{
    private const int Offset = 54;
    private const int BufferSize = 32;
    private static readonly LocalExpression Size = CodeBuilder.Local("size");
    private static readonly Expression Rest = Packet.Length - Offset;
    private static readonly Expression FirstByte = Packet.Read(0, ScalarType.UInt8);
    private static readonly Expression TotalLength = Packet.IPv4.TotalLength;

    // How a script bounds the size of a call, and the size for a packet's length; null where it makes no call. The
    // packet's first byte is 20, and its IPv4 header counts 50 bytes.
    private static readonly Dictionary<string, (Action<CodeBuilder, Call> Write, Func<int, int?> Size)> Forms = new()
    {
        ["-ge -le"] = If(Rest, Size >= 1, Size <= BufferSize, n => n - Offset),
        ["-le -ge"] = If(Rest, Size <= BufferSize, Size >= 1, n => n - Offset),
        ["-gt -lt"] = If(Rest, Size > 0, Size < BufferSize + 1, n => n - Offset),
        ["-not"] = If(Rest, !(Size < 1), !(Size > BufferSize), n => n - Offset),
        ["-not -or"] = If(Rest, true, !((Size < 1).Or(Size > BufferSize)), n => n - Offset),
        ["-in"] = If(Rest, true, Size.In([.. Enumerable.Range(1, BufferSize).Select(n => (Expression)n)]),
            n => n - Offset),
        ["-ne"] = If(Rest & 31, Size != 0, true, n => (n - Offset) & 31),
        ["mask"] = If(Rest & 31, Size > 0, true, n => (n - Offset) & 31),
        ["shift"] = If(Packet.Length >> 2, Size >= 1, Size <= BufferSize, n => n / 4),
        ["quotient"] = If(Packet.Length.FloorDivide(4), Size >= 1, Size <= BufferSize, n => n / 4),
        ["field"] = If(FirstByte, Size >= 1, Size <= BufferSize, _ => 20),
        ["difference of a field"] = If(FirstByte - 3, Size >= 1, Size <= BufferSize, _ => 17),
        ["product"] = If(FirstByte * 2 - 20, Size >= 1, Size <= BufferSize, _ => 20),
        ["swapped field"] = If(TotalLength, Size >= 1, Size <= BufferSize, _ => null),
        ["difference of a swapped field"] = If(TotalLength - 20, Size >= 1, Size <= BufferSize, _ => 30),
        ["clamp"] = ((code, call) => call(code, Rest.Max(1).Min(BufferSize)), n => Math.Clamp(n - Offset, 1, 32)),
        ["clamp from above"] =
            ((code, call) => call(code, Rest.Min(BufferSize).Max(1)), n => Math.Clamp(n - Offset, 1, 32)),
        ["sum of a mask"] = ((code, call) => call(code, (Rest & 15) + 1), n => ((n - Offset) & 15) + 1),
        ["return before"] = ((code, call) => call(code
            .Assign(Size, Rest)
            .If(Size < 1, then => then.Return("Drop"))
            .If(Size > BufferSize, then => then.Return("Drop")), Size), n => Within(n - Offset)),
        ["elseif"] = ((code, call) => call(code
            .Assign(Size, Rest)
            .If(Size < 1, then => then.Return("Drop"), not => not.If(Size > 32, then => then.Assign(Size, 32))), Size),
            n => n <= Offset ? null : Math.Min(n - Offset, BufferSize)),
        ["length"] = ((code, call) => code.If(
            (Packet.Length >= Offset + 1).And(Packet.Length <= Offset + BufferSize), then => call(then, Rest)),
            n => Within(n - Offset)),
        ["switch"] = ((code, call) => code.Assign(Size, Rest).Switch(Size, cases => cases
            .Case(4, body => call(body, Size)).Case(10, body => call(body, Size))),
            n => n - Offset is 4 or 10 ? n - Offset : null),
    };

    private delegate void Call(CodeBuilder code, Expression size);

    public static TheoryData<string, InstructionSet> Cases
    {
        get
        {
            var data = new TheoryData<string, InstructionSet>();
            foreach (var form in Forms.Keys)
            {
                foreach (var set in ReferenceCase.InstructionSets) data.Add(form, set);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Size_that_a_script_checks_is_bounded_for_the_verifier(string form, InstructionSet set)
    {
        Assert.SkipUnless(Features.Supports(HelperTable.Find("xdp_load_bytes")!, BpfProgramType.Xdp),
            "Linux 5.18 has xdp_load_bytes");
        var definition = Script.Define("sizes");
        var (given, status) = (definition.AddVariable("given", ScalarType.Int64),
            definition.AddVariable("status", ScalarType.Int64));
        var buffer = CodeBuilder.Local("buffer", new ArrayType(ScalarType.UInt8, BufferSize));
        Forms[form].Write(definition.Code, (code, size) => code.Assign(given, size).Assign(status,
            Expression.CallHelper("xdp_load_bytes", new ContextExpression(), Offset, buffer, size)));
        definition.Code.Return("Pass");
        using var program =
            ProgramLoader.Load(ProgramCompiler.Compile(definition, new CompilerOptions { InstructionSet = set }));
        foreach (var length in new[] { 54, 55, 58, 64, 86, 87, 200 })
        {
            var packet = Script.Packet().Concat(new byte[200]).Take(length).ToArray();
            (packet[0], packet[17]) = (20, 50);
            program.Variables["given"].Value = 0L;
            program.Variables["status"].Value = 1L;
            program.TestRun(packet);
            var size = Forms[form].Size(length);
            Assert.Equal(size ?? 0L, program.Variables["given"].Value);
            if (size is null) Assert.Equal(1L, program.Variables["status"].Value);
            else Assert.Equal(Offset + size <= length, program.Variables["status"].Value is 0L);
        }
    }

    private static int? Within(int size) => size is >= 1 and <= BufferSize ? size : null;

    private static (Action<CodeBuilder, Call> Write, Func<int, int?> Size) If(
        Expression value, Expression first, Expression second, Func<int, int?> size) => (
        (code, call) => code.Assign(Size, value).If(first.And(second), then => call(then, Size)),
        n => size(n) is { } known ? Within(known) : null);
}
