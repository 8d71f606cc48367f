using System.Collections;
using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates lists and ranges, and whether a value is in one or in a map.</summary>
internal sealed class ListTranslator(BlockTranslation block)
{
    // More comparisons than this are slower than the lookup in a hash.
    private const int MaxComparisons = 128;

    /// <summary>Whether a value is in a list, a range or a map's keys.</summary>
    /// <param name="ast">The whole expression.</param>
    /// <param name="list">The list, range or map.</param>
    /// <param name="value">The value.</param>
    /// <param name="caseSensitive">Whether the case of text counts.</param>
    public Expression Contains(BinaryExpressionAst ast, ExpressionAst list, ExpressionAst value, bool caseSensitive)
    {
        if (block.Names.MapOf(list) is { } map) return new MapContainsExpression(map, block.Expressions.Of(value));
        var items = Merge(ItemsOf(list));
        if (items.Exists(item => item.Last is not null && !item.IsConstant))
        {
            throw block.Error(list, DiagnosticIds.NotConstant,
                "The range of -in and -contains is fixed when the program is built.",
                "Compare with its ends: $x -ge $first -and $x -le $last.");
        }

        if (items.Count > MaxComparisons)
        {
            throw block.Error(list, DiagnosticIds.TooManyValues,
                $"These are {items.Count} separate values; at most {MaxComparisons} are compared one by one.",
                "Declare a map with Add-EbpfMap -Type Hash, fill it with Set-EbpfMapValue, and write key -in $map.");
        }

        var operand = block.Expressions.Operand(value);
        if (items.Count == 0) return new ConstantExpression(false);
        var equal = caseSensitive ? BinaryOperator.CaseSensitiveEqual : BinaryOperator.Equal;
        // Only the binder knows whether a value is an array.
        if (!caseSensitive && items is [{ Last: null, IsConstant: false, First: var array }])
            return new BinaryExpression(BinaryOperator.ElementOf, operand, block.At(list, array));
        if (operand is LocalExpression { Local: var known }) return AnyOf(ast, value, known, items, equal);
        if (items is [{ Last: null, First: var only }])
            return new BinaryExpression(equal, operand, block.At(list, only));
        var local = new Local("value");
        return new LetExpression(local, operand, AnyOf(ast, value, local, items, equal));
    }

    /// <summary>The values of a list, with its ranges whole.</summary>
    public List<ListItem> ItemsOf(ExpressionAst ast)
    {
        switch (ast)
        {
            case ParenExpressionAst { Pipeline: var inner } when ExpressionTranslator.Only(inner) is { } only:
                return ItemsOf(only);
            case ArrayExpressionAst { SubExpression.Statements: [var inner] }
                when ExpressionTranslator.Only(inner) is { } only:
                return ItemsOf(only);
            case ArrayExpressionAst { SubExpression.Statements.Count: 0 }: return [];
            case ArrayLiteralAst array: return [.. array.Elements.SelectMany(ItemsOf)];
            case BinaryExpressionAst { Operator: TokenKind.DotDot } range:
                return [new ListItem(End(range.Left), End(range.Right))];
            case ConstantExpressionAst or HashtableAst:
                return [new ListItem(block.Expressions.Of(ast), null)];
        }

        if (block.Names.MapOf(ast) is not null)
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "The kernel does not list the keys of a map.",
                "Look keys up one by one, or read the map in user space with Get-EbpfMapValue.");
        }

        if (!block.Constants.IsFree(ast)) return [new ListItem(block.Expressions.Of(ast), null)];
        var value = block.Constants.Evaluate(ast);
        value = value is PSObject { BaseObject: not PSCustomObject } wrapper ? wrapper.BaseObject : value;
        return value is IEnumerable list and not (string or IDictionary)
            ? [.. list.Cast<object?>().Select(item => new ListItem(block.Constants.Of(item, ast), null))]
            : [new ListItem(block.Constants.Of(value, ast), null)];
    }

    private Expression End(ExpressionAst ast) => ast is ArrayLiteralAst
        ? throw block.Error(ast, DiagnosticIds.UnsupportedExpression, "A range between lists has no meaning.",
            "Put the range in parentheses: 1, 2, (5..7).")
        : block.Expressions.Operand(ast);

    // Neighbouring integers become ranges: two comparisons for as many numbers as there are.
    private static List<ListItem> Merge(List<ListItem> items)
    {
        if (!items.TrueForAll(item => item.IsInteger)) return items;
        var ranges = new List<(long First, long Last)>();
        foreach (var (first, last) in items.Select(item => item.Bounds).Order())
        {
            if (ranges.Count > 0 && (ranges[^1].Last == long.MaxValue || first <= ranges[^1].Last + 1))
                ranges[^1] = (ranges[^1].First, Math.Max(ranges[^1].Last, last));
            else
                ranges.Add((first, last));
        }

        return [.. ranges.Select(range => new ListItem(new ConstantExpression(range.First),
            range.First == range.Last ? null : new ConstantExpression(range.Last)))];
    }

    // A balanced tree: a chain of a hundred would be nested a hundred deep.
    private Expression AnyOf(Ast ast, Ast value, Local local, List<ListItem> items, BinaryOperator equal)
    {
        if (items.Count > 1)
        {
            var half = items.Count / 2;
            return block.At(ast, new BinaryExpression(BinaryOperator.LogicalOr,
                AnyOf(ast, value, local, items[..half], equal), AnyOf(ast, value, local, items[half..], equal)));
        }

        var (first, last) = (block.At(ast, items[0].First), items[0].Last);
        if (last is null) return Compare(equal, first);
        return block.At(ast, new BinaryExpression(BinaryOperator.LogicalAnd,
            Compare(BinaryOperator.GreaterOrEqual, first), Compare(BinaryOperator.LessOrEqual, block.At(ast, last))));

        Expression Compare(BinaryOperator @operator, Expression right) =>
            block.At(ast, new BinaryExpression(@operator, block.At(value, new LocalExpression(local)), right));
    }
}
