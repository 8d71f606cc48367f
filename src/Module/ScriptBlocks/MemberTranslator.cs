using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates what follows a dot or stands in brackets: headers, fields, map entries, elements.</summary>
internal sealed class MemberTranslator(BlockTranslation block)
{
    /// <summary>A member that is not called.</summary>
    public Expression Translate(MemberExpressionAst ast)
    {
        if (block.Hooks.IsName(ast)) return block.Hooks.Name();
        if (ast.Static || block.Constants.IsFree(ast.Expression))
        {
            return block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.UnsupportedExpression,
                "Static members are evaluated when the program is built.",
                "Write a type before the colons, such as [uint16]::MaxValue."));
        }

        RequirePlain(ast);
        var member = NameOf(ast);
        return block.Names.Resolve(ast.Expression) switch
        {
            (NameKind.Packet, _) => PacketMember(ast, member),
            (NameKind.Process, _) when Same(member, "Task") =>
                new EventFieldExpression([EventFieldExpression.CurrentTask]),
            (NameKind.Process, _) => SystemMember(ast, member, "process", MemberTable.Process),
            (NameKind.Kernel, _) when Same(member, "Context") => new ContextExpression(),
            (NameKind.Kernel, _) => SystemMember(ast, member, "kernel", MemberTable.Kernel),
            (NameKind.Event, _) => new EventFieldExpression([member]),
            (NameKind.Map, Map map) => throw MapMember(ast, map, member),
            (NameKind.Part, string part) => block.Names.Translate(ast, part, member),
            _ => FieldOf(block.Expressions.Of(ast.Expression), ast, member),
        };
    }

    /// <summary>An entry of a map or an element of an array.</summary>
    public Expression Element(IndexExpressionAst ast)
    {
        if (block.Constants.IsFree(ast)) return block.Constants.FromSession(ast);
        RequirePlain(ast);
        if (ast.Index is ArrayLiteralAst several)
        {
            throw block.Error(several, DiagnosticIds.UnsupportedExpression, "One key is looked up at a time.",
                "A key of several parts is a struct: $map[@{ Source = $a; Port = $b }].");
        }

        if (block.Names.Resolve(ast.Target).Map is { } map)
            return new MapEntryExpression(map, block.Expressions.Of(ast.Index));
        var (target, index) = (block.Expressions.Operand(ast.Target), block.Expressions.Of(ast.Index));
        // Of an event the way goes on: to an element, and from there to its fields.
        return (target, index) switch
        {
            (EventFieldExpression { Path: var path }, ConstantExpression { Value: long and >= 0 and var number }) =>
                new EventFieldExpression([.. path, number.ToString(CultureInfo.InvariantCulture)]),
            (MapEntryExpression { Map.Type: MapType.ArrayOfMaps or MapType.HashOfMaps } outer, _) =>
                new InnerEntryExpression(outer.Map, outer.Key, index),
            _ => new IndexExpression(target, index),
        };
    }

    /// <summary>The name of a member, which is fixed when the program is built.</summary>
    public string NameOf(MemberExpressionAst ast) =>
        ast.Member is StringConstantExpressionAst { Value: { Length: > 0 } name }
        ? name
        : throw block.Error(ast.Member, DiagnosticIds.UnsupportedExpression,
            "The name of a field is fixed when the program is built.",
            "Write it as a word, such as $packet.IPv4.");

    private Expression PacketMember(MemberExpressionAst ast, string member)
    {
        if (Same(member, "Length")) return new PacketLengthExpression();
        if (PacketHeaders.Find(member) is { } header) return new HeaderExpression(header);
        if (MemberTable.PacketContext.Contains(member, StringComparer.OrdinalIgnoreCase))
            return new EventFieldExpression([member]) { IsOfContext = true };
        var isTyped = Same(member, "Read");
        if (isTyped || MemberTable.PacketReads.ContainsKey(member))
        {
            throw block.Error(ast.Member, DiagnosticIds.WrongArguments,
                $"$packet.{member} needs to know where to read.",
                $"Write the offset in bytes: $packet.{member}({(isTyped ? "'!H', " : "")}12).");
        }

        throw block.Error(ast.Member, DiagnosticIds.UnknownField, $"$packet has no '{member}'.",
            SimilarNames.Sentence(member,
            [
                "Length", "Inner", .. MemberTable.PacketContext, .. PacketHeaders.All.Select(header => header.Name),
                .. MemberTable.PacketReads.Keys, "Read",
            ]));
    }

    private SystemValueExpression SystemMember(MemberExpressionAst ast, string member, string owner, Dictionary<string,
        SystemValue> table)
    {
        if (table.TryGetValue(member, out var value)) return new SystemValueExpression(value);
        var advice = owner != "kernel"
            ? MemberTable.KernelNames.TryGetValue(member, out var known) ? $"Did you mean {known}?" : null
            : Same(member, "Call") ? "Write the helper's name and arguments: $kernel.Call('ktime_get_ns')."
            : Same(member, "ReadString") || Same(member, "ReadBytes")
                ? $"Write the pointer and the length: $kernel.{member}($event.arg0, 16)."
            : null;
        advice ??= SimilarNames.Sentence(member, [.. table.Keys]);
        throw block.Error(ast.Member, DiagnosticIds.UnknownField, $"${owner} has no '{member}'.", advice);
    }

    private Expression FieldOf(Expression target, MemberExpressionAst ast, string member)
    {
        switch (target)
        {
            case ErrorExpression: return target;
            case HeaderExpression { Header.Name: "Inner" } inner when Same(member, HeaderField.HeaderOffset.Name):
                return inner[member];
            case HeaderExpression { Header: { Name: "Inner" } inner }:
                return new HeaderExpression(
                    PacketHeaders.Find($"{inner.Name}.{member}") ?? throw InnerMember(ast, member));
            case HeaderExpression { Header: var header }:
                var field = header.GetField(member, block.Program.Positions.Of(ast.Member));
                return new HeaderFieldExpression(header, field);
            case EventFieldExpression { Path: var path } outer:
                return new EventFieldExpression([.. path, member]) { IsOfContext = outer.IsOfContext };
            case ContextExpression: return new EventFieldExpression([member]) { IsOfContext = true };
            case SystemValueExpression { Value: SystemValue.ReturnValue }:
                return new EventFieldExpression([EventFieldExpression.ReturnValue, member]);
            case LocalExpression { Local: var local } when block.Scope.HeaderIn(local) is { } kept:
                throw block.Error(ast.Member, DiagnosticIds.UnknownField,
                    $"{ast.Expression.Extent.Text} says whether there is a header {kept.Name}, and has no fields.",
                    $"Write $packet.{kept.Name}.{member}.");
            case FieldExpression or IndexExpression or MapEntryExpression or InnerEntryExpression or LocalExpression
                or VariableExpression
                or PacketVariableExpression or PacketReadExpression
                or CallExpression or MapCallExpression or ConditionalExpression
                or HeaderFieldExpression { HeaderField.IsName: true }
                or SystemValueExpression { Value: SystemValue.ProcessName }:
                return new FieldExpression(target, member);
            default:
                throw block.Error(ast.Member, DiagnosticIds.UnknownField,
                    $"{ast.Expression.Extent.Text} is not a struct and has no '{member}'.",
                    "Properties of .NET objects do not exist in the kernel.");
        }
    }

    private CompileException InnerMember(MemberExpressionAst ast, string member) =>
        block.Error(ast.Member, DiagnosticIds.UnknownField, $"$packet.Inner has no '{member}'.", Same(member, "Inner")
            ? "The packet inside a tunnel is found; a packet inside that one is not."
            : SimilarNames.Sentence(member, [.. PacketHeaders.All.Select(header => header.Name)]));

    private CompileException MapMember(MemberExpressionAst ast, Map map, string member)
    {
        var isMethod = MemberTable.Map.ContainsKey(member) || MemberTable.MapTests.Contains(member)
            || Same(member, "Observe");
        return block.Error(ast.Member, DiagnosticIds.UnknownField, $"The map ${map.Name} has no '{member}'.", isMethod
            ? $"Write it with its arguments: ${map.Name}.{member}(…)."
            : $"Write ${map.Name}[key].{member} for a field of a value; the kernel does not count or list entries "
                + "(Get-EbpfMapValue does).");
    }

    private void RequirePlain(ExpressionAst ast)
    {
        if (!ModernSyntax.IsNullConditional(ast)) return;
        throw block.Error(ast, DiagnosticIds.UnsupportedOperator,
            "Nothing is $null in the kernel: what is absent reads as 0.", "Leave the question mark out.");
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
