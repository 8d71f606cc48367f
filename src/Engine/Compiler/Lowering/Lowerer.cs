using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Turns a program as its author wrote it into the intermediate form. One part a file: statements, conditions, expressions, packets, maps.</summary>
internal sealed partial class Lowerer
{
    private readonly ProgramDefinition _program;
    private readonly ProgramTypeInfo _info;
    private readonly Typer _typer;
    private readonly ProgramResources _resources;
    private readonly IrBuilder _b;
    private readonly Temporaries _temporaries;
    private readonly ITracedEvent? _traced;
    private readonly EventAccess? _parentProcessId;
    private readonly List<StackSlot> _pastLocals = [];
    private Frame _frame;

    private Lowerer(ProgramDefinition program, Typer typer, ProgramResources resources, CompilerOptions options)
    {
        (_program, _typer, _resources) = (program, typer, resources);
        (_traced, _parentProcessId) = (options.Event, options.ParentProcessId);
        _info = ProgramTypes.Get(program.Type);
        _b = new IrBuilder(new IrFunction(program.Name, 1));
        _temporaries = new Temporaries(_b.Function);
        _frame = new Frame(null, _b.NewBlock());
    }

    /// <summary>The whole program as one function, calls put in where they stand.</summary>
    public static IrFunction Lower(
        ProgramDefinition program, Typer typer, ProgramResources resources, CompilerOptions options)
    {
        var lowerer = new Lowerer(program, typer, resources, options);
        lowerer.LowerProgram();
        return lowerer._b.Function;
    }

    private void LowerProgram()
    {
        _b.Start(_b.NewBlock());
        _context = _b.Context();
        _b.Source = _program.Body is [var first, ..] ? first.Source : null;
        var defaultResult = _b.Constant(Verdict(_program.DefaultAction, null) ?? _info.DefaultVerdict);
        _b.Function.DefaultResult = defaultResult.Immediate;
        _b.Write(_frame.Result, defaultResult);
        _defaultExit = _b.NewBlock();
        NoteSiblings();
        StartPacket();
        if (_program is { Type: ProgramType.Tracing, Hook: ProgramHook.Iterator }) RequireObject();
        if (_program.MinimumPacketSize > 0) RequireMinimumSize(_program.MinimumPacketSize);
        foreach (var label in StatementWalker.All(_program.Body).OfType<LabelStatement>()) DeclareLabel(label.Label);
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

        foreach (var (label, block) in _labels)
        {
            // A mark in what is never reached is left out, and so are the jumps to it.
            if (!_placedLabels.Contains(label) && block.Predecessors.Count > 0)
            {
                throw new CompileException("UnknownLabel", $"The label '{label.Name}' is jumped to but not marked.", null);
            }

            _b.Seal(block);
        }
    }

    // When there are no more objects, the kernel runs an iterator once more without one (struct bpf_iter__task and the others
    // have a pointer to it behind the one that all share).
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

    // ---- verdicts

    private long? Verdict(object? action, SourceSpan? source)
    {
        switch (action)
        {
            case null:
                return null;
            case string name when _info.Verdicts.TryGetValue(name, out var value):
                return value;
            case string name:
                throw new CompileException("UnknownVerdict",
                    $"'{name}' is not a verdict of {_program.Type} programs.", source,
                    _info.Verdicts.Count == 0
                        ? "Programs of this type give a number."
                        : SimilarNames.Sentence(name, [.. _info.Verdicts.Keys]));
            default:
                return System.Convert.ToInt64(action, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static CompileException Error(string id, string problem, SourceSpan? source, string? suggestion = null) =>
        new(id, problem, source, suggestion);
}
