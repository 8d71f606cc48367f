namespace EbpfCat.Btf;

/// <summary>
/// A type in type information: no more than the place where it is described, so it costs nothing to pass on. What does
/// not apply to its kind is empty, zero or void.
/// </summary>
/// <param name="Types">The type information it is part of.</param>
/// <param name="Id">Its number there.</param>
public readonly partial record struct BtfType(BtfTypes Types, int Id)
{
    private const int PointerSize = 8;

    // No type of C is as deep or large; damaged type information may have circles, or grow with each level.
    private const int MaxDepth = 64;
    private const int MaxMembers = 1 << 16;
    private const int MaxParts = 1 << 10;

    /// <summary>The kind.</summary>
    public BtfKind Kind => Types.KindOf(Id);

    /// <summary>The name; empty where it has none.</summary>
    public string Name => Types.Text(Words()[0]);

    /// <summary>
    /// What a pointer points to, a typedef or qualifier stands for, a function's prototype is, a variable holds or an
    /// array is made of.
    /// </summary>
    public BtfType Target => Kind switch
    {
        BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag
            or BtfKind.Function or BtfKind.Variable or BtfKind.DeclarationTag => At(Words()[2]),
        BtfKind.Array => At(Words()[3]),
        _ => Types[0],
    };

    /// <summary>The type behind typedefs and qualifiers.</summary>
    /// <exception cref="BtfException">They lead in a circle.</exception>
    public BtfType Resolve()
    {
        BtfType type = this;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            if (!type.IsAlias) return type;
            type = type.Target;
        }

        throw CircularType();
    }

    /// <summary>The size of a value in bytes; 0 for types without one, such as void or a function.</summary>
    /// <exception cref="BtfException">The type information is damaged.</exception>
    public int Size => SizeWithin(MaxDepth) is <= int.MaxValue and var size
        ? (int)size : throw new BtfException($"Type {Id} is larger than 2 GiB.");

    /// <summary>The number of elements of an array.</summary>
    public int Length => Kind == BtfKind.Array ? (int)Words()[5] : 0;

    /// <summary>Whether an integer or an enumeration is signed.</summary>
    public bool IsSigned => Kind switch
    {
        BtfKind.Int => (IntegerEncoding & 1) != 0,
        BtfKind.Enum or BtfKind.Enum64 => HasKindFlag,
        _ => false,
    };

    /// <summary>Whether it is C's <c>_Bool</c>.</summary>
    public bool IsBoolean => Kind == BtfKind.Int && (IntegerEncoding & 4) != 0;

    /// <summary>Whether it is C's plain <c>char</c>, of which text is made.</summary>
    public bool IsCharacter => Kind == BtfKind.Int && ((IntegerEncoding & 2) != 0 || Name == "char");

    /// <summary>The number of significant bits of an integer.</summary>
    public int Bits => Kind == BtfKind.Int ? (int)(Words()[3] & 0xff) : 0;

    /// <summary>Whether it is a struct or a union.</summary>
    public bool IsComposite => Kind is BtfKind.Struct or BtfKind.Union;

    /// <summary>Whether a declaration without body is of a union, not of a struct.</summary>
    public bool IsForwardUnion => Kind == BtfKind.Forward && HasKindFlag;

    private bool IsAlias => Kind is BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict
        or BtfKind.TypeTag;

    private bool HasKindFlag => Words()[1] >> 31 != 0;

    private uint IntegerEncoding => (Words()[3] >> 24) & 0x0f;

    /// <summary>The type as C would write it: <c>struct sock *</c>, <c>char[16]</c>.</summary>
    public override string ToString()
    {
        int remaining = MaxParts;
        return Declare(MaxDepth, ref remaining);
    }

    private ReadOnlySpan<uint> Words() => Types.WordsOf(Id);

    private BtfType At(uint id) => Types[(int)id];

    private BtfException CircularType() => new($"Type {Id} refers to itself.");

    private long SizeWithin(int depth)
    {
        if (depth == 0) throw CircularType();
        return Kind switch
        {
            BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float
                or BtfKind.Section => Words()[2],
            BtfKind.Pointer => PointerSize,
            // A size beyond 32 bits stays one, without overflow.
            BtfKind.Array => Math.Min((uint)Length * Target.SizeWithin(depth - 1), uint.MaxValue),
            BtfKind.Variable => Target.SizeWithin(depth - 1),
            _ when IsAlias => Target.SizeWithin(depth - 1),
            _ => 0,
        };
    }

    private string Declare(int depth, ref int remaining)
    {
        if (depth == 0 || --remaining < 0) return "...";
        return Kind switch
        {
            BtfKind.Void => "void",
            BtfKind.Struct => $"struct {Tag}",
            BtfKind.Union => $"union {Tag}",
            BtfKind.Forward => $"{(IsForwardUnion ? "union" : "struct")} {Tag}",
            BtfKind.Enum or BtfKind.Enum64 => $"enum {Tag}",
            BtfKind.Const => $"const {Target.Declare(depth - 1, ref remaining)}",
            BtfKind.Volatile => $"volatile {Target.Declare(depth - 1, ref remaining)}",
            BtfKind.Restrict or BtfKind.TypeTag => Target.Declare(depth - 1, ref remaining),
            BtfKind.Pointer when Target.Kind == BtfKind.Prototype =>
                Target.DeclareFunction("(*)", depth - 1, ref remaining),
            BtfKind.Pointer => Join(Target.Declare(depth - 1, ref remaining), "*"),
            BtfKind.Array => DeclareArray(depth - 1, ref remaining),
            BtfKind.Prototype => DeclareFunction("", depth - 1, ref remaining),
            BtfKind.Function => DeclareFunction(Name, depth - 1, ref remaining),
            BtfKind.Variable => Join(Target.Declare(depth - 1, ref remaining), Name),
            _ => Name,
        };
    }

    private string Tag => Name is { Length: > 0 } name ? name : "{ ... }";

    private static string Join(string type, string name) =>
        type.EndsWith('*') || name.Length == 0 ? type + name : $"{type} {name}";

    // The outer length of an array of arrays comes first, although the inner array is declared first.
    private string DeclareArray(int depth, ref int remaining)
    {
        BtfType element = this;
        string lengths = "";
        for (; element.Kind == BtfKind.Array; element = element.Target, depth--)
        {
            if (depth <= 0) return "...";
            lengths += $"[{element.Length}]";
        }

        return element.Declare(depth, ref remaining) + lengths;
    }

    private string DeclareFunction(string name, int depth, ref int remaining)
    {
        var parameters = new List<string>();
        foreach (BtfParameter parameter in Parameters)
        {
            if (remaining < 0) break;
            parameters.Add(parameter.Type.Kind == BtfKind.Void
                ? "..." : Join(parameter.Type.Declare(depth - 1, ref remaining), parameter.Name));
        }

        return $"{Join(Result.Declare(depth - 1, ref remaining), name)}({string.Join(", ", parameters)})";
    }
}
