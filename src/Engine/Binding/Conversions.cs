namespace EbpfCat.Binding;

/// <summary>Checks implicit conversions, as in assignments.</summary>
internal sealed class Conversions(BindingContext context)
{
    /// <summary>
    /// Checks that a value converts to a type implicitly, and reports an error if not. A constant text becomes the
    /// address in it.
    /// </summary>
    public BoundExpression Check(BoundExpression value, EbpfType? type, SourceSpan? source = null)
    {
        var place = source ?? value.Source;
        var target = Typer.Plain(type);
        if (target is null or ErrorType || value.Type is ErrorType || IsImplicit(value, target)) return value;
        switch (value, target)
        {
            case (BoundConstant { Value: string text }, AddressType or PrefixType):
                return Parse(text, target, place);
            case ({ Type: AddressType { Kind: not AddressKind.Mac } }, _)
                when context.Addresses.KindOf(value) is { } known && IsImplicit(known, target):
                return new BoundConversion(known, value, place);
            case ({ Type: AddressType { Kind: AddressKind.IPAddress or AddressKind.IPv6 } }, _)
                when IsImplicit(AddressType.IPv4, target):
                return NotIPv4(value, target, place);
            case ({ Type: StructType from }, StructType to):
                CheckFields(from, to, place);
                return value;
            default:
                return context.Error(DiagnosticIds.WrongType, $"{value.Type.Name} cannot be used as {target.Name}.",
                    place, target is FunctionType ? "Only the field Function of the event is a function. A name, "
                        + "such as that of a hook, is a text." : null);
        }
    }

    private BoundError NotIPv4(BoundExpression value, EbpfType target, SourceSpan? place)
    {
        var problem = $"{value.Type.Name} cannot be used as {target.Name}";
        if (value is BoundLocalAccess { Local: var local } && context.FindOther(local, AddressType.IPv4) is { } other)
        {
            problem += $": '{local.Name}' is also assigned a value of type {other.Type.Name}"
                + (other.Source is { } source ? $", in line {source.Line}" : "");
        }

        return context.Error(DiagnosticIds.WrongType, problem + ".", place,
            $"Cast it to ipv4, which gives 0.0.0.0 for an IPv6 address, or use {(target is PrefixType
                ? "ipprefix" : "ipaddress")} for both.");
    }

    private static bool IsImplicit(BoundExpression value, EbpfType target) =>
        (value is BoundConstant { Value: 0L } && target is not PrefixType) || IsImplicit(value.Type, target);

    private static bool IsImplicit(EbpfType from, EbpfType target) => from == target || (from, target) switch
    {
        (ScalarType, ScalarType or AddressType { Kind: AddressKind.IPv4 }) => true,
        (AddressType { Kind: AddressKind.IPv4 }, ScalarType { IsBoolean: false, IsFixed: false }) => true,
        (AddressType { Kind: not AddressKind.Mac }, AddressType { Kind: AddressKind.IPAddress or AddressKind.IPv6 }) =>
        true,
        (AddressType address, PrefixType prefix) => address == prefix.Address
            || (prefix.Kind == AddressKind.IPAddress && IsImplicit(address, prefix.Address)),
        (StringType, StringType) => true,
        (BytesType bytes, not ScalarType) when bytes.Length == target.Size => true,
        (not ScalarType, BytesType bytes) when bytes.Length == from.Size => true,
        _ => false,
    };

    private BoundExpression Parse(string text, EbpfType type, SourceSpan? source)
    {
        try
        {
            // As in the kernel, a text ends at its first NUL.
            var bytes = type.ToBytes(text.Split('\0')[0]);
            return new BoundConstant(type, bytes, source);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return context.Error(DiagnosticIds.WrongType, exception.Message, source);
        }
    }

    private void CheckFields(StructType from, StructType type, SourceSpan? source)
    {
        string[] missing = [.. type.Fields.Where(f => from.FindField(f.Name) is null).Select(f => f.Name)];
        string[] unknown = [.. from.Fields.Where(f => type.FindField(f.Name) is null).Select(f => f.Name)];
        if (missing.Length + unknown.Length > 0)
        {
            var differences = new List<string>();
            if (missing.Length > 0) differences.Add($"it lacks {string.Join(" and ", missing)}");
            if (unknown.Length > 0) differences.Add($"{string.Join(" and ", unknown)} is not among those fields");
            context.Error(DiagnosticIds.UnknownField,
                $"{from.Name} cannot be used as {type.Name}: {string.Join(", and ", differences)}.", source,
                $"Give it the fields {string.Join(", ", type.Fields.Select(f => f.Name))}, in any order. "
                + "One that is written out where it is used may leave fields out, which are 0 then.");
            return;
        }

        foreach (var field in type.Fields)
        {
            var part = Typer.Plain(from.FindField(field.Name)!.Type)!;
            var target = Typer.Plain(field.Type)!;
            if (part is StringType && target is AddressType or PrefixType)
            {
                context.Error(DiagnosticIds.WrongType,
                    $"The field {field.Name} is {part.Name} and cannot be used as {target.Name}.", source,
                    "Make it an address where the struct is made.");
            }
            else if (part is StructType inner && target is StructType into && inner != into)
            {
                CheckFields(inner, into, source);
            }
            else if (!IsImplicit(part, target))
            {
                context.Error(DiagnosticIds.WrongType, $"{part.Name} cannot be used as {target.Name}.", source);
            }
        }
    }
}
