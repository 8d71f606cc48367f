using System.Globalization;
using System.Text.RegularExpressions;
using EbpfCat.Compiler;

namespace EbpfCat.Tests.Compiler.Passes;

/// <summary>
/// Reads what <see cref="IrPrinter"/> writes. Predecessors that a block's line does not name are found from the exits.
/// </summary>
internal sealed partial class IrReader
{
    private readonly IrFunction _f;
    private readonly Dictionary<string, Value> _values = [];
    private readonly Dictionary<string, Block> _blocks = [];
    private readonly List<(Value Value, string[] Operands)> _operands = [];
    private readonly List<(Block Block, string Name, Action<Block, Value> Set)> _exits = [];

    private IrReader(IrFunction f) => _f = f;

    public static IrFunction Read(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var parameters = lines.Find(line => line.StartsWith("parameters ", StringComparison.Ordinal));
        var f = new IrFunction(
            "test", parameters is null ? 0 : int.Parse(parameters[11..], CultureInfo.InvariantCulture));
        var reader = new IrReader(f);
        // Blocks and values get their ids in the order of the text, before any line refers to them.
        foreach (var line in lines)
        {
            if (Head().Match(line) is { Success: true } head) reader._blocks[head.Groups["name"].Value] = f.NewBlock();
        }

        Block? current = null;
        foreach (var line in lines)
        {
            if (!reader.ReadDeclaration(line) && !reader.ReadHead(line, ref current)
                && !reader.ReadExit(line, current!))
            {
                reader.ReadValue(line, current!);
            }
        }

        reader.Connect();
        return f;
    }

    private bool ReadDeclaration(string line)
    {
        if (line.StartsWith("parameters ", StringComparison.Ordinal)) return true;
        if (line.StartsWith("default ", StringComparison.Ordinal))
        {
            _f.DefaultResult = Number(line[8..]);
            return true;
        }

        if (Slot().Match(line) is not { Success: true } slot) return false;
        _f.NewSlot((int)Number(slot.Groups["size"].Value), line.EndsWith(" transient", StringComparison.Ordinal));
        return true;
    }

    private bool ReadHead(string line, ref Block? current)
    {
        if (Head().Match(line) is not { Success: true } head) return false;
        current = _blocks[head.Groups["name"].Value];
        _f.Blocks.Add(current);
        if (head.Groups["depth"] is { Success: true } depth) current.LoopDepth = (int)Number(depth.Value);
        current.Predecessors.AddRange(head.Groups["from"].Captures.Select(from => _blocks[from.Value]));
        return true;
    }

    private bool ReadExit(string line, Block block)
    {
        if (Exit().Match(line) is not { Success: true } exit) return false;
        Group(exit, "result", (at, value) => at.Result = value);
        Group(exit, "left", (at, value) => at.Left = value);
        Group(exit, "right", (at, value) => at.Right = value);
        Group(exit, "end", (at, value) => at.End = value);
        block.Exit = exit.Groups["result"].Success ? ExitKind.Return : exit.Groups["left"].Success
            ? ExitKind.Branch : ExitKind.Jump;
        if (exit.Groups["comparison"] is { Success: true } comparison)
            block.Comparison = Enum.Parse<Comparison>(comparison.Value);
        if (exit.Groups["target"] is { Success: true } target) block.Target = _blocks[target.Value];
        if (exit.Groups["otherwise"] is { Success: true } otherwise) block.Otherwise = _blocks[otherwise.Value];
        return true;

        void Group(Match match, string name, Action<Block, Value> set)
        {
            if (match.Groups[name] is { Success: true } group) _exits.Add((block, group.Value, set));
        }
    }

