using EbpfCat.Attachments;
using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Events;
using EbpfCat.Language;
using EbpfCat.Programs;

namespace EbpfCat.Tests.Tracing;

/// <summary>Programs that output fields of traced events, and their records.</summary>
internal static class Watch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Expression This { get; } = new SystemValueExpression(SystemValue.ProcessId);

    public static Expression Parent { get; } = new SystemValueExpression(SystemValue.ParentProcessId);

    public static Expression Returned { get; } = new SystemValueExpression(SystemValue.ReturnValue);

    /// <summary>A field by its path: <c>sk.__sk_common.skc_dport</c>.</summary>
    public static Expression Field(string path) => new EventFieldExpression(path.Split('.'));

    public static Expression Text(Expression value) => new TextExpression(value);

    /// <summary>A program that puts out some values where a condition holds; by default in this process.</summary>
    public static ProgramDefinition Define(
        ProgramType type, string? target, (string Name, Expression Value)[] fields, Expression? condition = null) =>
        new ProgramDefinition("watch", type) { Target = target }.AddCode(code => code.If(
            condition ?? This == Environment.ProcessId,
            then => then.Add(new OutputStatement(new StructExpression(
                [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))])))));

    /// <summary>
    /// Attaches a program, does something, and gives the records put out, up to the first that is wanted.
    /// </summary>
    public static EventRecord Run(
        ProgramDefinition definition,
        Func<LoadedProgram, Attachment> attach, Action act, Func<EventRecord, bool>? wanted = null,
        ITracedEvent? traced = null)
    {
        using var program = ProgramLoader.Load(EbpfProgram.Compile(definition, traced));
        using var reader = new EventReader(program);
        using var attachment = attach(program);
        act();
        var seen = new List<EventRecord>();
        foreach (var record in reader.Read(Patience, TestContext.Current.CancellationToken))
        {
            if (wanted?.Invoke(record) ?? true) return record;
            seen.Add(record);
        }

        throw new InvalidOperationException(
            $"None of {seen.Count} records was the one: {string.Join("; ", seen.Take(5))}");
    }

    public static EventRecord AtTracepoint(
        ProgramDefinition definition, Action act, Func<EventRecord, bool>? wanted = null) =>
        Run(definition, program => TracepointAttachment.Attach(program, new(definition.Target!)), act, wanted);

    /// <summary>The error of a program.</summary>
    public static CompileException Refusal(ProgramDefinition definition) =>
        Assert.Throws<CompileException>(() => EbpfProgram.Compile(definition));
}
