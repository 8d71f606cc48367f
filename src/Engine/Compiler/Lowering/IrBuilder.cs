namespace EbpfCat.Compiler;

/// <summary>
/// Builds a function in static single assignment form while walking its source: the on-the-fly construction of
/// Braun and others (CC 2013). A block is sealed when all its predecessors are known.
/// </summary>
internal sealed class IrBuilder(IrFunction function)
{
    private readonly Dictionary<(SsaVariable, Block), Value> _definitions = [];
    private readonly Dictionary<Block, Dictionary<SsaVariable, Value>> _incomplete = [];
    private readonly HashSet<Block> _sealed = [];
    private readonly Dictionary<Block, PacketFacts> _factsAtStart = [];
    private readonly Dictionary<Block, PacketFacts> _factsAtEnd = [];

    public IrFunction Function { get; } = function;

    /// <summary>The block that is being built; null after a jump, where code is not reached.</summary>
    public Block? Current { get; private set; }

    /// <summary>The source of the code that is being built.</summary>
    public SourceSpan? Source { get; set; }

    public int LoopDepth { get; set; }

    /// <summary>The facts about the packet in the current block.</summary>
    public PacketFacts Facts { get; set; } = PacketFacts.None;

    public Block NewBlock()
    {
        var block = Function.NewBlock();
        block.LoopDepth = LoopDepth;
        return block;
    }

    /// <summary>Starts a block. It is sealed at once unless more jumps to it will be built.</summary>
    public void Start(Block block, bool seal = true)
    {
        Function.Blocks.Add(block);
        Current = block;
        Facts = _factsAtStart.GetValueOrDefault(block, PacketFacts.None);
        if (seal) Seal(block);
    }

    /// <summary>Starts a block unless nothing jumps to it.</summary>
    /// <returns>Whether something does.</returns>
    public bool StartIfReached(Block block)
    {
        if (block.Predecessors.Count == 0) return false;
        Start(block);
        return true;
    }

    /// <summary>Starts a block that may get more jumps from anywhere. Nothing is known of the packet there.</summary>
    public void StartLabel(Block block)
    {
        Jump(block);
        _factsAtStart.Remove(block);
        Start(block, seal: false);
    }

    public void Seal(Block block)
    {
        if (!_sealed.Add(block)) return;
        if (!_incomplete.Remove(block, out var phis)) return;
        foreach (var (variable, phi) in phis) AddPhiOperands(variable, phi);
    }

    public void Jump(Block target)
    {
        if (Current is null) return;
        MeetFacts(target);
        Current.Exit = ExitKind.Jump;
        Current.Target = target;
        Current.Source = Source;
        target.Predecessors.Add(Current);
        Current = null;
    }

    public void Branch(Comparison comparison, Value left, Value right, Block whenTrue, Block whenFalse,
        Value? end = null)
    {
        if (Current is null) return;
        MeetFacts(whenTrue);
        MeetFacts(whenFalse);
        // A decided branch leaves no code behind; others are simplified once it is known which values are sizes.
        var condition = BranchSimplifier.Simplify(Function, comparison, left, right);
        if (condition is { Left.IsConstant: true, Right.IsConstant: true } && !comparison.IsPacketCheck())
        {
            Jump(condition.Comparison.Evaluate(condition.Left.Immediate, condition.Right.Immediate)
                ? whenTrue
                : whenFalse);
            return;
        }

        if (ReferenceEquals(whenTrue, whenFalse))
        {
            Jump(whenTrue);
            return;
        }

        var block = Current;
        (block.Exit, block.Source) = (ExitKind.Branch, Source);
        (block.Comparison, block.Left, block.Right, block.End) =
            (comparison, left.Current, right.Current, end?.Current);
        (block.Target, block.Otherwise) = (whenTrue, whenFalse);
        whenTrue.Predecessors.Add(block);
        whenFalse.Predecessors.Add(block);
        Current = null;
    }

    public void BranchIfNotZero(Value value, Block whenTrue, Block whenFalse) =>
        Branch(Comparison.NotEqual, value, Constant(0), whenTrue, whenFalse);

    /// <summary>Continues where a comparison is true, and branches to a block where it is false.</summary>
    /// <returns>Whether it can be true.</returns>
    public bool Guard(Comparison comparison, Value left, Value right, Block whenFalse)
    {
        var next = NewBlock();
        Branch(comparison, left, right, next, whenFalse);
        return StartIfReached(next);
    }

    public void Return(Value value)
    {
        if (Current is null) return;
        Current.Exit = ExitKind.Return;
        Current.Result = value.Current;
        Current.Source = Source;
        Current = null;
    }

