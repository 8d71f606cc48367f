using EbpfCat.Bytecode;

namespace EbpfCat.Compiler;

/// <summary>
/// Moves a loop into a function that the helper <c>bpf_loop</c> calls for each iteration. The inputs of the loop, its
/// values between iterations and its results are in a struct on the program's stack, eight bytes each.
/// </summary>
internal sealed class LoopOutliner
{
    // The result of the function: 0 to continue, 1 to end.
    private const int Again = 0;
    private const int End = 1;

    private const int FieldSize = 8;
    private const int ExitField = 0;

    private readonly IrFunction _f;
    private readonly NaturalLoop _loop;
    private readonly DominatorTree _dominators;
    private readonly IrFunction _body;
    private readonly StackSlot _slot;
    private readonly Block _before;
    private readonly Block _after;
    private readonly Block _entry;
    private readonly Value _frame;
    private readonly Value _index;
    private readonly Value _fields;
    private readonly bool _invalidatesPointers;

    // The value in the function for a value from outside, or for one of the phis of the head.
    private readonly Dictionary<Value, Value> _inside = [];
    private readonly Dictionary<StackSlot, Value> _addresses = [];
    private readonly HashSet<StackSlot> _own = [];
    private readonly List<(Value Phi, int Field, bool MayBePointer)> _carried = [];
    private readonly Dictionary<Value, (int Field, Value Loaded)> _left = [];
    private int _fieldCount = 1;

    private LoopOutliner(IrFunction f, NaturalLoop loop, DominatorTree dominators, string name)
    {
        (_f, _loop, _dominators) = (f, loop, dominators);
        _invalidatesPointers = loop.Blocks.Any(block => block.Body.Exists(value => value.Op == Op.Call
            && HelperTable.OfCall(value.Helper).Has(HelperTraits.InvalidatesPacketPointers)));
        _slot = f.NewSlot(0, isTransient: true);
        (_before, _after) = (f.NewBlock(), f.NewBlock());
        _body = f.NewSibling(name, 2);
        _entry = _body.NewBlock();
        _before.LoopDepth = _after.LoopDepth = Math.Max(0, loop.Head.LoopDepth - 1);
        _before.Source = _after.Source = _entry.Source = loop.Head.Source;
        // The address of the struct: in the program a frame address, in the function a parameter.
        _frame = Append(_before, _f.FrameAddress(_slot));
        (_index, _fields) = (Parameter(0), Parameter(1));
    }

    /// <summary>Moves loops out of a function; none contains another.</summary>
    /// <param name="f">The function.</param>
    /// <param name="loops">The loops.</param>
    /// <param name="dominators">The dominator tree of the function.</param>
    /// <param name="number">The number in the name of the first function.</param>
    /// <returns>
    /// The functions. Their parameters are the number of the iteration and the address of the struct.
    /// </returns>
    public static List<IrFunction> Outline(
        IrFunction f, IReadOnlyList<NaturalLoop> loops, DominatorTree dominators, int number)
    {
        var outliners = new List<LoopOutliner>();
        var outlinerOf = new Dictionary<Block, LoopOutliner>();
        foreach (var loop in loops)
        {
            var outliner = new LoopOutliner(f, loop, dominators, $"{f.Name}_loop{number++}");
            outliners.Add(outliner);
            foreach (var block in loop.Blocks) outlinerOf[block] = outliner;
        }

        TakeSlots(f, outlinerOf);
        LoadResults(f, outlinerOf);
        foreach (var outliner in outliners) outliner.Run();
        f.Blocks.RemoveAll(outlinerOf.ContainsKey);
        f.UpdatePredecessors();
        // Addresses of slots that only the loops used must not stay.
        DeadCode.Run(f);
        return outliners.ConvertAll(outliner => outliner._body);
    }

