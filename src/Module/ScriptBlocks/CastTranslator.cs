using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates casts, and reads the types written in brackets.</summary>
internal sealed class CastTranslator(BlockTranslation block)
{
    // .NET's fractions are the kernel's fixed-point numbers.
    private static readonly HashSet<string> Fractions = new(["double", "float", "single", "decimal"],
        StringComparer.OrdinalIgnoreCase);

    public Expression Translate(ConvertExpressionAst cast)
    {
        var name = NameOf(cast.Type.TypeName);
        if (IsNamed(name, "pscustomobject", "psobject"))
        {
            throw block.Error(cast, DiagnosticIds.UnsupportedExpression,
                "An object is put out, and is not a value besides.",
                "Write it as a statement of its own: [pscustomobject]@{ Port = $port }. A struct is written as @{ Port "
                    + "= $port }.");
        }

        if (IsNamed(name, "void"))
        {
            throw block.Error(cast, DiagnosticIds.UnsupportedExpression,
                "[void] drops a value, and there is none then.", "Write it at the start of a statement.");
        }

        if (IsNamed(name, "ordered", "hashtable") && cast.Child is HashtableAst table)
            return block.Expressions.Struct(table);
        return Translate(cast, cast.Type.TypeName, cast.Child);
    }

    /// <summary>A conversion of an expression to a type.</summary>
    /// <param name="ast">The whole of it.</param>
    /// <param name="typeName">The type.</param>
    /// <param name="child">The converted expression.</param>
    public Expression Translate(ExpressionAst ast, ITypeName typeName, ExpressionAst child)
    {
        if (IsText(typeName))
        {
            return block.Constants.IsFree(child)
                ? block.Constants.FromSession(ast) : new TextExpression(block.Expressions.Operand(child));
        }

        if (ArrayOf(typeName, child) is { } array) return array;
        // Types that only .NET knows, such as [version], can still make constants.
        if (!TryRead(typeName, out var type))
            return block.Constants.FromSessionOr(ast, () => UnknownType(ast, typeName));
        if (child is not ConvertExpressionAst && block.Constants.IsFree(child)
            && ConvertedByType(ast, type!, child) is { } constant)
        {
            return constant;
        }

        var value = block.Expressions.Operand(child);
        if (value is ConstantExpression { Value: var given } && given is not (long or ulong or decimal or bool)
            && block.Constants.IsFree(child) && type is ScalarType)
        {
            value = block.Constants.FromSession(ast);
        }

        return new CastExpression(type!, value);
    }

    /// <summary>A list as an array of a type as <c>[byte[]]</c>; null for another type, or for constants.</summary>
    public Expression? ArrayOf(ITypeName typeName, ExpressionAst list)
    {
        if (typeName is not ArrayTypeName { Rank: 1 } array || !TryRead(array.ElementType, out var read)
            || read is not ScalarType element || block.Constants.IsFree(list))
        {
            return null;
        }

        var items = block.Lists.ItemsOf(list);
        if (element == ScalarType.UInt8 && items is [{ Last: null, First: var only }]
            && StoredType(only) is (AddressType or BytesType) and var type)
        {
            return new CastExpression(EbpfType.Parse($"byte[{type.Size}]"), only);
        }

        return items.Exists(item => item.Last is not null)
            ? throw block.Error(list, DiagnosticIds.UnsupportedExpression, "A range is not an element of an array.",
                "Write the elements one by one.")
            : Expression.Array(element, [.. items.Select(item => item.First)]);
    }

    // The type of a value in the packet, or of a declared variable; null for others, whose types the binder finds.
    private static EbpfType? StoredType(Expression value) => value switch
    {
        HeaderFieldExpression field => field.HeaderField.Type,
        PacketReadExpression read => read.Type,
        PacketVariableExpression place => place.Variable.Type,
        VariableExpression shared => shared.Variable.Type,
        _ => null,
    };

    /// <summary>The type written in brackets before a variable; null where its size is inferred.</summary>
    public EbpfType? Declared(TypeConstraintAst constraint) => HasInferredSize(constraint.TypeName) ? null
        : TryRead(constraint.TypeName, out var type) ? type : throw UnknownType(constraint, constraint.TypeName);

    /// <summary>The type written in brackets; null where its size is inferred, or where it is unknown.</summary>
    public static EbpfType? TypeOf(TypeConstraintAst constraint) =>
        !HasInferredSize(constraint.TypeName) && TryRead(constraint.TypeName, out var type) ? type : null;

