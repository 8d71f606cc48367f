using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Takes text with variables in it apart: <c>"saw $port on $($kernel.Cpu)"</c>.</summary>
internal sealed class TextTemplate(BlockTranslation block)
{
    /// <summary>The literal text as string constants, and the values between.</summary>
    public List<Expression> Parts(ExpressionAst message)
    {
        var parts = new List<Expression>();
        if (message is not ExpandableStringExpressionAst text)
        {
            Add(parts, block.Expressions.Operand(message));
            return parts;
        }

        var (start, end) = Inside(text);
        foreach (var nested in text.NestedExpressions)
        {
            AddLiteral(parts, text, start, nested.Extent.StartOffset);
            Add(parts, block.Expressions.Operand(nested));
            start = nested.Extent.EndOffset;
        }

        AddLiteral(parts, text, start, end);
        return parts;
    }

    // Constants are part of the text: what is formatted in the kernel is limited, and takes time.
    private static void Add(List<Expression> parts, Expression part)
    {
        if (part is ConstantExpression { Value: var value } and not { Value: byte[] })
        {
            part = new ConstantExpression(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            { Source = part.Source };
        }

        if (part is ConstantExpression { Value: string more }
            && parts is [.., ConstantExpression { Value: string so } before])
        {
            parts[^1] = new ConstantExpression(so + more) { Source = before.Source };
            return;
        }

        parts.Add(part);
    }

    // The pieces are unescaped by PowerShell itself, each as a string in the quotes it stood in.
    private void AddLiteral(List<Expression> parts, ExpandableStringExpressionAst text, int start, int end)
    {
        if (end <= start) return;
        var raw = text.Extent.Text[(start - text.Extent.StartOffset)..(end - text.Extent.StartOffset)];
        var isHere = text.StringConstantType == StringConstantType.DoubleQuotedHereString;
        var quoted = isHere ? $"@\"\n{raw}\n\"@" : $"\"{raw}\"";
        var script = Parser.ParseInput(quoted, out _, out var errors);
        var literal = errors.Length == 0 ? script.Find(ast => ast is StringConstantExpressionAst, false) : null;
        Add(parts, block.At(text,
            new ConstantExpression(literal is StringConstantExpressionAst { Value: var value } ? value : raw)));
    }

    private static (int Start, int End) Inside(ExpandableStringExpressionAst text)
    {
        var extent = text.Extent;
        return text.StringConstantType switch
        {
            StringConstantType.BareWord => (extent.StartOffset, extent.EndOffset),
            // The line ends behind the opening and before the closing mark are not part of a here-string.
            StringConstantType.DoubleQuotedHereString =>
                (extent.StartOffset + extent.Text.IndexOf('\n') + 1,
                    extent.EndOffset - 2 - (extent.Text[^4] == '\r' ? 2 : 1)),
            _ => (extent.StartOffset + 1, extent.EndOffset - 1),
        };
    }
}