    private void Run()
    {
        var exits = _loop.Exits.ToList();
        var latches = _loop.Latches.ToList();
        EnterBefore();
        StartRounds();
        MoveOperands();
        for (var i = 0; i < latches.Count; i++) GoRoundAgain(latches[i]);
        Value exit = Load(_f, _after, _frame, ExitField, mayBePointer: false);
        for (var i = 0; i < exits.Count; i++) Leave(exits[i].From, exits[i].To, i + 1);
        MoveBlocks();
        CallHelper();
        Dispatch(exit, exits);
        _slot.Size = _fieldCount * FieldSize;
        _body.UpdatePredecessors();
        DeadCode.Run(_body);
    }

    // The struct of an inner loop moves too: the verifier does not allow to store the address of a frame in another
    // frame.
    private static void TakeSlots(IrFunction f, Dictionary<Block, LoopOutliner> outlinerOf)
    {
        // Null if blocks of several loops, or of none, use a slot.
        var users = new Dictionary<StackSlot, LoopOutliner?>();
        foreach (var block in f.Blocks)
        {
            var outliner = outlinerOf.GetValueOrDefault(block);
            foreach (var slot in block.Body.Where(value => value.Op == Op.FrameAddress).Select(value => value.Slot))
                users[slot] = !users.TryGetValue(slot, out var other) || other == outliner ? outliner : null;
        }

        foreach (var (slot, outliner) in users)
        {
            if (!slot.IsTransient || outliner is null) continue;
            outliner._body.Slots.Add(slot);
            outliner._own.Add(slot);
        }

        f.Slots.RemoveAll(slot => users.GetValueOrDefault(slot)?._own.Contains(slot) ?? false);
    }

    // ---- the way in

    // All edges into the loop lead through one block, which has the initial values of the phis of the head.
    private void EnterBefore()
    {
        var head = _loop.Head;
        var outside = head.Predecessors.Where(block => !_loop.Blocks.Contains(block)).ToList();
        _before.Predecessors.AddRange(outside);
        foreach (var block in outside) Redirect(block, head, _before);
        foreach (var phi in head.Phis.ToList())
        {
            Value[] firsts = [.. outside.Select(block => phi.Operands[head.Predecessors.IndexOf(block)].Current)];
            var first = firsts[0];
            if (firsts.Length > 1)
            {
                first = _f.NewValue(Op.Phi, firsts);
                first.Block = _before;
                _before.Phis.Add(first);
            }

            _inside[phi] = Carry(phi, first);
        }
    }

    // A counter is computed from the number of the iteration, which is unknown to the verifier: it would follow the
    // values of one that is stored in memory.
    private Value Carry(Value phi, Value first)
    {
        if (_loop.StepOf(phi) is { } step)
        {
            var way = step == 1 ? _index : Add(_body, _entry, Op.Mul, _index, _body.Constant(step));
            return Add(_body, _entry, Op.Add, way, Inside(first));
        }

        var field = NewField();
        Store(_f, _before, _frame, field, first);
        var mayBePointer = PointerFacts.MayBePointer(phi);
        _carried.Add((phi, field, mayBePointer));
        return Load(_body, _entry, _fields, field, mayBePointer);
    }

    private void StartRounds()
    {
        Store(_f, _before, _frame, ExitField, _f.Constant(0));
        (_entry.Exit, _entry.Target) = (ExitKind.Jump, _loop.Head);
    }

    // ---- the loop itself

    private void MoveOperands()
    {
        // The phis of the head are replaced themselves.
        foreach (var block in _loop.Blocks.OrderBy(block => _dominators.OrderOf(block)))
            Rewrite(block, ReferenceEquals(block, _loop.Head) ? block.Body : block.Phis.Concat(block.Body), Inside);
    }

    private static void Rewrite(Block block, IEnumerable<Value> values, Func<Value, Value> by)
    {
        foreach (var value in values)
        {
            for (var i = 0; i < value.Operands.Length; i++) value.Operands[i] = by(value.Operands[i]);
        }

        if (block.Left is { } left) block.Left = by(left);
        if (block.Right is { } right) block.Right = by(right);
        if (block.End is { } end) block.End = by(end);
        if (block.Result is { } result) block.Result = by(result);
    }

