namespace EbpfCat.Compiler;

/// <summary>
/// Assigns one of the ten machine registers to every virtual register, or a stack slot if they do not suffice.
/// </summary>
internal static class RegisterAllocator
{
    private const int MaxRounds = 40;

    // Registers without a colour are rematerialized at each use, or spilled to a slot.
    private sealed class Spill(int number, List<int> registers, MachineInstruction? definition, StackSlot? slot)
    {
        public int Number { get; } = number;
        public List<int> Registers { get; } = registers;
        public MachineInstruction? Definition { get; } = definition;
        public StackSlot? Slot { get; } = slot;

        /// <summary>The register that stands for it in each instruction that reads or writes it.</summary>
        public Dictionary<MachineInstruction, int> Temporaries { get; } = [];
    }

    public static void Allocate(MachineFunction f)
    {
        var temporaries = new HashSet<int>();
        for (var round = 0; round < MaxRounds; round++)
        {
            var liveness = new Liveness(f);
            var remade = Rematerializable(f);
            if (round == 0) CheckPressure(f, liveness, remade);
            var graph = new InterferenceGraph(f, liveness);
            var used = new HashSet<int>();
            foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions))
            {
                if (instruction.Destination >= MachineInstruction.FirstVirtual) used.Add(instruction.Destination);
                if (instruction.Source >= MachineInstruction.FirstVirtual) used.Add(instruction.Source);
            }
            // A register made by a spill lives for one instruction: spilling it again would gain nothing.
            foreach (var temporary in temporaries) graph.Cost[temporary] = 1e30;
            var colouring = new GraphColoring(graph, used, temporaries);
            colouring.Run(remade.ContainsKey);
            if (colouring.Spilled.Count == 0)
            {
                Assign(f, colouring);
                return;
            }
            // Coalesced registers share a slot, and so do those that are never live at the same time.
            var groups = used.ToLookup(colouring.Representative);
            var spills = new List<Spill>();
            var slots = new List<StackSlot>();
            var slotOf = new Dictionary<int, int>();
            foreach (var node in colouring.Spilled)
            {
                var group = groups[node].ToList();
                var definition = group.Count == 1 ? remade.GetValueOrDefault(node) : null;
                spills.Add(new Spill(spills.Count, group, definition, definition is null ? SlotFor(node) : null));
            }

            InsertSpills(f, spills, temporaries);

            // The first slot without a spilled register that is live at the same time.
            StackSlot SlotFor(int node)
            {
                var neighbours = graph.Neighbours[node].Select(colouring.Representative);
                var taken = neighbours.Select(neighbour => slotOf.GetValueOrDefault(neighbour, -1)).ToHashSet();
                var slot = 0;
                while (taken.Contains(slot)) slot++;
                if (slot == slots.Count)
                {
                    slots.Add(new StackSlot(8));
                    f.Slots.Add(slots[slot]);
                }

                slotOf[node] = slot;
                return slots[slot];
            }
        }

        throw new InvalidOperationException(
            $"No registers could be found for {f.Name}: this is a defect of the compiler.");
    }

    // Counts registers that are certain to need a place each where they are live at the same time, and refuses too
    // many at once: the graph of a thousand such registers would have a million edges.
    private static void CheckPressure(MachineFunction f, Liveness liveness, Dictionary<int, MachineInstruction> remade)
    {
        var pressure = new RegisterPressure(f, register => !remade.ContainsKey(register));
        var max = 0;
        foreach (var block in f.Blocks)
        {
            pressure.Reset(liveness.LiveOut(block));
            for (var i = block.Instructions.Count - 1; i >= 0; i--)
            {
                foreach (var register in Liveness.Definitions(block.Instructions[i])) pressure.Remove(register);
                foreach (var register in Liveness.Uses(block.Instructions[i])) pressure.Add(register);
                max = Math.Max(max, pressure.Count);
            }
        }

        var bytes = (max - GraphColoring.Colours) * 8;
        if (bytes > StackLimit.Bytes) throw StackLimit.Exceeded(bytes);
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

    private static void InsertSpills(MachineFunction f, List<Spill> spills, HashSet<int> temporaries)
    {
        var spillOf = spills.SelectMany(spill => spill.Registers.Select(register => (register, spill))).ToDictionary();
        foreach (var instruction in f.Blocks.SelectMany(b => b.Instructions))
        {
            foreach (var register in Liveness.Uses(instruction)) AddTemporary(register, instruction);
            AddTemporary(instruction.Definition, instruction);
        }

        // The registers of one spill are numbered together: the colouring takes them in this order.
        foreach (var spill in spills)
        {
            foreach (var instruction in spill.Temporaries.Keys)
                temporaries.Add(spill.Temporaries[instruction] = f.NewRegister());
        }

        foreach (var block in f.Blocks)
        {
            var result = new List<MachineInstruction>(block.Instructions.Count + 8);
            foreach (var instruction in block.Instructions) InsertSpills(instruction, result, spillOf);
            block.Instructions = result;
        }

        void AddTemporary(int register, MachineInstruction instruction) =>
            spillOf.GetValueOrDefault(register)?.Temporaries.TryAdd(instruction, MachineInstruction.None);
    }

    private static void InsertSpills(
        MachineInstruction instruction, List<MachineInstruction> result, Dictionary<int, Spill> spillOf)
    {
        var written = spillOf.GetValueOrDefault(instruction.Definition);
        if (written is not null && ReferenceEquals(written.Definition, instruction)) return;
        var read = new HashSet<Spill>();
        foreach (var register in Liveness.Uses(instruction))
        {
            if (spillOf.TryGetValue(register, out var spill)) read.Add(spill);
        }

        // A copy within a slot changes nothing.
        if (instruction.IsCopy && written?.Slot is { } slot && read.FirstOrDefault()?.Slot == slot) return;
        foreach (var spill in read.OrderBy(spill => spill.Number))
        {
            result.Add(Restore(spill.Definition, spill.Slot, spill.Temporaries[instruction], instruction));
        }

        instruction.Destination = Replaced(instruction.Destination);
        instruction.Source = Replaced(instruction.Source);
        result.Add(instruction);
        if (written is null) return;
        result.Add(new MachineInstruction(MachineOp.Store)
        {
            Destination = MachineInstruction.FramePointer,
            Source = instruction.Destination,
            Slot = written.Slot,
            Size = 8,
            Line = instruction.Line,
        });

        int Replaced(int register) => spillOf.TryGetValue(register, out var spill)
            ? spill.Temporaries.GetValueOrDefault(instruction, register)
            : register;
    }

    private static MachineInstruction Restore(
        MachineInstruction? definition, StackSlot? slot, int temporary, MachineInstruction at)
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
