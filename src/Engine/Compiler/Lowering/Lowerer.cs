using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>
/// Turns a program as its author wrote it into the intermediate form. One part a file: statements, conditions,
/// expressions, packets, maps.
/// </summary>
internal sealed partial class Lowerer
{
    private readonly BoundProgram _program;
    private readonly ProgramTypeInfo _info;
    private readonly ProgramResources _resources;
    private readonly IrBuilder _b;
    private readonly Temporaries _temporaries;
    private readonly List<StackSlot> _pastLocals = [];
    private Frame _frame;

    private Lowerer(BoundProgram program)
    {
        (_program, _resources, _info) = (program, program.Resources, program.Info);
        _b = new IrBuilder(new IrFunction(program.Definition.Name, 1));
        _temporaries = new Temporaries(_b.Function);
        _frame = new Frame(isFunction: false, _b.NewBlock());
    }

    /// <summary>The whole program as one function, calls put in where they stand.</summary>
    public static IrFunction Lower(BoundProgram program)
    {
        var lowerer = new Lowerer(program);
        lowerer.LowerProgram();
        return lowerer._b.Function;
    }

    private void LowerProgram()
    {
        _b.Start(_b.NewBlock());
        _context = _b.Context();
        _b.Source = _program.Body is [var first, ..] ? first.Source : null;
        var defaultResult = _b.Constant(_program.DefaultResult);
        _b.Function.DefaultResult = defaultResult.Immediate;
        _b.Write(_frame.Result, defaultResult);
        _defaultExit = _b.NewBlock();
        NoteSiblings();
        StartPacket();
        if (_program.Definition is { Type: ProgramType.Tracing, Hook: ProgramHook.Iterator }) RequireObject();
        if (_program.Definition.MinimumPacketSize is > 0 and var minimum) RequireBytes(null, 0, minimum, _defaultExit);
        DeclareLabels(_program.Labels);
        LowerStatements(_program.Body);
        Jump(_frame.Exit);
        if (_frame.Exit.Predecessors.Count > 0)
        {
            Start(_frame.Exit);
            _b.Return(_b.Read(_frame.Result));
        }

        if (_defaultExit.Predecessors.Count > 0)
        {
            Start(_defaultExit);
            _b.Return(defaultResult);
        }

        // A label can be jumped to from below, so its block is sealed last.
        foreach (var block in _labelBlocks) _b.Seal(block);
    }

    // When there are no more objects, the kernel runs an iterator once more without one (struct bpf_iter__task and the
    // others have a pointer to it behind the one that all share).
    private void RequireObject()
    {
        const int objectOffset = 8;
        var present = _b.NewBlock();
        BranchIfNotZero(_b.Load(MemoryRegion.Context, _context, objectOffset, 8), present, _defaultExit);
        Start(present);
    }

    // ---- blocks, and what is known of the packet in them

    private readonly Dictionary<Block, PacketFacts> _factsAt = [];
    private PacketFacts _facts = PacketFacts.None;

    private void Jump(Block target)
    {
        if (_b.Current is null) return;
        MeetFacts(target);
        _b.Jump(target);
    }

    private void Branch(Comparison comparison, Value left, Value right, Block whenTrue, Block whenFalse)
    {
        if (_b.Current is null) return;
        MeetFacts(whenTrue);
        MeetFacts(whenFalse);
        var end = comparison.IsPacketCheck() ? _b.Read(_dataEnd) : null;
        _b.Branch(comparison, left, right, whenTrue, whenFalse, end);
    }

    private void BranchIfNotZero(Value value, Block whenTrue, Block whenFalse) =>
        Branch(Comparison.NotEqual, value, _b.Constant(0), whenTrue, whenFalse);

    private void Start(Block block, bool seal = true)
    {
        _facts = _factsAt.GetValueOrDefault(block, PacketFacts.None);
        _b.Start(block, seal);
    }

    // What holds in a block is what holds on every way into it.
    private void MeetFacts(Block target) =>
        _factsAt[target] = _factsAt.TryGetValue(target, out var there) ? there.Meet(_facts) : _facts;
}