    // The value in the function for a value: itself if the loop computes it or it can be computed anywhere.
    private Value Inside(Value value)
    {
        value = value.Current;
        if (_inside.TryGetValue(value, out var known)) return known;
        switch (value.Op)
        {
            case Op.Constant:
                return value;
            case Op.FrameAddress when _own.Contains(value.Slot):
                return value;
            // The address is of the frame of the program.
            case Op.FrameAddress when _addresses.TryGetValue(value.Slot, out var there):
                return there;
            case Op.FrameAddress:
                return _addresses[value.Slot] = Bring(Append(_before, _f.FrameAddress(value.Slot)));
            case Op.MapAddress or Op.MapValueAddress or Op.FunctionAddress or Op.Undefined when !IsInLoop(value):
                return _inside[value] = Append(_entry, _body.CloneAddress(value));
        }

        return IsInLoop(value) ? value : _inside[value] = Bring(value);
    }

    private bool IsInLoop(Value value) =>
        value.Block is { } block && (_loop.Blocks.Contains(block) || ReferenceEquals(block, _entry));

    private Value Bring(Value value)
    {
        var field = NewField();
        Store(_f, _before, _frame, field, value);
        return Load(_body, _entry, _fields, field, PointerFacts.MayBePointer(value));
    }

    private void GoRoundAgain(Block latch)
    {
        var next = NewEnd(latch, _loop.Head);
        var index = _loop.Head.Predecessors.IndexOf(latch);
        foreach (var (phi, field, mayBePointer) in _carried)
        {
            var value = Inside(phi.Operands[index]);
            if (ReferenceEquals(value, _inside[phi])) continue;
            if (mayBePointer) Store(_body, next, _fields, field, value);
            else StoreHalves(next, field, value);
        }

        // The verifier goes round again after the end too. A helper then makes numbers of the pointers to the packet
        // that the end left, so that an iteration must take the end back.
        if (_invalidatesPointers) Store(_body, next, _fields, ExitField, _body.Constant(0));
        (next.Exit, next.Result) = (ExitKind.Return, _body.Constant(Again));
    }

    // The verifier remembers the range of a number that is stored whole. The range differs in each iteration, and it
    // would follow all of them. It remembers nothing of a number stored in halves, so that two iterations look the
    // same.
    private void StoreHalves(Block block, int field, Value number)
    {
        var high = Add(_body, block, Op.Shr, number, _body.Constant(32));
        Store(_body, block, _fields, field, number, FieldSize / 2);
        Store(_body, block, _fields, field + (FieldSize / 2), high, FieldSize / 2);
    }

    // ---- the ways out

    // The values that a loop computes and that are used after it.
    private static void LoadResults(IrFunction f, Dictionary<Block, LoopOutliner> outlinerOf)
    {
        foreach (var block in f.Blocks)
        {
            Rewrite(block, block.Phis.Concat(block.Body), value =>
                value.Current.Block is { } from && outlinerOf.TryGetValue(from, out var outliner)
                && outliner != outlinerOf.GetValueOrDefault(block) ? outliner.Outside(value.Current) : value.Current);
        }
    }

    private Value Outside(Value value)
    {
        switch (value.Op)
        {
            // These mean the same anywhere.
            case Op.FrameAddress or Op.MapAddress or Op.MapValueAddress or Op.FunctionAddress or Op.Undefined:
                return Append(_before, _f.CloneAddress(value));
        }

        if (_left.TryGetValue(value, out var known)) return known.Loaded;
        var field = NewField();
        // The verifier requires a write on all paths to the read.
        Store(_f, _before, _frame, field, _f.Constant(0));
        // A loop around this one may carry the number.
        var loaded = Load(_f, _after, _frame, field, PointerFacts.MayBePointer(value));
        _left[value] = (field, loaded);
        return loaded;
    }

