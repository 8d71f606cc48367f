namespace EbpfCat.Compiler;

/// <summary>
/// Writes the intermediate form as text, for tests of passes and for debugging. A block is a line <c>b2 &lt;- b0,
/// b1:</c> with its predecessors, then a line for each value and for its exit. A constant is written as its number
/// where it is used.
/// </summary>
internal sealed class IrPrinter
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<Value, int>? _values;
    private readonly Dictionary<Block, int>? _blocks;
    private readonly List<StackSlot>? _slots;

    private IrPrinter(IrFunction? f, bool numberAnew)
    {
        _slots = f?.Slots;
        if (f is null || !numberAnew) return;
        (_values, _blocks) = ([], []);
        foreach (var block in f.Blocks)
        {
            _blocks[block] = _blocks.Count;
            foreach (var value in block.Phis.Concat(block.Body).Where(IsNamed)) _values.TryAdd(value, _values.Count);
        }
    }

    /// <param name="f">The function.</param>
    /// <param name="numberAnew">Whether values and blocks are numbered in the order of the text, not by their
    /// ids.</param>
    public static string Format(IrFunction f, bool numberAnew = false)
    {
        var printer = new IrPrinter(f, numberAnew);
        printer.Print(f);
        return printer._text.ToString();
    }

    public static string Format(Value value) => new IrPrinter(null, false).Line(value);

    private void Print(IrFunction f)
    {
        if (f.ParameterCount > 0) Add($"parameters {f.ParameterCount}");
        if (f.DefaultResult != 0) Add($"default {f.DefaultResult}");
        for (var i = 0; i < f.Slots.Count; i++)
            Add($"slot{i} {f.Slots[i].Size}{(f.Slots[i].IsTransient ? " transient" : "")}");
        foreach (var block in f.Blocks)
        {
            var names = string.Join(", ", block.Predecessors.Select(Name));
            var predecessors = names.Length == 0 ? "" : " <- " + names;
            Add($"{Name(block)}{predecessors}{(block.LoopDepth > 0 ? $" depth {block.LoopDepth}" : "")}:");
            foreach (var value in block.Phis.Concat(block.Body)) Add("  " + Line(value));
            Add("  " + Exit(block));
        }
    }

    private void Add(string line) => _text.Append(line).Append('\n');

    private string Exit(Block block) => block.Exit switch
    {
        ExitKind.Jump => $"goto {Name(block.Target)}",
        ExitKind.Branch => $"if {Name(block.Left)} {block.Comparison} {Name(block.Right)}"
            + (block.End is null ? "" : $" end {Name(block.End)}")
            + $" goto {Name(block.Target)} else {Name(block.Otherwise)}",
        ExitKind.Return => $"return {Name(block.Result)}",
        _ => "no exit",
    };

    private string Line(Value value)
    {
        if (value.IsConstant) return Name(value);
        var operands = string.Join(", ", value.Operands.Select(Name));
        var text = value.Op switch
        {
            Op.Parameter => $"Parameter {value.Immediate}",
            Op.FrameAddress => $"FrameAddress {Name(value.Slot)}",
            Op.MapAddress => $"MapAddress {value.Map}",
            Op.MapValueAddress => $"MapValueAddress {value.Map}+{value.Immediate}",
            Op.FunctionAddress => $"FunctionAddress {value.Function.Name}",
            Op.SignExtend or Op.ByteSwap => $"{value.Op}{value.Immediate} {operands}",
            Op.Phi => $"Phi{value.Size} {operands}",
            Op.Load or Op.Store or Op.AtomicAdd => $"{value.Op}{value.Size} {value.Region} {Name(value.Operands[0])}"
                + value.Immediate.ToString("+0;-0", CultureInfo.InvariantCulture)
                + string.Concat(value.Operands.Skip(1).Select(operand => ", " + Name(operand))),
            Op.Call => $"Call {value.Helper}({operands})" + (value.KeySize == 0 ? "" : $" key {value.KeySize}"),
            _ => $"{value.Op} {operands}".TrimEnd(),
        };
        if (value.Op == Op.Load && value.PacketVersion != 0) text += $" packet {value.PacketVersion}";
        if (value.KeepsBound) text += " bound";
        if (value.KeepsComparisons) text += " compared";
        if (value.LoadsPointer) text += " pointer";
        return IsNamed(value) ? $"{Name(value)} = {text}" : text;
    }

    private static bool IsNamed(Value value) => value.Op is not (Op.Store or Op.AtomicAdd);

    private string Name(StackSlot slot) => _slots is null ? "slot" : $"slot{_slots.IndexOf(slot)}";

    private string Name(Block? block) => block is null ? "b?"
        : _blocks is null ? $"b{block.Id}" : _blocks.TryGetValue(block, out var number) ? $"b{number}" : "b?";

    private string Name(Value? value)
    {
        value = value?.Current;
        if (value is null) return "v?";
        if (value.IsConstant) return value.Immediate.ToString(CultureInfo.InvariantCulture);
        return _values is null ? $"v{value.Id}" : _values.TryGetValue(value, out var number) ? $"v{number}" : "v?";
    }
}
