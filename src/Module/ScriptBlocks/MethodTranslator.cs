using System.Buffers.Binary;
using System.Management.Automation.Language;
using System.Reflection;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates calls of methods: of <c>[Math]</c>, the packet, maps and the kernel's helpers.</summary>
internal sealed class MethodTranslator(BlockTranslation block)
{
    private static readonly string[] MathMethods = ["Abs", "Ceiling", "Floor", "Max", "Min", "Round", "Truncate"];

    public Expression Translate(InvokeMemberExpressionAst ast)
    {
        if (ast.Static) return Static(ast);
        if (block.Constants.IsFree(ast)) return block.Constants.FromSession(ast);
        if (ModernSyntax.IsNullConditional(ast))
        {
            throw block.Error(ast, DiagnosticIds.UnsupportedOperator,
                "Nothing is $null in the kernel: what is absent reads as 0.", "Leave the question mark out.");
        }

        var method = block.Members.NameOf(ast);
        return block.Names.Resolve(ast.Expression) switch
        {
            (NameKind.Packet, _) => PacketRead(ast, method),
            (NameKind.Kernel, _) when Same(method, "Call") => Helper(ast),
            (NameKind.Kernel, _) when Same(method, "ReadString") => MemoryRead(ast, size => new StringType(size + 1)),
            (NameKind.Kernel, _) when Same(method, "ReadBytes") => MemoryRead(ast, size => new BytesType(size)),
            var (_, value) when Same(method, "Observe") => Observe(ast, value as Map),
            (NameKind.Map, Map map) => OnMap(ast, map, method),
            _ when Same(method, "StartsWith") => StartsWith(ast),
            _ => throw block.Error(ast.Member, DiagnosticIds.UnknownMethod,
                $"{ast.Expression.Extent.Text} has no method '{method}' in the kernel.",
                IsOfText(method)
                    ? "Texts can be compared as a whole, -eq 'text', and by their beginning: -like 'prefix*' or "
                        + ".StartsWith('prefix')."
                    : "There are $packet.UInt16(n) and its like, $map.Remove(key) and its like, "
                        + "$kernel.Call('helper', …) and [Math]::Min(a, b)."),
        };
    }