    private void Leave(Block from, Block to, int number)
    {
        var end = NewEnd(from, to);
        foreach (var (value, (field, _)) in _left)
        {
            if (_dominators.Dominates(value.Block!, from)) Store(_body, end, _fields, field, Inside(value));
        }

        Store(_body, end, _fields, ExitField, _body.Constant(number));
        (end.Exit, end.Result) = (ExitKind.Return, _body.Constant(End));
    }

    // If the loop ended, the program continues; after the maximum number of iterations it ends.
    private void Dispatch(Value exit, List<(Block From, Block To)> exits)
    {
        var at = _after;
        for (var i = 0; i < exits.Count; i++)
        {
            var (from, to) = exits[i];
            var (edge, next) = (_f.NewBlock(), _f.NewBlock());
            edge.LoopDepth = next.LoopDepth = _after.LoopDepth;
            edge.Source = next.Source = from.Source;
            (at.Exit, at.Comparison, at.Left, at.Right) = (ExitKind.Branch, Comparison.Equal, exit, _f.Constant(i + 1));
            (at.Target, at.Otherwise) = (edge, next);
            edge.Predecessors.Add(at);
            next.Predecessors.Add(at);
            (edge.Exit, edge.Target) = (ExitKind.Jump, to);
            to.Predecessors[to.Predecessors.IndexOf(from)] = edge;
            _f.Blocks.Add(at);
            _f.Blocks.Add(edge);
            at = next;
        }

        (at.Exit, at.Result) = (ExitKind.Return, _f.Constant(_f.DefaultResult));
        _f.Blocks.Add(at);
    }

    // ---- putting it together

    private void MoveBlocks()
    {
        _loop.Head.Phis.Clear();
        _loop.Head.Predecessors.Clear();
        _loop.Head.Predecessors.Add(_entry);
        _body.Blocks.Insert(0, _entry);
        _body.Blocks.AddRange(_loop.Blocks);
        foreach (var block in _loop.Blocks) block.LoopDepth = Math.Max(0, block.LoopDepth - 1);
    }

    private void CallHelper()
    {
        var function = Append(_before, _f.FunctionAddress(_body));
        Append(_before, _f.Call(HelperId.Loop, 0, _f.Constant(LongLoops.MaxRounds), function, _frame, _f.Constant(0)));
        (_before.Exit, _before.Target) = (ExitKind.Jump, _after);
        _after.Predecessors.Add(_before);
        _f.Blocks.Add(_before);
    }

    // A block in the function, on the edge from a block of the loop to another place.
    private Block NewEnd(Block from, Block to)
    {
        var end = _body.NewBlock();
        end.Source = from.Source;
        end.Predecessors.Add(from);
        Redirect(from, to, end);
        _body.Blocks.Add(end);
        return end;
    }

    private static void Redirect(Block block, Block from, Block to)
    {
        if (ReferenceEquals(block.Target, from)) block.Target = to;
        if (ReferenceEquals(block.Otherwise, from)) block.Otherwise = to;
    }

    private int NewField() => _fieldCount++ * FieldSize;

    private Value Parameter(int number)
    {
        var value = Add(_body, _entry, Op.Parameter);
        value.Immediate = number;
        return value;
    }

    private static Value Add(IrFunction f, Block block, Op op, params Value[] operands) =>
        Append(block, f.NewValue(op, operands));

    private static Value Load(IrFunction f, Block block, Value pointer, int field, bool mayBePointer = true) =>
        Append(block, f.Load(MemoryRegion.Stack, pointer, field, FieldSize, mayBePointer));

    private static void Store(IrFunction f, Block block, Value pointer, int field, Value stored,
        int size = FieldSize) =>
        Append(block, f.Store(MemoryRegion.Stack, pointer, field, size, stored));

    private static Value Append(Block block, Value value)
    {
        (value.Block, value.Source) = (block, block.Source);
        block.Body.Add(value);
        return value;
    }
}
