using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates targets of assignments.</summary>
internal sealed class TargetTranslator(BlockTranslation block)
{
    /// <summary>Translates the target of an assignment or of <c>++</c>.</summary>
    /// <param name="ast">The target.</param>
    public Expression Of(ExpressionAst ast) => block.Try(ast, Translate);

    private Expression Translate(ExpressionAst ast) => ast switch
    {
        VariableExpressionAst variable => Variable(variable),
        ConvertExpressionAst { Child: VariableExpressionAst variable } declaration =>
            Typed(declaration, variable, block.Casts.Declared(declaration.Type)),
        AttributedExpressionAst { Attribute: AttributeAst type, Child: VariableExpressionAst variable } declaration =>
            Typed(declaration, variable, block.Casts.Declared(type)),
        InvokeMemberExpressionAst or MemberExpressionAst or IndexExpressionAst => Place(ast),
        ArrayLiteralAst => throw block.Error(ast, DiagnosticIds.InvalidAssignment,
            "One variable is assigned at a time.", "Write an assignment for each."),
        AttributedExpressionAst =>
            throw block.Error(ast, DiagnosticIds.InvalidAssignment, "Attributes have no meaning in the kernel.",
                "A type is fine: [uint16]$x = 5."),
        _ => throw block.Error(ast, DiagnosticIds.InvalidAssignment, "This cannot be assigned to.",
            "Variables, entries of maps, fields of structs and headers, and bytes of the packet can."),
    };

    private Expression Variable(VariableExpressionAst variable)
    {
        var text = "$" + Scope.NameOf(variable);
        return block.Names.Resolve(variable) switch
        {
            (NameKind.Variable or NameKind.PacketVariable or NameKind.Local, _) => block.Names.Translate(variable),
            (NameKind.Map, _) => throw block.Error(variable, DiagnosticIds.InvalidAssignment, $"{text} is a map.",
                $"Write {text}[key] to assign the value at a key."),
            (NameKind.Session, _) =>
                throw block.Error(variable, DiagnosticIds.InvalidAssignment,
                    "The session's variables cannot be reached from the kernel.",
                    $"Declare a shared variable with Add-EbpfVariable -Name {Scope.NameOf(variable)}, and read it with "
                        + "Get-EbpfMapValue."),
            (NameKind.Unknown, _) => throw block.Names.Unknown(variable),
            _ => throw block.Error(variable, DiagnosticIds.InvalidAssignment,
                $"{text} has a meaning of its own and cannot be assigned to.", "Choose another name."),
        };
    }

    private Expression Typed(AttributedExpressionAst declaration, VariableExpressionAst variable, EbpfType? type)
    {
        var target = Variable(variable);
        var declared = target switch
        {
            LocalExpression { Local: var local } => local.Type,
            VariableExpression { Variable: var shared } => shared.Type,
            PacketVariableExpression { Variable: var place } => place.Type,
            _ => type,
        };
        return type is null || declared == type ? target : throw Conflict(declaration, variable, declared!);
    }

    private Expression Place(ExpressionAst ast)
    {
        var place = block.Expressions.Of(ast);
        // Binding knows which fields of their context programs may change.
        var isPlace = IsPlace(place) || place is EventFieldExpression { IsOfContext: true }
            || (place is EventFieldExpression && HookTable.ControlGroupTypes.Contains(block.Program.Definition.Type));
        return isPlace ? place : throw block.Error(ast, DiagnosticIds.InvalidAssignment, place switch
        {
            HeaderExpression => "A header as a whole cannot be assigned to.",
            EventFieldExpression => "The traced event can only be read.",
            PacketLengthExpression => "The length of the packet can only be read.",
            SystemValueExpression => "This can only be read.",
            _ => "This is a value, and cannot be assigned to.",
        }, place switch
        {
            HeaderExpression { Header.Fields: [] } =>
                "Assign to a field of a header in it, such as $packet.Inner.IPv4.TimeToLive.",
            HeaderExpression { Header: var header } =>
                $"Assign to one of its fields, such as $packet.{header.Name}.{header.Fields[0].Name}.",
            PacketLengthExpression => "The kernel's helpers change it: $kernel.Call('xdp_adjust_tail', $packet, -4).",
            _ => "Assign it to a variable first.",
        });
    }

    private static bool IsPlace(Expression expression) => expression switch
    {
        LocalExpression or VariableExpression or PacketVariableExpression or HeaderFieldExpression or MapEntryExpression
            or InnerEntryExpression or PacketReadExpression => true,
        FieldExpression { Target: var target } => IsPlace(target),
        IndexExpression { Target: var target } => IsPlace(target),
        _ => false,
    };

    private CompileException Conflict(AttributedExpressionAst declaration, VariableExpressionAst variable,
        EbpfType declared) => block.Error(declaration, DiagnosticIds.InvalidAssignment,
            $"${Scope.NameOf(variable)} is {declared.Name} already.", declaration.Attribute is TypeConstraintAst type
                ? $"Write ${Scope.NameOf(variable)} = [{type.TypeName.FullName}]… to convert the value." : null);
}