    /// <summary>Leaves the current block without an exit, until <see cref="Continue"/>.</summary>
    public void LeaveOpen()
    {
        if (Current is not null) _factsAtEnd[Current] = Facts;
        Current = null;
    }

    /// <summary>Continues a block that was left open.</summary>
    public void Continue(Block block) => (Current, Facts) = (block, _factsAtEnd[block]);

    // A fact holds at the start of a block if it holds at the end of all its predecessors.
    private void MeetFacts(Block target) => _factsAtStart[target] =
        _factsAtStart.TryGetValue(target, out var facts) ? facts.Meet(Facts) : Facts;

    // ---- values

    public Value Constant(long value) => Function.Constant(value);

    public Value Make(Op op, params Value[] operands) => Make(op, 0, operands);

    public Value Make(Op op, long immediate, params Value[] operands)
    {
        if (Simplifier.Simplify(Function, op, immediate, operands) is { } simpler) return Place(simpler);
        var value = Function.NewValue(op, operands);
        value.Immediate = immediate;
        return Append(value);
    }

    public Value Context() => Append(Function.NewValue(Op.Context));

    public Value FrameAddress(StackSlot slot) => Append(Function.FrameAddress(slot));

    public Value MapAddress(int map) => Append(Function.MapAddress(map));

    public Value MapValueAddress(int map, int offset = 0) => Append(Function.MapValueAddress(map, offset));

    public Value Load(MemoryRegion region, Value pointer, int offset, int size) =>
        Append(Function.Load(region, pointer, offset, size));

    public Value Load(Place place, int size) => Load(place.Region, place.Pointer, place.Offset, size);

    public void Store(Place place, int size, Value stored, Op op = Op.Store) =>
        Store(place.Region, place.Pointer, place.Offset, size, stored, op);

    public void Store(MemoryRegion region, Value pointer, int offset, int size, Value stored, Op op = Op.Store) =>
        Append(Function.Store(region, pointer, offset, size, stored, op));

    public Place PlaceOf(StackSlot slot) => new(MemoryRegion.Stack, FrameAddress(slot), 0);

    public Value AddressOf(Place place) => AddOffset(place.Pointer, place.Offset);

    public Value AddOffset(Value pointer, int offset) => Make(Op.Add, pointer, Constant(offset));

    public Value Call(int helper, params Value[] arguments) => CallWithKey(helper, 0, arguments);

    /// <summary>Calls a map helper. The size tells the optimizer which bytes the key is.</summary>
    public Value CallWithKey(int helper, int keySize, params Value[] arguments) =>
        Append(Function.Call(helper, keySize, arguments));

    public Value Append(Value value)
    {
        if (Current is null) return value;
        value.Block = Current;
        value.Source = Source;
        Current.Body.Add(value);
        return value;
    }

    // Puts a simplified value, and operands that are new with it, into the current block.
    private Value Place(Value value)
    {
        value = value.Current;
        if (value.IsConstant || value.Block is not null || Current is null) return value;
        for (var i = 0; i < value.Operands.Length; i++) value.Operands[i] = Place(value.Operands[i]);
        return Append(value);
    }

    // ---- variables

    public void Write(SsaVariable variable, Value value)
    {
        if (Current is not null) _definitions[(variable, Current)] = value;
    }

    public Value Read(SsaVariable variable) => Current is null ? Constant(0) : Read(variable, Current);

    // Not recursive: a program may have more joins in a row than the call stack has room for.
    private Value Read(SsaVariable variable, Block block)
    {
        var joins = new Stack<Join>();
        while (true)
        {
            var walked = new List<Block>();
            var value = Find(variable, block, walked);
            if (value is null)
            {
                joins.Push(new Join(NewPhi(variable, walked[^1]), walked));
            }
            else
            {
                foreach (var passed in walked) _definitions[(variable, passed)] = value;
                while (joins.TryPeek(out var join) && join.Add(value))
                {
                    joins.Pop();
                    join.Phi.Operands = join.Operands;
                    value = RemoveTrivial(join.Phi);
                    foreach (var passed in join.Walked) _definitions[(variable, passed)] = value;
                }
            }

            if (!joins.TryPeek(out var open)) return value!;
            block = open.NextBlock;
        }
    }

    // The value at the end of a block; null where the last of the walked blocks is a join that needs a phi.
    private Value? Find(SsaVariable variable, Block block, List<Block> walked)
    {
        while (true)
        {
            if (_definitions.TryGetValue((variable, block), out var known)) return known.Current;
            // A cycle of blocks that is not reached.
            if (walked.Count > Function.BlockCount) return Constant(0);
            if (!_sealed.Contains(block))
            {
                var phi = NewPhi(variable, block);
                if (!_incomplete.TryGetValue(block, out var phis)) _incomplete[block] = phis = [];
                return phis[variable] = phi;
            }

            walked.Add(block);
            // A local that is read before it is written is zero, as an unassigned variable in PowerShell.
            if (block.Predecessors.Count == 0) return Constant(0);
            if (block.Predecessors.Count > 1) return null;
            block = block.Predecessors[0];
        }
    }