    /// <summary>The type that an argument names, in any form that a parameter takes, or in brackets.</summary>
    public EbpfType TypeIn(ExpressionAst ast)
    {
        if (ast is TypeExpressionAst { TypeName: var written })
            return TryRead(written, out var named) ? named! : throw UnknownType(ast, written);
        if (!block.Constants.IsFree(ast))
        {
            throw block.Error(ast, DiagnosticIds.NotConstant, "The type is fixed when the program is built.",
                "Write it as 'ipv4' or '!H'.");
        }

        try
        {
            return EbpfType.FromObject(SessionValue.Unwrap(block.Constants.Evaluate(ast)) ?? "");
        }
        catch (Exception error) when (error is FormatException or TypeConversionException)
        {
            throw block.Error(ast, DiagnosticIds.UnknownType, error.Message);
        }
    }

    /// <summary>The type that <c>[EbpfType('!I')]</c> gives a local or parameter, for types that are no word.</summary>
    public static EbpfType? TypeOf(AttributeAst attribute) => IsNamed(attribute.TypeName, "EbpfType")
        && attribute.PositionalArguments is [StringConstantExpressionAst { Value: var text }]
        && EbpfType.TryParse(text, out var type) ? type : null;

    /// <summary>The type written as an attribute.</summary>
    public EbpfType Declared(AttributeAst attribute)
    {
        if (TypeOf(attribute) is { } type) return type;
        if (!IsNamed(attribute.TypeName, "EbpfType")
            || attribute.PositionalArguments is not [StringConstantExpressionAst { Value: var text }])
        {
            throw block.Error(attribute, DiagnosticIds.UnsupportedExpression,
                "This attribute has no meaning in the kernel.",
                "A type has: [uint16]$x = 5, or for one that is no word [EbpfType('!H')]$x = 5.");
        }

        try
        {
            return EbpfType.Parse(text);
        }
        catch (FormatException error)
        {
            throw block.Error(attribute, DiagnosticIds.UnknownType, error.Message);
        }
    }

    /// <summary>Whether a type is <c>[string]</c>, of no particular capacity.</summary>
    public static bool IsText(ITypeName typeName) => IsNamed(NameOf(typeName), "string");

    private static bool HasInferredSize(ITypeName typeName) =>
        IsText(typeName) || (typeName is ArrayTypeName array && TryRead(array.ElementType, out _));

    /// <summary>Whether a type has one of these names.</summary>
    public static bool IsNamed(ITypeName typeName, params string[] names) => IsNamed(NameOf(typeName), names);

    private static bool IsNamed(string name, params string[] names) =>
        names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool TryRead(ITypeName typeName, out EbpfType? type)
    {
        var name = NameOf(typeName);
        type = Fractions.Contains(name) ? ScalarType.Fixed : null;
        return type is not null || EbpfType.TryParse(name, out type);
    }

    // [System.UInt16] is [uint16]: the kernel's types have no namespaces.
    private static string NameOf(ITypeName typeName)
    {
        var name = typeName.FullName;
        return name.StartsWith("System.", StringComparison.OrdinalIgnoreCase)
            ? name[(name.LastIndexOf('.') + 1)..] : name;
    }

    // Text becomes an address by the rules of the kernel's type, which are stricter than .NET's.
    private Expression? ConvertedByType(Ast ast, EbpfType type, ExpressionAst child)
    {
        if (type is not (AddressType or PrefixType or BytesType or ArrayType)) return null;
        var value = block.Constants.Evaluate(child);
        if (value is System.Management.Automation.PSObject wrapper) value = wrapper.BaseObject;
        if (value is null or (IConvertible and not string))
        {
            // A number as an [ipaddress] is .NET's idea: [ipaddress]0x0100007f. The other types are not .NET's.
            return type is AddressType { Kind: not AddressKind.IPAddress } ? null : block.Constants.FromSession(ast);
        }

        try
        {
            return block.Constants.Of(type.Read(type.ToBytes(value)), ast);
        }
        catch (TypeConversionException error)
        {
            throw block.Error(child, DiagnosticIds.ConstantFailed, error.Message);
        }
    }

    private CompileException UnknownType(Ast ast, ITypeName typeName) =>
        block.Error(ast, DiagnosticIds.UnknownType, $"The kernel has no type [{typeName.FullName}].",
            SimilarNames.Sentence(NameOf(typeName), [.. EbpfType.KnownNames]));
}
