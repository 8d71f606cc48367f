using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EbpfCat.Bytecode;
using EbpfCat.Compiler;

namespace EbpfCat.Tests.Compiler.Passes;

/// <summary>
/// Machine code as text, both ways. An instruction is its operation with what it has: <c>rN</c> and <c>wN</c> are whole
/// and half registers (from 11 on virtual ones), a memory access is in brackets, a number is an immediate.
/// </summary>
internal sealed partial class MachineText
{
    private readonly Dictionary<string, MachineBlock> _blocks = [];
    private readonly List<StackSlot> _slots = [];

    public static string Write(MachineFunction f)
    {
        var text = new StringBuilder();
        var numbers = new Dictionary<MachineBlock, int>();
        foreach (var block in f.Blocks) numbers[block] = numbers.Count;
        for (var i = 0; i < f.Slots.Count; i++)
        {
            var offset = f.Slots[i].Offset == 0 ? "" : $" at {f.Slots[i].Offset}";
            text.Append(CultureInfo.InvariantCulture, $"slot{i} {f.Slots[i].Size}{offset}\n");
        }

        foreach (var block in f.Blocks)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"m{numbers[block]}{(block.LoopDepth > 0 ? $" depth {block.LoopDepth}" : "")}:\n");
            foreach (var instruction in block.Instructions) text.Append("  ").Append(Line(instruction)).Append('\n');
        }

        return text.ToString();

        string Line(MachineInstruction i)
        {
            var letter = i.Width == Width.W32 ? 'w' : 'r';
            var (destination, source) = ($"{letter}{i.Destination}", $"{letter}{i.Source}");
            var slot = i.Slot is null ? "" : $"slot{f.Slots.IndexOf(i.Slot)}";
            var offset = i.Offset.ToString("+0;-0", CultureInfo.InvariantCulture);
            string At(int register) => $"[{(slot.Length > 0 ? slot : $"r{register}")}{offset}]";
            var signed = i.Signed ? "Signed" : "";
            return i.Op switch
            {
                MachineOp.Alu => $"{destination} {signed}{i.Alu} {source}",
                MachineOp.AluImmediate => $"{destination} {signed}{i.Alu} {i.Immediate}",
                MachineOp.Move => $"{destination} = {source}",
                MachineOp.MoveImmediate => $"{destination} = {i.Immediate}",
                MachineOp.LoadImmediate64 => $"{destination} = long {i.Immediate}",
                MachineOp.SignExtend => $"{destination} = extend{i.Immediate} {source}",
                MachineOp.ByteSwap => $"{destination} = swap{i.Immediate} {destination}",
                MachineOp.Negate => $"{destination} = negate {destination}",
                MachineOp.Load => $"{destination} = load{signed}{i.Size} {At(i.Source)}",
                MachineOp.Store => $"store{i.Size} {At(i.Destination)} {source}",
                MachineOp.StoreImmediate => $"store{i.Size} {At(i.Destination)} {i.Immediate}",
                MachineOp.Atomic => $"atomic{i.Atomic}{i.Size} {At(i.Destination)} {source}",
                MachineOp.LoadMap => $"{destination} = map {i.Map}",
                MachineOp.LoadMapValue => $"{destination} = mapvalue {i.Map}+{i.Immediate}",
                MachineOp.FrameAddress => $"{destination} = address {At(MachineInstruction.FramePointer)}",
                MachineOp.Call => $"call {i.Immediate} {i.ArgumentCount}",
                MachineOp.Jump => $"if {destination} {i.Condition} {source} goto m{numbers[i.Target!]}",
                MachineOp.JumpImmediate => $"if {destination} {i.Condition} {i.Immediate} goto m{numbers[i.Target!]}",
                MachineOp.Goto => $"goto m{numbers[i.Target!]}",
                _ => "exit",
            };
        }
    }

    public static MachineFunction Read(string text)
    {
        var reader = new MachineText();
        var f = new MachineFunction(new IrFunction("test", 0));
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        foreach (var line in lines)
        {
            if (Head().Match(line) is not { Success: true } head) continue;
            var depth = head.Groups["depth"].Success ? (int)Number(head.Groups["depth"].Value) : 0;
            reader._blocks[head.Groups["name"].Value] = new MachineBlock(reader._blocks.Count, depth);
        }

        foreach (var line in lines)
        {
            if (Slot().Match(line) is { Success: true } slot)
                reader._slots.Add(new StackSlot((int)Number(slot.Groups["size"].Value)));
            else if (Head().Match(line) is { Success: true } head)
                f.Blocks.Add(reader._blocks[head.Groups["name"].Value]);
            else f.Blocks[^1].Instructions.Add(reader.Instruction(line));
        }

        f.Slots.AddRange(reader._slots);
        var highest = f.Blocks.SelectMany(block => block.Instructions).Max(i => Math.Max(i.Destination, i.Source));
        while (f.RegisterCount <= highest) f.NewRegister();
        return f;
    }

    private MachineInstruction Instruction(string line)
    {
        if (line == "exit") return new MachineInstruction(MachineOp.Exit);
        var match = InstructionLine().Match(line);
        if (!match.Success) throw new FormatException($"Not a line of machine code: {line}");
        string? Part(string name) => match.Groups[name] is { Success: true } group ? group.Value : null;
        var op = Part("op") is { } operation
            ? Operation(operation, Part("source")) : Simple(Part("verb") ?? "", Part("source"));
        var i = new MachineInstruction(op) { Width = Part("destination")?[0] == 'w' ? Width.W32 : Width.W64 };
        if (Part("destination") is { } destination) i.Destination = (int)Number(destination[1..]);
        if (Part("source") is { } source) i.Source = (int)Number(source[1..]);
        if (Part("immediate") is { } immediate) i.Immediate = Number(immediate);
        if (Part("number") is { } number) i.Immediate = Number(number);
        if (op is MachineOp.Alu or MachineOp.AluImmediate)
            i.Alu = Enum.Parse<AluOperation>(Part("op")!.Replace("Signed", "", StringComparison.Ordinal));
        if (op is MachineOp.Jump or MachineOp.JumpImmediate)
            i.Condition = Enum.Parse<JumpOperation>(Part("condition")!);
        if (op is MachineOp.Load or MachineOp.Store or MachineOp.StoreImmediate or MachineOp.Atomic)
        {
            (i.Size, i.Offset) = ((byte)Number(Part("bits")!), (int)Number(Part("offset")!));
            var register = Part("slot") is { } slot ? MachineInstruction.FramePointer : (int)Number(Part("base")!);
            if (Part("slot") is { } name) i.Slot = _slots[(int)Number(name)];
            if (op == MachineOp.Load) i.Source = register;
            else i.Destination = register;
            if (op == MachineOp.Atomic) i.Atomic = AtomicOperation.Add;
        }

        if (op == MachineOp.FrameAddress)
            (i.Slot, i.Offset) = (_slots[(int)Number(Part("slot")!)], (int)Number(Part("offset")!));
        if (op is MachineOp.SignExtend or MachineOp.ByteSwap) i.Immediate = Number(Part("bits")!);
        if (op is MachineOp.ByteSwap or MachineOp.Negate) i.Source = MachineInstruction.None;
        if (op is MachineOp.LoadMap or MachineOp.LoadMapValue)
            (i.Map, i.Immediate) = ((int)i.Immediate, Number(Part("offset") ?? "0"));
        if (op == MachineOp.Call) i.ArgumentCount = (int)Number(Part("count")!);
        i.Signed = line.Contains("Signed", StringComparison.Ordinal);
        if (Part("target") is { } target) i.Target = _blocks[target];
        return i;
    }

    private static MachineOp Operation(string operation, string? source) => operation switch
    {
        "=" => source is null ? MachineOp.MoveImmediate : MachineOp.Move,
        _ => source is null ? MachineOp.AluImmediate : MachineOp.Alu,
    };

    private static MachineOp Simple(string verb, string? source) => verb switch
    {
        "long" => MachineOp.LoadImmediate64,
        "extend" => MachineOp.SignExtend,
        "swap" => MachineOp.ByteSwap,
        "negate" => MachineOp.Negate,
        "load" or "loadSigned" => MachineOp.Load,
        "store" => source is null ? MachineOp.StoreImmediate : MachineOp.Store,
        "atomicAdd" => MachineOp.Atomic,
        "map" => MachineOp.LoadMap,
        "mapvalue" => MachineOp.LoadMapValue,
        "address" => MachineOp.FrameAddress,
        "call" => MachineOp.Call,
        "if" => source is null ? MachineOp.JumpImmediate : MachineOp.Jump,
        _ => MachineOp.Goto,
    };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^slot\d+ (?<size>\d+)")]
    private static partial Regex Slot();

    [GeneratedRegex(@"^(?<name>m\d+)(?: depth (?<depth>\d+))?:$")]
    private static partial Regex Head();

    private const string Address = @"\[(?:slot(?<slot>\d+)|r(?<base>\d+))(?<offset>[+-]\d+)\]";

    [GeneratedRegex("^(?:"
        + @"(?<verb>if) (?<destination>[rw]\d+) (?<condition>[A-Z]\w*) (?:(?<source>[rw]\d+)|(?<immediate>-?\d+))"
        + @" goto (?<target>m\d+)"
        + @"|(?<verb>goto) (?<target>m\d+)"
        + @"|(?<verb>call) (?<number>\d+) (?<count>\d+)"
        + @"|(?<verb>store|atomicAdd)(?<bits>\d+) " + Address + @" (?:(?<source>[rw]\d+)|(?<immediate>-?\d+))"
        + @"|(?<destination>[rw]\d+) = (?<verb>load|loadSigned)(?<bits>\d+) " + Address
        + @"|(?<destination>[rw]\d+) = (?<verb>address) " + Address
        + @"|(?<destination>[rw]\d+) = (?<verb>extend|swap|negate)(?<bits>\d*) (?<source>[rw]\d+)"
        + @"|(?<destination>[rw]\d+) = (?<verb>long|map|mapvalue) (?<immediate>-?\d+)(?<offset>\+\d+)?"
        + @"|(?<destination>[rw]\d+) (?<op>=|[A-Z]\w*) (?:(?<source>[rw]\d+)|(?<immediate>-?\d+))"
        + ")$")]
    private static partial Regex InstructionLine();
}
