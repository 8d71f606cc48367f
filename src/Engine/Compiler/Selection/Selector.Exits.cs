namespace EbpfCat.Compiler;

internal sealed partial class Selector
{
    private void SelectExit(Block block)
    {
        switch (block.Exit)
        {
            case ExitKind.Jump:
                Goto(block.Target!);
                CopyToPhis(block, block.Target!);
                break;
            case ExitKind.Branch:
                Goto(block.Otherwise!);
                SelectBranch(block);
                break;
            case ExitKind.Return:
                Emit(MachineOp.Exit);
                Make(block.Result!, (int)Register.R0);
                break;
        }
    }

    private void Goto(Block target) => Emit(MachineOp.Goto).Target = _blocks[target];

    // The copies are parallel: none may overwrite a register that another still reads.
    private void CopyToPhis(Block from, Block to)
    {
        if (to.Phis.Count == 0) return;
        var index = to.Predecessors.IndexOf(from);
        var copies = new List<(int Destination, int Source)>();
        var constants = new List<(int Destination, Value Value)>();
        foreach (var phi in to.Phis)
        {
            var value = phi.Operands[index].Current;
            if (ReferenceEquals(value, phi)) continue;
            if (IsRemade(value) || FrameBase(value) is not null) constants.Add((RegisterOf(phi), value));
            else copies.Add((RegisterOf(phi), RegisterOf(value)));
        }
        // Instructions are emitted in reverse: the constants, which read no register, run after the copies.
        foreach (var (destination, value) in constants) Make(value, destination);
        var order = new List<(int Destination, int Source)>();
        copies.RemoveAll(copy => copy.Destination == copy.Source);
        while (copies.Count > 0)
        {
            var ready = copies.FindIndex(c => copies.TrueForAll(o => o.Source != c.Destination));
            if (ready < 0)
            {
                // A cycle: one source is saved in a new register.
                var (destination, source) = copies[0];
                var saved = _out.NewRegister();
                order.Add((saved, source));
                for (var i = 0; i < copies.Count; i++)
                {
                    if (copies[i].Source == source) copies[i] = (copies[i].Destination, saved);
                }

                continue;
            }

            order.Add(copies[ready]);
            copies.RemoveAt(ready);
        }

        for (var i = order.Count - 1; i >= 0; i--) Move(order[i].Destination, order[i].Source);
    }

    private void SelectBranch(Block block)
    {
        var target = _blocks[block.Target!];
        var (left, right, comparison) = (block.Left!.Current, block.Right!.Current, block.Comparison);
        if (comparison == Comparison.NoBit)
        {
            // There is no "no bit" jump: an "any bit" jump goes to the other block.
            var otherwise = _reversed[^1];
            (target, otherwise.Target) = (otherwise.Target!, target);
            comparison = Comparison.AnyBit;
        }

        if (comparison.IsPacketCheck())
        {
            SelectPacketCheck(block, target, comparison);
            return;
        }

        if (left.IsConstant) (left, right, comparison) = (right, left, comparison.Exchange());
        var condition = ConditionOf(comparison);
        // The first instruction set lacks "less": it is "greater" with the operands exchanged.
        var exchanged = _set < InstructionSet.V2
            && condition is JumpOperation.Lt or JumpOperation.Le or JumpOperation.Slt or JumpOperation.Sle;
        var pending = new List<(Value, int)>();
        if (right.IsConstant && !exchanged)
        {
            var constant = right.Immediate;
            var width = FitsImmediate(constant) ? Width.W64 : Width.W32;
            var narrow = constant == (uint)constant && ValueRange.FitsIn32(left)
                && comparison is not (Comparison.SignedGreater
                or Comparison.SignedGreaterOrEqual or Comparison.SignedLess or Comparison.SignedLessOrEqual);
            if (FitsImmediate(constant) || (narrow && _set >= InstructionSet.V3))
            {
                var jump = Emit(MachineOp.JumpImmediate);
                (jump.Condition, jump.Width, jump.Immediate, jump.Target) = (condition, width, (int)constant, target);
                jump.Destination = Use(left, pending);
                MakePending(pending);
                return;
            }
        }

        var compare = Emit(MachineOp.Jump);
        (compare.Condition, compare.Target) = (condition, target);
        (compare.Destination, compare.Source) = (Use(left, pending), Use(right, pending));
        if (exchanged)
        {
            compare.Condition = ConditionOf(comparison.Exchange());
            (compare.Destination, compare.Source) = (compare.Source, compare.Destination);
        }

        MakePending(pending);
    }

    private void SelectPacketCheck(Block block, MachineBlock target, Comparison comparison)
    {
        // pointer + size > end: the packet lacks the bytes.
        var jump = Emit(MachineOp.Jump);
        var sum = _out.NewRegister();
        (jump.Condition, jump.Target) = (JumpOperation.Gt, target);
        (jump.Destination, jump.Source) = (sum, RegisterOf(block.End!));
        if (comparison == Comparison.PacketHas)
        {
            var otherwise = _reversed[^2];
            (jump.Target, otherwise.Target) = (otherwise.Target, jump.Target);
        }

        AluImmediate(AluOperation.Add, sum, block.Right!.Current.Immediate);
        Move(sum, RegisterOf(block.Left!));
    }

    private static JumpOperation ConditionOf(Comparison comparison) => comparison switch
    {
        Comparison.Equal => JumpOperation.Eq,
        Comparison.NotEqual => JumpOperation.Ne,
        Comparison.UnsignedLess => JumpOperation.Lt,
        Comparison.UnsignedLessOrEqual => JumpOperation.Le,
        Comparison.UnsignedGreater => JumpOperation.Gt,
        Comparison.UnsignedGreaterOrEqual => JumpOperation.Ge,
        Comparison.SignedLess => JumpOperation.Slt,
        Comparison.SignedLessOrEqual => JumpOperation.Sle,
        Comparison.SignedGreater => JumpOperation.Sgt,
        Comparison.SignedGreaterOrEqual => JumpOperation.Sge,
        _ => JumpOperation.Set,
    };
}