    private Value NewPhi(SsaVariable variable, Block block)
    {
        var phi = Function.NewValue(Op.Phi);
        (phi.Block, phi.Size) = (block, variable.Size);
        block.Phis.Add(phi);
        return _definitions[(variable, block)] = phi;
    }

    private void AddPhiOperands(SsaVariable variable, Value phi)
    {
        phi.Operands = [.. phi.Block!.Predecessors.Select(p => Read(variable, p))];
        RemoveTrivial(phi);
    }

    // A phi whose operands are read one after the other, from each predecessor of its block.
    private sealed class Join(Value phi, List<Block> walked)
    {
        private int _count;

        public Value Phi { get; } = phi;

        public Value[] Operands { get; } = new Value[phi.Block!.Predecessors.Count];

        /// <summary>The blocks where the variable has the value of the phi.</summary>
        public List<Block> Walked { get; } = walked;

        public Block NextBlock => Phi.Block!.Predecessors[_count];

        /// <returns>Whether it was the last operand.</returns>
        public bool Add(Value operand)
        {
            Operands[_count++] = operand;
            return _count == Operands.Length;
        }
    }

    private static Value RemoveTrivial(Value phi)
    {
        Value? same = null;
        foreach (var operand in phi.Operands)
        {
            var current = operand.Current;
            if (ReferenceEquals(current, same) || ReferenceEquals(current, phi)) continue;
            if (same is not null) return phi;
            same = current;
        }

        if (same is null) return phi;
        phi.Block!.Phis.Remove(phi);
        phi.ReplaceWith(same);
        return same;
    }

    /// <summary>A phi of the current block, with a value for each predecessor.</summary>
    public Value Phi(params (Block From, Value Value)[] incoming)
    {
        var block = Current!;
        var phi = Function.NewValue(Op.Phi,
            [.. block.Predecessors.Select(p => incoming.First(i => ReferenceEquals(i.From, p)).Value.Current)]);
        phi.Block = block;
        block.Phis.Add(phi);
        return RemoveTrivial(phi);
    }

    /// <summary>Selects a value by a comparison.</summary>
    public Value Select(Comparison comparison, Value left, Value right, Value whenTrue, Value whenFalse)
    {
        if (Current is null) return whenTrue;
        var (first, second, after) = (NewBlock(), NewBlock(), NewBlock());
        Branch(comparison, left, right, first, second);
        var incoming = new List<(Block, Value)>();
        foreach (var (block, value) in new[] { (first, whenTrue), (second, whenFalse) })
        {
            if (!StartIfReached(block)) continue;
            incoming.Add((block, value));
            Jump(after);
        }

        Start(after);
        return Phi([.. incoming]);
    }

    /// <summary>The left value if the comparison is true, else the right one.</summary>
    public Value Select(Comparison comparison, Value left, Value right) =>
        Select(comparison, left, right, left, right);

    /// <summary>1 for a value that is not zero, else 0.</summary>
    public Value Truth(Value value) => Select(Comparison.Equal, Constant(0), value, Constant(0), Constant(1));

    /// <summary>Builds code for a value that is not zero.</summary>
    public void IfNotZero(Value value, Action build)
    {
        if (Current is null) return;
        var (notZero, after) = (NewBlock(), NewBlock());
        BranchIfNotZero(value, notZero, after);
        if (StartIfReached(notZero))
        {
            build();
            Jump(after);
        }

        StartIfReached(after);
    }

    /// <summary>Builds code for a value that is not zero.</summary>
    /// <returns>The result of that code, 0 where the value is zero.</returns>
    public Value IfNotZero(Value value, Func<Value> build)
    {
        if (Current is null) return Constant(0);
        var (notZero, zero, after) = (NewBlock(), NewBlock(), NewBlock());
        BranchIfNotZero(value, notZero, zero);
        var incoming = new List<(Block, Value)>();
        if (StartIfReached(zero))
        {
            incoming.Add((zero, Constant(0)));
            Jump(after);
        }

        if (StartIfReached(notZero))
        {
            var result = build();
            if (Current is not null) incoming.Add((Current, result));
            Jump(after);
        }

        if (!StartIfReached(after)) return Constant(0);
        return Phi([.. incoming]);
    }
}