    private Expression Static(InvokeMemberExpressionAst ast)
    {
        if (ast.Expression is TypeExpressionAst { TypeName: var named } && CastTranslator.IsNamed(named, "ipaddress")
            && (Same(block.Members.NameOf(ast), "NetworkToHostOrder")
                || Same(block.Members.NameOf(ast), "HostToNetworkOrder"))
            && ArgumentsOf(ast) is [var number])
        {
            return ReverseBytes(number);
        }

        if (ast.Expression is not TypeExpressionAst type || !CastTranslator.IsNamed(type.TypeName, "Math"))
        {
            if (ast.Expression is TypeExpressionAst { TypeName: ArrayTypeName } && !block.Constants.IsFree(ast))
            {
                throw block.Error(ast, DiagnosticIds.NotConstant, "The length of an array is fixed when the program "
                    + "is built.", "Write the largest length that is needed.");
            }

            return block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.UnknownMethod,
                $"{ast.Expression.Extent.Text}::{ast.Member.Extent.Text} does not exist in the kernel.",
                "With constant arguments it would be evaluated when the program is built; "
                    + "in the kernel there are [Math] and [ipaddress]::NetworkToHostOrder."));
        }

        var arguments = ArgumentsOf(ast);
        switch (block.Members.NameOf(ast).ToLowerInvariant(), arguments)
        {
            case ("floor", [var value]):
                return Rounded(value, BinaryOperator.FloorDivide, UnaryOperator.Floor);
            case ("ceiling", [var value]):
                return Rounded(value, BinaryOperator.CeilingDivide, UnaryOperator.Ceiling);
            case ("round", [var value]):
                return Rounded(value, BinaryOperator.RoundDivide, UnaryOperator.Round);
            case ("truncate", [var value]):
                return Rounded(value, BinaryOperator.TruncateDivide, UnaryOperator.Truncate);
            case ("abs", [var value]):
                return new UnaryExpression(UnaryOperator.Absolute, block.Expressions.Operand(value));
            case ("min", [var a, var b]):
                return new BinaryExpression(BinaryOperator.Minimum, block.Expressions.Operand(a),
                    block.Expressions.Operand(b));
            case ("max", [var a, var b]):
                return new BinaryExpression(BinaryOperator.Maximum, block.Expressions.Operand(a),
                    block.Expressions.Operand(b));
        }

        return block.Constants.FromSessionOr(ast, () => block.Error(ast, DiagnosticIds.UnknownMethod,
            $"The kernel has no {ast.Extent.Text.Split('(')[0]} with {arguments.Length} argument(s).",
            $"There are {string.Join(", ", MathMethods.Select(m => $"[Math]::{m}"))}; Min and Max take two numbers, "
                + "the others one."));
    }

    // A quotient that is rounded at once is a division of integers, with no fixed-point number in between.
    private Expression Rounded(ExpressionAst value, BinaryOperator division, UnaryOperator rounding)
    {
        var bare = value;
        while (bare is ParenExpressionAst { Pipeline: var inner } && ExpressionTranslator.Only(inner) is { } only)
            bare = only;
        return bare is BinaryExpressionAst { Operator: TokenKind.Divide } quotient
            ? new BinaryExpression(division, block.Expressions.Operand(quotient.Left),
                block.Expressions.Operand(quotient.Right))
            : new UnaryExpression(rounding, block.Expressions.Operand(value));
    }

    // The constants of the session are reversed by the width of their .NET type, also where .NET would widen them.
    private Expression ReverseBytes(ExpressionAst value)
    {
        if (!block.Constants.IsFree(value))
            return new UnaryExpression(UnaryOperator.ReverseBytes, block.Expressions.Operand(value));
        return new ConstantExpression(SessionValue.Unwrap(block.Constants.Evaluate(value)) switch
        {
            byte number => number,
            sbyte number => number,
            short number => BinaryPrimitives.ReverseEndianness(number),
            ushort number => BinaryPrimitives.ReverseEndianness(number),
            int number => BinaryPrimitives.ReverseEndianness(number),
            uint number => BinaryPrimitives.ReverseEndianness(number),
            long number => BinaryPrimitives.ReverseEndianness(number),
            ulong number => BinaryPrimitives.ReverseEndianness(number),
            _ => throw block.Error(value, DiagnosticIds.WrongType, "This is not an integer, whose bytes have an order.",
                "Cast it to the type whose bytes are meant, such as [uint16]."),
        });
    }

    private PacketReadExpression PacketRead(InvokeMemberExpressionAst ast, string method)
    {
        if (Same(method, "Read")) return TypedPacketRead(ast);
        if (!MemberTable.PacketReads.TryGetValue(method, out var type))
        {
            var isHeader = PacketHeaders.Find(method) is not null || Same(method, "Length");
            throw block.Error(ast.Member, DiagnosticIds.UnknownMethod, $"$packet has no method '{method}'.", isHeader
                ? $"Write $packet.{method} without parentheses."
                : SimilarNames.Sentence(method, [.. MemberTable.PacketReads.Keys, "Read"]));
        }

        return ArgumentsOf(ast) is [var offset]
            ? new PacketReadExpression(block.Expressions.Operand(offset), type)
            : throw block.Error(ast, DiagnosticIds.WrongArguments,
                $"$packet.{method} takes one argument, the offset in bytes.", $"Write $packet.{method}(12).");
    }

    private PacketReadExpression TypedPacketRead(InvokeMemberExpressionAst ast) =>
        ArgumentsOf(ast) is [var type, var offset]
            ? new PacketReadExpression(block.Expressions.Operand(offset), block.Casts.TypeIn(type))
            : throw block.Error(ast, DiagnosticIds.WrongArguments,
                "$packet.Read takes two arguments: the type and the offset in bytes.",
                "Write $packet.Read('!H', 12) or $packet.Read('ipv4', 26).");

    private HelperCallExpression Helper(InvokeMemberExpressionAst ast)
    {
        if (ArgumentsOf(ast) is not [var first, .. var rest]
            || block.Expressions.Of(first) is not ConstantExpression { Value: string or long } helper)
        {
            throw block.Error(ast, DiagnosticIds.WrongArguments,
                "The helper to call is fixed when the program is built, by name or number.",
                "Write $kernel.Call('ktime_get_ns'), with up to five arguments behind the name.");
        }

        if (rest.Length > 5)
        {
            throw block.Error(rest[5], DiagnosticIds.WrongArguments, "A helper takes at most five arguments.",
                "bpf-helpers(7) lists those of each.");
        }

        return new HelperCallExpression(helper.Value.ToString()!, [.. rest.Select(HelperArgument)]);
    }

    // A constant length is the size; with another, or none, there is room for as much as a text has by default.
    private MemoryReadExpression MemoryRead(InvokeMemberExpressionAst ast, Func<int, EbpfType> typeOf)
    {
        const int maxLength = 4096;
        const int defaultLength = 255;
        var (method, arguments) = (block.Members.NameOf(ast), ArgumentsOf(ast));
        if (arguments.Length is 0 or > 2 || (arguments.Length == 1 && Same(method, "ReadBytes")))
        {
            throw block.Error(ast, DiagnosticIds.WrongArguments, $"{method} takes a pointer and a length.",
                $"Write $kernel.{method}($event.arg0, 16).");
        }

        var pointer = block.Expressions.Of(arguments[0]);
        var length = arguments.Length < 2 ? null : block.Expressions.Operand(arguments[1]);
        if (length is not ConstantExpression { Value: var value }) return new(pointer, typeOf(defaultLength), length);
        return value is long and > 0 and <= maxLength and var size
            ? new(pointer, typeOf((int)size), length)
            : throw block.Error(arguments[1], DiagnosticIds.WrongArguments, $"{value} is not a length.",
                $"It is a number from 1 to {maxLength}.");
    }

    // Here a map is its own address, and the packet or event is the context.
    private Expression HelperArgument(ExpressionAst ast) =>
        block.Names.Resolve(ast) switch
        {
            (NameKind.Map, Map map) => block.At(ast, new MapReferenceExpression(map)),
            (NameKind.Packet or NameKind.Event, _) => block.At(ast, new ContextExpression()),
            _ => block.Expressions.Of(ast),
        };

    // $sizes[$key].Observe($size), $sizes.Observe($size) of a variable; of a map also $sizes.Observe($key, $size).
    private ObserveExpression Observe(InvokeMemberExpressionAst ast, Map? map)
    {
        var name = ast.Expression.Extent.Text;
        return (map, ArgumentsOf(ast)) switch
        {
            (null, [var value]) => new(block.Expressions.Of(ast.Expression), block.Expressions.Of(value)),
            ({ } keyed, [var key, var value]) =>
                new(new MapEntryExpression(keyed, block.Expressions.Of(key)), block.Expressions.Of(value)),
            _ => throw block.Error(ast, DiagnosticIds.WrongArguments, map is null
                ? "Observe takes one argument, the number to count."
                : "Observe takes the key and the number to count.",
                map is null ? $"Write {name}.Observe($value)." : $"Write {name}[$key].Observe($value)."),
        };
    }

    private Expression OnMap(InvokeMemberExpressionAst ast, Map map, string method)
    {
        var arguments = ArgumentsOf(ast);
        if (MemberTable.MapTests.Contains(method) && arguments is [var key])
            return new MapContainsExpression(map, block.Expressions.Of(key));
        if (!MemberTable.Map.TryGetValue(method, out var known))
        {
            throw block.Error(ast.Member, DiagnosticIds.UnknownMethod, $"The map ${map.Name} has no method '{method}'.",
                SimilarNames.Sentence(method, [.. MemberTable.Map.Keys, .. MemberTable.MapTests, "Observe"]));
        }

        if (arguments.Length < known.Min || arguments.Length > known.Max)
        {
            var expected = known.Min == known.Max ? $"{known.Max}" : $"{known.Min} or {known.Max}";
            throw block.Error(ast, DiagnosticIds.WrongArguments,
                $"${map.Name}.{method} takes {expected} argument(s), not {arguments.Length}.");
        }

        return new MapCallExpression(map, known.Operation, [.. arguments.Select(block.Expressions.Of)]);
    }

    private BinaryExpression StartsWith(InvokeMemberExpressionAst ast) =>
        ArgumentsOf(ast) is [var prefix] && block.Expressions.Of(prefix) is ConstantExpression { Value: string } text
            ? new BinaryExpression(BinaryOperator.CaseSensitiveStartsWith, block.Expressions.Operand(ast.Expression),
                text)
            : throw block.Error(ast, DiagnosticIds.WrongArguments, "StartsWith takes one constant string.",
                "Write it as $process.Name.StartsWith('ssh').");

    // A method that strings have, and not all objects.
    private static bool IsOfText(string method)
    {
        const BindingFlags flags = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;
        return typeof(string).GetMember(method, flags).Length > 0
            && typeof(object).GetMember(method, flags).Length == 0;
    }

    private static ExpressionAst[] ArgumentsOf(InvokeMemberExpressionAst ast) =>
        ast.Arguments is { } arguments ? [.. arguments] : [];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
