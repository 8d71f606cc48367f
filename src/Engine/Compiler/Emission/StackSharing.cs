namespace EbpfCat.Compiler;

/// <summary>
/// Lets stack slots that are never live at the same time share places. A slot is live from its first access on a path
/// to its last. Runs after register allocation.
/// </summary>
internal sealed class StackSharing
{
    private const int Registers = 11;

    private readonly MachineFunction _f;
    private readonly List<StackSlot> _slots;
    private readonly Dictionary<StackSlot, int> _numbers = [];
    private readonly Dictionary<MachineBlock, List<MachineBlock>> _predecessors = [];
    private readonly Dictionary<MachineBlock, NumberSet[]> _addresses = [];
    private readonly Dictionary<MachineBlock, NumberSet[]> _reached = [];
    private readonly NumberSet[] _conflicts;

    // Slots whose addresses are stored in memory: their accesses are unknown.
    private readonly NumberSet _escaped;

    private StackSharing(MachineFunction f, List<StackSlot> slots)
    {
        (_f, _slots) = (f, slots);
        for (var i = 0; i < slots.Count; i++) _numbers[slots[i]] = i;
        _escaped = None();
        _conflicts = [.. slots.Select(_ => None())];
        foreach (var block in f.Blocks) _predecessors[block] = [];
        // A block whose last instruction is no exit falls through to the next.
        for (var i = 0; i < f.Blocks.Count; i++)
        {
            foreach (var next in Successors(i)) _predecessors[next].Add(f.Blocks[i]);
        }
    }

    /// <summary>Gives slots their offsets from the frame pointer.</summary>
    /// <returns>The total size in bytes.</returns>
    public static int Arrange(MachineFunction f, List<StackSlot> slots)
    {
        var sharing = new StackSharing(f, slots);
        sharing.FollowAddresses();
        sharing.FindConflicts();
        return sharing.Place();
    }

    private NumberSet None() => new(_slots.Count);

    private IEnumerable<MachineBlock> Successors(int block)
    {
        var instructions = _f.Blocks[block].Instructions;
        foreach (var instruction in instructions)
        {
            if (instruction.Target is { } target) yield return target;
        }

        if ((instructions.Count == 0 || !instructions[^1].EndsBlock) && block + 1 < _f.Blocks.Count)
            yield return _f.Blocks[block + 1];
    }

    // ---- which registers hold the address of which slots

    private void FollowAddresses()
    {
        foreach (var block in _f.Blocks) _addresses[block] = [.. Enumerable.Range(0, Registers).Select(_ => None())];
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = 0; i < _f.Blocks.Count; i++)
            {
                var state = StateAt(_f.Blocks[i]);
                _reached[_f.Blocks[i]] = [.. _f.Blocks[i].Instructions.Select(instruction => Step(instruction, state))];
                foreach (var next in Successors(i))
                {
                    for (var register = 0; register < Registers; register++)
                        changed |= _addresses[next][register].AddAll(state[register]);
                }
            }
        }
    }

    private NumberSet[] StateAt(MachineBlock block) =>
        [.. _addresses[block].Select(set =>
        {
            var copy = None();
            copy.AddAll(set);
            return copy;
        })];

    // The slots that an instruction accesses; the addresses in registers after it.
    private NumberSet Step(MachineInstruction i, NumberSet[] state)
    {
        var reached = None();
        if (i.Slot is { } slot) reached.Add(_numbers[slot]);
        foreach (var register in Liveness.Uses(i)) reached.AddAll(state[register]);
        if (i is { Op: MachineOp.Store, Source: >= 0 and < Registers } && i.Source != MachineInstruction.FramePointer)
            _escaped.AddAll(state[i.Source]);
        switch (i.Op)
        {
            case MachineOp.FrameAddress:
                state[i.Destination] = None();
                state[i.Destination].Add(_numbers[i.Slot!]);
                break;
            case MachineOp.Move:
                var moved = None();
                moved.AddAll(state[i.Source]);
                state[i.Destination] = moved;
                break;
            case MachineOp.Alu:
                state[i.Destination].AddAll(state[i.Source]);
                break;
            case MachineOp.AluImmediate:
                break;
            default:
                foreach (var register in Liveness.Definitions(i)) state[register] = None();
                break;
        }

        return reached;
    }

    // ---- which slots are in use at the same time

    private void FindConflicts()
    {
        var before = Spread(forward: true);
        var behind = Spread(forward: false);
        foreach (var block in _f.Blocks)
        {
            var reached = _reached[block];
            // After each instruction, from the last to the first: the slots that are accessed later.
            var later = new NumberSet[reached.Length + 1];
            later[^1] = behind[block];
            for (var i = reached.Length - 1; i >= 0; i--)
            {
                later[i] = None();
                later[i].AddAll(later[i + 1]);
                later[i].AddAll(reached[i]);
            }

            var earlier = before[block];
            for (var i = 0; i < reached.Length; i++)
            {
                if (!earlier.AddAll(reached[i]) && i > 0) continue;
                NoteConflicts(earlier, later[i]);
            }
        }

        foreach (var escaped in _escaped.Members())
        {
            for (var other = 0; other < _slots.Count; other++)
            {
                _conflicts[escaped].Add(other);
                _conflicts[other].Add(escaped);
            }
        }
    }

    private void NoteConflicts(NumberSet earlier, NumberSet later)
    {
        var live = Enumerable.Range(0, _slots.Count).Where(slot => earlier.Contains(slot) && later.Contains(slot))
            .ToList();
        foreach (var one in live)
        {
            foreach (var other in live) _conflicts[one].Add(other);
        }
    }

    // The slots that may have been accessed before the start of a block, or may be accessed after its end.
    private Dictionary<MachineBlock, NumberSet> Spread(bool forward)
    {
        var result = _f.Blocks.ToDictionary(block => block, _ => None());
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var i = 0; i < _f.Blocks.Count; i++)
            {
                var at = forward ? i : _f.Blocks.Count - 1 - i;
                var through = None();
                through.AddAll(result[_f.Blocks[at]]);
                foreach (var reached in _reached[_f.Blocks[at]]) through.AddAll(reached);
                foreach (var next in forward ? Successors(at) : _predecessors[_f.Blocks[at]])
                    changed |= result[next].AddAll(through);
            }
        }

        return result;
    }

    // ---- places

    // The largest first, each as near to the frame pointer as the slots that it interferes with allow.
    private int Place()
    {
        var depth = 0;
        var placed = new List<int>();
        foreach (var slot in Enumerable.Range(0, _slots.Count).OrderByDescending(i => _slots[i].Size).ThenBy(i => i))
        {
            var size = _slots[slot].Room;
            var end = 0;
            foreach (var other in placed.Where(_conflicts[slot].Contains).OrderByDescending(i => _slots[i].Offset))
            {
                var (top, bottom) = (-_slots[other].Offset - _slots[other].Room, -_slots[other].Offset);
                if (top - end >= size) break;
                end = Math.Max(end, bottom);
            }

            _slots[slot].Offset = -(end + size);
            depth = Math.Max(depth, end + size);
            placed.Add(slot);
        }

        return depth;
    }
}
