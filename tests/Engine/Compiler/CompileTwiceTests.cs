using EbpfCat.Binding;
using EbpfCat.Compiler;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Compiler;

/// <summary>Compiling does not change the definition: it can be compiled again, for another target.</summary>
public sealed class CompileTwiceTests
{
    [Fact]
    public void A_program_compiled_for_two_events_has_the_bytes_that_it_has_for_each_alone()
    {
        var (numbers, texts) = (new Event(ScalarType.Int32), new Event(ScalarType.Fixed));
        var (alone, other) = (Compile(Define(), numbers), Compile(Define(), texts));
        var shared = Define();
        Assert.NotEqual(alone, other);
        Assert.Equal(alone, Compile(shared, numbers));
        Assert.Equal(other, Compile(shared, texts));
        Assert.Equal(alone, Compile(shared, numbers));
        Assert.Null(shared.Functions[0].Parameters[0].Type);
        Assert.Null(shared.Functions[0].ReturnType);
    }

    // A local, a parameter and a function take the type of the event's field.
    private static ProgramDefinition Define()
    {
        var program = new ProgramDefinition("shared", ProgramType.Tracepoint);
        var total = program.AddVariable("total", ScalarType.Int64);
        var parameter = new Local("parameter");
        var half =
            program.AddFunction(new Function("half", [parameter], code => code.Return((Expression)parameter * 0.5)));
        var local = new Local("local");
        return program.AddCode(code => code
            .Assign(local, new EventFieldExpression(["value"]))
            .Assign(total, half.Call(local) * 3));
    }

    private static byte[] Compile(ProgramDefinition program, Event traced) =>
        ProgramCompiler.Compile(program, new CompilerOptions { Event = traced }).ToBytes();

    private sealed class Event(EbpfType type) : ITracedEvent
    {
        public EventAccess? Return => null;

        public EventAccess Resolve(EventFieldExpression field) => new(type, EventRoot.Context, 0, type.Size);
    }
}
