namespace EbpfCat.Compiler;

/// <summary>
/// Lowers a bound program to the intermediate form. Classes named for their subject do the parts, over one
/// <see cref="LoweringContext"/>.
/// </summary>
internal static class Lowerer
{
    /// <summary>Lowers the whole program to one function; functions are inlined at their calls.</summary>
    /// <param name="program">The program.</param>
    /// <param name="options">The kernel that it is for.</param>
    /// <param name="hasFragments">Whether its packets may lie in several buffers (XDP).</param>
    public static IrFunction Lower(BoundProgram program, CompilerOptions options, bool hasFragments)
    {
        var context = new LoweringContext(program, options) { HasFragments = hasFragments };
        var b = context.Builder;
        b.Source = program.Body is [var first, ..] ? first.Source : null;
        var defaultResult = b.Constant(program.DefaultResult);
        b.Function.DefaultResult = defaultResult.Immediate;
        b.Write(context.Frame.Result, defaultResult);
        context.Packet.Start();
        if (program.Definition is { Type: ProgramType.Tracing, Hook: ProgramHook.Iterator }) RequireObject(context);
        if (program.Definition.MinimumPacketSize is > 0 and var minimum)
            context.Packet.CheckBounds(new PacketOffset(), minimum, context.DefaultExit);
        context.Statements.DeclareLabels(program.Labels);
        context.Statements.Lower(program.Body);
        b.Jump(context.Frame.Exit);
        if (b.StartIfReached(context.Frame.Exit)) b.Return(b.Read(context.Frame.Result));
        if (b.StartIfReached(context.DefaultExit)) b.Return(defaultResult);
        context.Statements.SealLabels();
        return b.Function;
    }

    // After the last object, the kernel runs an iterator once more with a null pointer to the object (struct
    // bpf_iter__task and others; the pointer follows the one to struct bpf_iter_meta).
    private static void RequireObject(LoweringContext context)
    {
        const int objectOffset = 8;
        var b = context.Builder;
        var pointer = b.Load(MemoryRegion.Context, context.ContextPointer, objectOffset, 8);
        b.Guard(Comparison.NotEqual, pointer, b.Constant(0), context.DefaultExit);
    }
}
