namespace EbpfCat.Binding;

/// <summary>
/// Finds what numbers point to: fields of the event that are pointers, and locals that are assigned only pointers of
/// one type, and zero.
/// </summary>
internal sealed class PointerTypes
{
    private readonly Typer _typer;
    private readonly Dictionary<Local, IPointerTarget> _locals = [];
    private readonly HashSet<Local> _mixed = [];
    private readonly Dictionary<Expression, EventAccess?> _accesses = new(ReferenceEqualityComparer.Instance);

    public PointerTypes(ProgramDefinition program, Typer typer)
    {
        _typer = typer;
        var assignments = StatementWalker.Assignments(program)
            .Where(each => each.Local.Type is null or ScalarType { Bits: 64 }).ToList();
        // A local may be assigned a field of what it points to, or another local.
        bool Gains(StatementWalker.LocalAssignment each) =>
            TargetOf(each.Value) is { } found && _locals.TryAdd(each.Local, found);
        bool Loses(StatementWalker.LocalAssignment each) =>
            !Fits(each) && _locals.Remove(each.Local) && _mixed.Add(each.Local);
        while (assignments.Exists(Gains)) continue;
        while (assignments.Exists(Loses)) continue;
        _accesses.Clear();
    }

    /// <summary>What an expression points to; null for what is no pointer, or one to an unknown type.</summary>
    public IPointerTarget? TargetOf(Expression pointer) => pointer switch
    {
        LocalExpression { Local: var local } => _locals.GetValueOrDefault(local),
        EventFieldExpression or SystemValueExpression => _typer.EventAccessOf(pointer)?.Target,
        FieldExpression or IndexExpression when Split(pointer) is { } part => AccessOf(pointer, part)?.Target,
        ConditionalExpression choice => TargetOf(choice.WhenTrue) ?? TargetOf(choice.WhenFalse),
        _ => null,
    };

    /// <summary>The pointer that a field or element is behind, and the way to it from there; null for others.</summary>
    public PointerPath? Split(Expression part)
    {
        var path = new Stack<string>();
        while (true)
        {
            switch (part)
            {
                case FieldExpression field:
                    path.Push(field.Name);
                    part = field.Target;
                    break;
                case IndexExpression { Index: ConstantExpression { Value: long and >= 0 and var index } } element:
                    path.Push(index.ToString(CultureInfo.InvariantCulture));
                    part = element.Target;
                    break;
                default:
                    return path.Count > 0 && TargetOf(part) is { } target ? new(part, target, [.. path]) : null;
            }
        }
    }

    /// <summary>The access to a part behind a pointer; null where there is none, which is reported.</summary>
    public EventAccess? AccessOf(Expression written, PointerPath part)
    {
        if (_accesses.TryGetValue(written, out var access)) return access;
        try
        {
            access = part.Target.Resolve(part.Path, written.Source);
        }
        catch (CompileException error)
        {
            if (_typer.Diagnostics is not { } diagnostics) return null;
            diagnostics.Add(error);
        }

        _accesses[written] = access;
        return access;
    }

    /// <summary>The reason why a local that is assigned a pointer has no fields; null for other expressions.</summary>
    public string? WhyUnknown(Expression pointer) =>
        pointer is LocalExpression { Local: var local } && _mixed.Contains(local)
        ? $"'{local.Name}' is not assigned pointers to one type alone: use a variable for each type." : null;

    private bool Fits(StatementWalker.LocalAssignment assignment) =>
        !_locals.TryGetValue(assignment.Local, out var target) || (assignment.Operator is null
            && (Constants.Integer(assignment.Value) == 0 || target.Equals(TargetOf(assignment.Value))));
}

/// <summary>A pointer, what it points to, and the way from there to a part.</summary>
internal readonly record struct PointerPath(Expression Pointer, IPointerTarget Target, IReadOnlyList<string> Path);
