using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using static EbpfCat.Tests.Tracing.Watch;

namespace EbpfCat.Tests.Tracing;

/// <summary>Pointers of the kernel in locals, which keep their types.</summary>
[Trait("Category", "Hooks")]
public sealed class PointerTests
{
    private readonly Local _pointer = new("pointer");
    private readonly Local _count = new("count");
    private readonly ProgramDefinition _program = new("walk", ProgramType.Tracepoint)
    {
        Target = "syscalls/sys_enter_getpid",
    };

    [Fact]
    public void Current_task_is_walked_upwards()
    {
        Expression task = _pointer, count = _count;
        _program.AddCode(code => code.If(This == Environment.ProcessId, then => then
            .Assign(_pointer, new EventFieldExpression([EventFieldExpression.CurrentTask]))
            .While(task.Field("tgid") > 1,
                body => body.Assign(_pointer, task.Field("real_parent")).Increment(_count))
            .Add(new OutputStatement(Expression.Struct(
            [
                ("Count", count), ("Name", task.Field("comm")), ("Id", task.Field("tgid")), ("Parent", Parent),
                ("ParentName", Current.TaskField("real_parent.group_leader.comm")),
            ])))));

        var record = AtTracepoint(_program, () => _ = LibC.GetProcessId());

        var (parent, depth) = (ParentOf(Environment.ProcessId), 0);
        for (var id = Environment.ProcessId; id > 1; depth++) id = ParentOf(id);
        Assert.Equal(depth, Convert.ToInt32(record["Count"]));
        Assert.Equal((uint)parent, record["Parent"]);
        Assert.Equal(File.ReadAllText($"/proc/{parent}/comm").TrimEnd(), record["ParentName"]);
    }

    [Fact]
    public void Pointers_of_several_types_in_one_local_have_no_fields()
    {
        var error = Refused(code => code
            .Assign(_pointer, Current.TaskField("real_parent")).Assign(_pointer, Current.TaskField("mm"))
            .Assign(_count, ((Expression)_pointer).Field("comm")));
        Assert.Contains("a variable for each type", error.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_field_behind_a_local_suggests_the_nearest()
    {
        var error = Refused(code => code.Assign(_pointer, Current.TaskField("real_parent"))
            .Assign(_count, ((Expression)_pointer).Field("real_parnet").Field("pid")));
        Assert.Contains("Did you mean real_parent", error.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointers_pass_through_functions_and_other_locals()
    {
        var (parameter, copy) = (new Local("task"), new Local("copy"));
        var id = new Function("id", [parameter], code => code.Return(((Expression)parameter).Field("tgid")));
        Expression pointer = _pointer;
        _program.AddCode(code => code.If(This == Environment.ProcessId, then => then
            .Assign(_pointer, 0).Assign(copy, Current.TaskField("group_leader")).Assign(_pointer, copy)
            .Add(new OutputStatement(Expression.Struct(
                [("Id", id.Call(pointer)), ("Element", ((Expression)copy).Field("comm").Element(0))])))));
        _program.AddFunction(id);
        var record = AtTracepoint(_program, () => _ = LibC.GetProcessId());
        Assert.Equal(Environment.ProcessId, Convert.ToInt32(record["Id"]));
        Assert.Equal(File.ReadAllText("/proc/self/comm")[0], Convert.ToChar(record["Element"]));
    }

    private Diagnostic Refused(Action<CodeBuilder> code) =>
        Assert.Single(Refusal(_program.AddCode(code)).Diagnostics);

    private static int ParentOf(int id) =>
        int.Parse(File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[1]);
}
