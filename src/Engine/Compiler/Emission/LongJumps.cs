namespace EbpfCat.Compiler;

/// <summary>
/// Redirects jumps that are longer than their 16-bit offset allows to a relay: a block within reach that only jumps on.
/// Blocks must be in their final order. From instruction set v4 on an unconditional jump reaches any distance.
/// </summary>
internal sealed class LongJumps
{
    // A relay is placed nearer than a jump reaches, because relays that are inserted between move it away.
    private const int Stride = 30_000;
    private const int MaxSharedDistance = 31_500;

    // Relays that are placed near each other share a seam.
    private const int Spacing = 1024;

    // Each round brings a jump one stride nearer to its target, and a program has at most a million slots.
    private const int MaxRounds = 64;

    private readonly MachineFunction _f;
    private readonly bool _hasLongGoto;
    private readonly Dictionary<MachineBlock, int> _starts = [];
    private readonly Dictionary<MachineBlock, List<MachineBlock>> _relays = [];

    // The slots where relays are inserted next.
    private readonly SortedDictionary<int, List<MachineBlock>> _insertions = [];

    // The starts of blocks that no other falls through to, ascending.
    private readonly List<int> _seams = [];
    private int _nextId;

    private LongJumps(MachineFunction f, InstructionSet set)
    {
        (_f, _hasLongGoto) = (f, set >= InstructionSet.V4);
        _nextId = f.Blocks.Max(block => block.Id) + 1;
    }

    public static void Relay(MachineFunction f, InstructionSet set)
    {
        if (f.Blocks.Sum(block => block.SlotCount) <= short.MaxValue) return;
        var pass = new LongJumps(f, set);
        for (var round = 0; round < MaxRounds && pass.RedirectFar(); round++) pass.Insert();
    }

    private bool RedirectFar()
    {
        FindStarts();
        var slot = 0;
        foreach (var instruction in _f.Blocks.SelectMany(block => block.Instructions))
        {
            slot += instruction.SlotCount;
            if (instruction.Target is { } target && !(_hasLongGoto && instruction.Op == MachineOp.Goto)
                && _starts[target] - slot is var distance && distance != (short)distance)
            {
                instruction.Target = RelayFor(instruction, slot, distance > 0);
            }
        }

        return _insertions.Count > 0;
    }

    private void FindStarts()
    {
        _seams.Clear();
        var (slot, isSeam) = (0, false);
        foreach (var block in _f.Blocks)
        {
            _starts[block] = slot;
            if (isSeam) _seams.Add(slot);
            slot += block.SlotCount;
            isSeam = EndsItself(block);
        }
    }

    private MachineBlock RelayFor(MachineInstruction jump, int slot, bool isForward)
    {
        if (!_relays.TryGetValue(jump.Target!, out var relays)) _relays[jump.Target!] = relays = [];
        var known = relays.FindLast(relay =>
        {
            var distance = isForward ? _starts[relay] - slot : slot - _starts[relay];
            return distance <= MaxSharedDistance && distance > (_hasLongGoto ? -MaxSharedDistance : 0);
        });
        if (known is not null) return known;
        var relay = new MachineBlock(_nextId++, 0);
        relay.Instructions.Add(new MachineInstruction(MachineOp.Goto) { Target = jump.Target, Line = jump.Line });
        relays.Add(relay);
        var place = _starts[relay] = PlaceNear(slot + (_hasLongGoto ? 0 : isForward ? Stride : -Stride));
        if (!_insertions.TryGetValue(place, out var island)) _insertions[place] = island = [];
        island.Add(relay);
        return relay;
    }

    private int PlaceNear(int slot)
    {
        var next = _seams.BinarySearch(slot);
        if (next >= 0) return slot;
        if (~next > 0 && _seams[~next - 1] > slot - Spacing) return _seams[~next - 1];
        return _hasLongGoto ? slot : slot - (slot % Spacing);
    }

    // Code that would fall through into relays jumps over them.
    private void Insert()
    {
        var places = new Queue<int>(_insertions.Keys);
        var (blocks, slot) = (new List<MachineBlock>(_f.Blocks.Count + places.Count), 0);
        foreach (var block in _f.Blocks)
        {
            var part = block;
            for (var index = 0; index < part.Instructions.Count; index++)
            {
                while (places.TryPeek(out var place) && place <= slot)
                {
                    if (index > 0)
                    {
                        blocks.Add(part);
                        part = SplitAt(part, index);
                        index = 0;
                    }

                    if (!EndsItself(blocks[^1]))
                        blocks[^1].Instructions.Add(new MachineInstruction(MachineOp.Goto) { Target = part });
                    blocks.AddRange(_insertions[places.Dequeue()]);
                }

                slot += part.Instructions[index].SlotCount;
            }

            blocks.Add(part);
        }

        _f.Blocks = blocks;
        _insertions.Clear();
    }

    private MachineBlock SplitAt(MachineBlock block, int index)
    {
        var rest = new MachineBlock(_nextId++, block.LoopDepth) { Instructions = block.Instructions[index..] };
        block.Instructions.RemoveRange(index, rest.Instructions.Count);
        return rest;
    }

    private static bool EndsItself(MachineBlock block) => block.Instructions is [.., { EndsBlock: true }];
}
