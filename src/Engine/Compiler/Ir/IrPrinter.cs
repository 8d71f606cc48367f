using System.Text;

namespace EbpfCat.Compiler;

/// <summary>Shows the intermediate form as text, for whoever works on the compiler.</summary>
internal static class IrPrinter
{
    public static string Format(IrFunction function)
    {
        var text = new StringBuilder();
        foreach (var block in function.Blocks)
        {
            text.Append(block).Append(": <- ").AppendJoin(' ', block.Predecessors).AppendLine();
            foreach (var value in block.Phis.Concat(block.Body)) text.Append("  ").AppendLine(Format(value));
            text.Append("  ").AppendLine(block.Exit switch
            {
                ExitKind.Jump => $"goto {block.Target}",
                ExitKind.Branch =>
                    $"if {Name(block.Left!)} {block.Comparison} {Name(block.Right!)} goto {block.Target} else {block.Otherwise}",
                ExitKind.Return => $"return {Name(block.Result!)}",
                _ => "?",
            });
        }

        return text.ToString();
    }

    public static string Format(Value value)
    {
        if (value.IsConstant) return Name(value);
        var text = $"v{value.Id} = {value.Op}";
        if (value.Size > 0 && value.Op != Op.Phi) text += $"{value.Size * 8} {value.Region}";
        if (value.Operands.Length > 0) text += " " + string.Join(", ", value.Operands.Select(Name));
        if (value.Immediate != 0) text += $" #{value.Immediate}";
        return text;
    }

    private static string Name(Value value)
    {
        value = value.Current;
        return value.IsConstant ? value.Immediate.ToString(null, null) : $"v{value.Id}";
    }
}
