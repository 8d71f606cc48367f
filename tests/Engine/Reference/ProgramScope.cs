using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Tests.Reference;

/// <summary>The names in scope of a random statement or expression.</summary>
internal sealed record ProgramScope
{
    private IReadOnlyList<Expression>? _places;

    /// <summary>The program type.</summary>
    public required ProgramTypeInfo Type { get; init; }

    /// <summary>The shared variables.</summary>
    public IReadOnlyList<Variable> Variables { get; init; } = [];

    /// <summary>The maps.</summary>
    public IReadOnlyList<Map> Maps { get; init; } = [];

    /// <summary>The packet variables.</summary>
    public IReadOnlyList<PacketVariable> PacketVariables { get; init; } = [];

    /// <summary>The locals that can be assigned to.</summary>
    public IReadOnlyList<Local> Locals { get; init; } = [];

    /// <summary>The loop counters, which are only read.</summary>
    public IReadOnlyList<Local> Counters { get; init; } = [];

    /// <summary>The functions that can be called.</summary>
    public IReadOnlyList<Function> Functions { get; init; } = [];

    /// <summary>The headers known to be in the packet.</summary>
    public IReadOnlyList<PacketHeader> Present { get; init; } = [];

    /// <summary>Whether this is the body of a function.</summary>
    public bool InFunction { get; init; }

    /// <summary>The number of enclosing loops.</summary>
    public int Loops { get; init; }

    /// <summary>How deep statements and expressions nest.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether the program searches tunnels.</summary>
    public bool HasTunnels { get; init; }

    /// <summary>Whether a header in a tunnel may be searched here.</summary>
    public bool MayEnterTunnels => HasTunnels && Loops == 0 && !InFunction;

    /// <summary>Whether break is allowed.</summary>
    public bool CanBreak { get; init; }

    /// <summary>Whether continue is allowed.</summary>
    public bool CanContinue { get; init; }

    /// <summary>The places without computed parts: locals, variables, and fields of both.</summary>
    public IReadOnlyList<Expression> Places => _places ??=
    [
        .. Locals.SelectMany(l => Parts(l, l.Type)),
        .. Variables.SelectMany(v => Parts(v, v.Type)),
        .. PacketVariables.Select(p => (Expression)p),
    ];

    /// <summary>The writable ones of these places.</summary>
    public IEnumerable<Expression> Targets => Places.Where(p => CanWritePacket || p is not PacketVariableExpression);

    /// <summary>The places that are arrays.</summary>
    public IEnumerable<Expression> Arrays => Places.Where(p => TypeOf(p) is ArrayType or BytesType);

    /// <summary>The places that have a length.</summary>
    public Expression[] Measured =>
        [.. Places.Where(p => TypeOf(p) is ArrayType or BytesType or StringType)];

    /// <summary>Whether the program can change the packet.</summary>
    public bool CanWritePacket => Type.Packet != PacketAccess.Copy;

    /// <summary>Whether the program can write to this place in a packet: a tag in the metadata is read-only.</summary>
    public bool CanWrite(Expression place) => !IsReadOnly(place) && CanWriteTag(place);

    // The fields of IP that are not of the same type in IPv4 and IPv6.
    private static bool IsReadOnly(Expression place) =>
        place is HeaderFieldExpression { Header.Name: "IP" or "Inner.IP" } field
        && field.HeaderField.Name is not ("Version" or "HopLimit");

    private bool CanWriteTag(Expression place) => !Type.HasTagInMetadata || place is not HeaderFieldExpression field
        || (field.Header != PacketHeaders.Vlan && field.Header != PacketHeaders.InnerVlan);

    /// <summary>The maps with keys.</summary>
    public IEnumerable<Map> KeyedMaps => Maps.Where(m => m.Key is not null);

    /// <summary>
    /// The type of a place; null for a local whose type is inferred, which only numbers are assigned to.
    /// </summary>
    public static EbpfType? TypeOf(Expression place) => place switch
    {
        LocalExpression local => local.Local.Type,
        VariableExpression variable => variable.Variable.Type,
        PacketVariableExpression packet => packet.Variable.Type,
        FieldExpression field => ((StructType)TypeOf(field.Target)!).FindField(field.Name)!.Type,
        MapEntryExpression entry => entry.Map.Value,
        _ => throw new ArgumentException($"{place.GetType().Name} is no such place.", nameof(place)),
    };

    /// <summary>A place, and if it is a struct its fields.</summary>
    public static IEnumerable<Expression> Parts(Expression place, EbpfType? type)
    {
        yield return place;
        if (type is not StructType record) yield break;
        foreach (var field in record.Fields)
        {
            foreach (var part in Parts(place.Field(field.Name), field.Type)) yield return part;
        }
    }

    /// <summary>The scope inside a header's presence.</summary>
    public ProgramScope With(PacketHeader header) =>
        Present.Contains(header) ? this : Reset(this with { Present = [.. Present, header] });

    /// <summary>The scope with one more readable local.</summary>
    public ProgramScope With(Local local) => Reset(this with { Counters = [.. Counters, local] });

    /// <summary>The scope inside a loop.</summary>
    public ProgramScope Inside(Local counter) =>
        Reset(this with { Counters = [.. Counters, counter], Loops = Loops + 1, CanBreak = true, CanContinue = true });

    private static ProgramScope Reset(ProgramScope scope)
    {
        scope._places = null;
        return scope;
    }
}
