namespace EbpfCat.Compiler;

/// <summary>Gives every virtual register one of the machine's ten, or a place on the stack where they do not suffice.</summary>
internal static class RegisterAllocator
{
    private const int MostRounds = 40;

    public static void Allocate(MachineFunction f)
    {
        var temporaries = new HashSet<int>();
        for (var round = 0; round < MostRounds; round++)
        {
            var graph = new InterferenceGraph(f);
            var used = new HashSet<int>();
            foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions))
            {
                if (instruction.Destination >= MachineInstruction.FirstVirtual) used.Add(instruction.Destination);
                if (instruction.Source >= MachineInstruction.FirstVirtual) used.Add(instruction.Source);
            }
            // What a spill made lives for one instruction: putting it in memory again would gain nothing.
            foreach (var temporary in temporaries) graph.Cost[temporary] = 1e30;
            var remade = Rematerializable(f);
            var colouring = new GraphColoring(graph, used, temporaries);
            colouring.Run(remade.ContainsKey);
            if (colouring.Spilled.Count == 0)
            {
                Assign(f, colouring);
                return;
            }
            // Registers that were merged share the place on the stack, and so do those that are never needed at the same time.
            var groups = used.ToLookup(colouring.Representative);
            var slots = new List<(StackSlot Slot, List<int> Nodes)>();
            foreach (var node in colouring.Spilled)
            {
                var group = groups[node].ToHashSet();
                var definition = group.Count == 1 ? remade.GetValueOrDefault(node) : null;
                Spill(f, group, definition, definition is null ? SlotFor(f, node, slots, graph) : null, temporaries);
            }
        }

        throw new InvalidOperationException($"No registers could be found for {f.Name}: this is a defect of the compiler.");
    }

    private static void Assign(MachineFunction f, GraphColoring colouring)
    {
        foreach (var block in f.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                if (instruction.Destination >= 0) instruction.Destination = colouring.ColourOf(instruction.Destination);
                if (instruction.Source >= 0) instruction.Source = colouring.ColourOf(instruction.Source);
            }

            block.Instructions.RemoveAll(i => i.IsCopy && i.Destination == i.Source);
        }
    }

    // Registers with one definition that reads no register: they are computed again rather than stored.
    private static Dictionary<int, MachineInstruction> Rematerializable(MachineFunction f)
    {
        var definitions = new Dictionary<int, MachineInstruction>();
        var others = new HashSet<int>();
        foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions))
        {
            var register = instruction.Definition;
            if (register < MachineInstruction.FirstVirtual) continue;
            if (!instruction.IsRematerializable || !definitions.TryAdd(register, instruction)) others.Add(register);
        }

        foreach (var register in others) definitions.Remove(register);
        return definitions;
    }

    private static StackSlot SlotFor(MachineFunction f, int node, List<(StackSlot Slot, List<int> Nodes)> slots, InterferenceGraph graph)
    {
        foreach (var (known, nodes) in slots)
        {
            if (nodes.Exists(n => graph.Interferes(n, node))) continue;
            nodes.Add(node);
            return known;
        }

        var slot = new StackSlot(8);
        f.Slots.Add(slot);
        slots.Add((slot, [node]));
        return slot;
    }

    private static void Spill(
        MachineFunction f, HashSet<int> group, MachineInstruction? definition, StackSlot? slot, HashSet<int> temporaries)
    {
        foreach (var block in f.Blocks)
        {
            var result = new List<MachineInstruction>(block.Instructions.Count + 8);
            foreach (var instruction in block.Instructions)
            {
                if (ReferenceEquals(instruction, definition)) continue;
                var reads = Liveness.Uses(instruction).Any(group.Contains);
                var writes = group.Contains(instruction.Definition);
                if (!reads && !writes)
                {
                    result.Add(instruction);
                    continue;
                }

                var temporary = f.NewRegister();
                temporaries.Add(temporary);
                if (reads) result.Add(Restore(definition, slot, temporary, instruction));
                if (group.Contains(instruction.Destination)) instruction.Destination = temporary;
                if (group.Contains(instruction.Source)) instruction.Source = temporary;
                result.Add(instruction);
                if (writes)
                {
                    result.Add(new MachineInstruction(MachineOp.Store)
                    {
                        Destination = MachineInstruction.FramePointer,
                        Source = temporary,
                        Slot = slot,
                        Size = 8,
                        Line = instruction.Line,
                    });
                }
            }

            block.Instructions = result;
        }
    }

    private static MachineInstruction Restore(MachineInstruction? definition, StackSlot? slot, int temporary, MachineInstruction at)
    {
        if (definition is not null)
        {
            var again = definition.Clone();
            (again.Destination, again.Line) = (temporary, at.Line);
            return again;
        }

        return new MachineInstruction(MachineOp.Load)
        {
            Destination = temporary,
            Source = MachineInstruction.FramePointer,
            Slot = slot,
            Size = 8,
            Line = at.Line,
        };
    }
}
