using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Types;

namespace EbpfCat.Tests.Events;

/// <summary>Programs that emit records.</summary>
internal static class Output
{
    /// <summary>Emits the number of the run and the name of the process, for each run in this process.</summary>
    public static LoadedProgram Load(ProgramType type = ProgramType.Tracepoint, string name = "output")
    {
        var definition = new ProgramDefinition(name, type);
        var count = definition.AddVariable("count", ScalarType.UInt64);
        return EbpfProgram.Load(definition.AddCode(code => code.If(
            Counting.OwnProcess,
            then => then.Increment(count).Add(new OutputStatement(new StructExpression(
            [
                new("Number", count),
                new("Thread", new SystemValueExpression(SystemValue.ThreadId)),
                new("Name", new SystemValueExpression(SystemValue.ProcessName)),
            ]))))));
    }

    /// <summary>An XDP program that emits a number of records in each test run.</summary>
    public static LoadedProgram LoadBurst(int records)
    {
        var definition = new ProgramDefinition("burst", ProgramType.Xdp);
        var count = definition.AddVariable("count", ScalarType.UInt64);
        var turn = CodeBuilder.Local("turn");
        return EbpfProgram.Load(definition.AddCode(code => code
            .For(turn, 1, records, body => body.Increment(count).Add(new OutputStatement(new StructExpression(
            [
                new("Number", count),
                new("Time", new SystemValueExpression(SystemValue.Time)),
                new("Turn", turn),
            ]))))
            .Return("Pass")));
    }
}
