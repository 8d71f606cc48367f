using System.Collections.Immutable;

namespace EbpfCat.Binding;

/// <summary>
/// The kinds of the addresses that locals of type ipaddress hold at the statement that is being bound. Such a local is
/// assigned addresses of several kinds, and on some paths of one kind alone.
/// </summary>
internal sealed class AddressKinds(BindingContext context)
{
    /// <summary>The locals of which the kind is known; null where no path leads to the statement.</summary>
    public ImmutableDictionary<BoundLocal, AddressType>? State { get; set; } = Nothing;

    /// <summary>The state where no kind is known, such as at a label.</summary>
    public static ImmutableDictionary<BoundLocal, AddressType> Nothing { get; } =
        ImmutableDictionary<BoundLocal, AddressType>.Empty;

    /// <summary>Continues where several paths meet.</summary>
    public void Join(IEnumerable<ImmutableDictionary<BoundLocal, AddressType>?> paths) =>
        State = paths.Aggregate((joined, path) => joined is null || path is null
            ? joined ?? path
            : joined.RemoveRange(joined.Where(known => path.GetValueOrDefault(known.Key) != known.Value)
                .Select(known => known.Key)));

    /// <summary>The kind of the address that a value of type ipaddress is known to be; null for unknown.</summary>
    public AddressType? KindOf(BoundExpression value) => value switch
    {
        { Type: AddressType { Kind: AddressKind.IPv4 or AddressKind.IPv6 } type } => type,
        BoundLocalAccess { Local: var local } => State?.GetValueOrDefault(local),
        _ => null,
    };

    /// <summary>Follows an assignment to a local.</summary>
    public void Assign(BoundLocal local, BoundExpression value)
    {
        if (local.Type != AddressType.IPAddress || State is null) return;
        State = KindOf(value) is { } kind ? State.SetItem(local, kind) : State.Remove(local);
    }

    /// <summary>Forgets the locals that statements may change which run any number of times, in any order.</summary>
    public void Forget(IReadOnlyList<Statement> statements)
    {
        if (State is not { Count: > 0 }) return;
        if (StatementWalker.All(statements).OfType<LabelStatement>().Any()) State = Nothing;
        foreach (var (local, value, _) in StatementWalker.Assignments(statements))
        {
            if (context.Typer.TypeOf(value) != State.GetValueOrDefault(context.Local(local)))
                State = State.Remove(context.Local(local));
        }
    }
}