    private void ReadValue(string line, Block block)
    {
        var match = ValueLine().Match(line);
        if (!match.Success) throw new FormatException($"Not a line of the intermediate form: {line}");
        string Part(string name) => match.Groups[name].Value;
        var op = Enum.Parse<Op>(Part("op"));
        var size = match.Groups["size"].Success ? (int)Number(Part("size")) : 0;
        var operands = Part("operands")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var zero = _f.Constant(0);
        var value = op switch
        {
            Op.FrameAddress => _f.FrameAddress(_f.Slots[(int)Number(operands[0][4..])]),
            Op.MapAddress => _f.MapAddress((int)Number(operands[0])),
            Op.MapValueAddress =>
                _f.MapValueAddress((int)Number(operands[0].Split('+')[0]), Number(operands[0].Split('+')[1])),
            Op.FunctionAddress => _f.FunctionAddress(new IrFunction(operands[0], 2)),
            Op.Call => _f.Call(size, match.Groups["key"].Success ? (int)Number(Part("key")) : 0),
            Op.Load => _f.Load(default, zero, 0, size, Part("facts").Contains("pointer", StringComparison.Ordinal)),
            _ => _f.NewValue(op),
        };
        value.KeepsComparisons = Part("facts").Contains("compared", StringComparison.Ordinal);
        if (op is Op.Parameter) value.Immediate = Number(operands[0]);
        if (op is Op.SignExtend or Op.ByteSwap) value.Immediate = size;
        if (op is Op.Phi or Op.Store or Op.AtomicAdd) value.Size = (byte)size;
        if (op is Op.Load or Op.Store or Op.AtomicAdd)
        {
            value.Region = Enum.Parse<MemoryRegion>(Part("region"));
            var at = Address().Match(operands[0]);
            (operands[0], value.Immediate) = (at.Groups["base"].Value, Number(at.Groups["offset"].Value));
            value.KeepsBound = Part("facts").Contains("bound", StringComparison.Ordinal);
            if (match.Groups["packet"].Success) value.PacketVersion = (int)Number(Part("packet"));
        }

        if (op is Op.Parameter or Op.FrameAddress or Op.MapAddress or Op.MapValueAddress or Op.FunctionAddress)
            operands = [];
        value.Block = block;
        (op == Op.Phi ? block.Phis : block.Body).Add(value);
        if (match.Groups["name"].Success) _values.Add(Part("name"), value);
        _operands.Add((value, operands));
    }

    private void Connect()
    {
        foreach (var (value, operands) in _operands) value.Operands = [.. operands.Select(Named)];
        foreach (var (block, name, set) in _exits) set(block, Named(name));
        foreach (var block in _f.Blocks)
        {
            foreach (var successor in block.Successors)
            {
                if (!successor.Predecessors.Contains(block)) successor.Predecessors.Add(block);
            }
        }
    }

    private Value Named(string name) => name.StartsWith('v') ? _values[name] : _f.Constant(Number(name));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^slot\d+ (?<size>\d+)")]
    private static partial Regex Slot();

    [GeneratedRegex(@"^(?<name>b\d+)(?: <- (?<from>b\d+)(?:, (?<from>b\d+))*)?(?: depth (?<depth>\d+))?:$")]
    private static partial Regex Head();

    [GeneratedRegex(@"^(?:return (?<result>\S+)|"
        + @"(?:if (?<left>\S+) (?<comparison>\w+) (?<right>\S+)(?: end (?<end>\S+))? )?goto (?<target>b\d+)"
        + @"(?: else (?<otherwise>b\d+))?)$")]
    private static partial Regex Exit();

    [GeneratedRegex(
        @"^(?:(?<name>v\d+) = )?(?<op>[A-Z]+[A-Za-z]*?)(?<size>\d+)?(?: (?<region>Context|Stack|Packet|Map|Kernel))?"
        + @"(?: (?<size>\d+)\((?<operands>[^)]*)\)(?: key (?<key>\d+))?| (?<operands>[^ ,]+(?:, [^ ,]+)*))?"
        + @"(?: packet (?<packet>\d+))?(?<facts>(?: bound| compared| pointer)*)$")]
    private static partial Regex ValueLine();

    [GeneratedRegex(@"^(?<base>\S+?)(?<offset>[+-]\d+)$")]
    private static partial Regex Address();
}
