namespace EbpfCat.Binding;

/// <summary>Binds calls of the kernel's helpers: the table of helpers says what each argument is.</summary>
internal sealed class HelperCallBinder(BindingContext context, ExpressionBinder expressions)
{
    private const int MaxArguments = 5;

    /// <summary>The maximum bytes of a header that a helper can read: they may be copied to the stack.</summary>
    public const int MaxHeaderBytes = 256;

    public BoundExpression Bind(HelperCallExpression call)
    {
        // A number without a row is an addition of the running kernel: what it takes is not known.
        var isNumber = int.TryParse(call.Name, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id)
            && id > 0;
        var helper = isNumber ? HelperTable.Get(id) : HelperTable.Find(call.Name);
        if (helper is null && !isNumber)
        {
            return context.Error(DiagnosticIds.UnknownHelper, $"The kernel has no helper '{call.Name}'.", call.Source,
                SimilarNames.Sentence(call.Name, [.. HelperTable.All.Select(h => h.Name)]));
        }

        id = helper?.Id ?? id;
        if (call.Arguments.Count > MaxArguments)
        {
            return context.Error(DiagnosticIds.WrongArguments, $"A helper takes at most {MaxArguments} arguments.",
                call.Source);
        }

        if (helper is not null && CheckArgumentCount(helper, call) is { } error) return error;
        var parameters = helper?.Parameters ?? [];
        HelperParameterKind KindOf(int index) =>
            index < parameters.Count ? parameters[index].Kind : HelperParameterKind.Number;
        var map = call.Arguments.OfType<MapReferenceExpression>().FirstOrDefault()?.Map;
        var arguments = new BoundHelperArgument[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            var kind = KindOf(i);
            var expected = kind switch
            {
                HelperParameterKind.Key => map?.Key,
                HelperParameterKind.Value => map?.Value,
                _ => null,
            };
            var value = kind == HelperParameterKind.Address && PointerIn(call.Arguments[i]) is { } pointer
                ? pointer
                : expressions.BindAs(call.Arguments[i], expected);
            if (kind == HelperParameterKind.Read && value is BoundHeaderTest header)
            {
                value = BindHeader(call, header,
                    KindOf(i + 1) == HelperParameterKind.Size ? call.Arguments.ElementAtOrDefault(i + 1) : null);
            }

            var isRead = kind == HelperParameterKind.Read;
            var isMemory = isRead || kind is HelperParameterKind.Write or HelperParameterKind.Update;
            var byPlace = isMemory && IsPlace(call.Arguments[i], value) && (!isRead || value.Type is ScalarType);
            if (isMemory && value.Type is not ErrorType)
            {
                value = CheckMemory(call, i, value, byPlace, isRead,
                    KindOf(i + 1) == HelperParameterKind.Size ? call.Arguments.ElementAtOrDefault(i + 1) : null);
            }

            // A helper takes integers.
            if (!byPlace && !isMemory && expected is null) value = ExpressionBinder.WithoutFraction(value);
            arguments[i] = new BoundHelperArgument(value, byPlace, byPlace && !isRead, expected);
        }

        return Array.Exists(arguments, argument => argument.Value is BoundError)
            ? new BoundError(call.Source) : new BoundHelperCall(id, arguments, call.Source);
    }

    // The bytes of a header and of what follows it.
    private BoundExpression BindHeader(HelperCallExpression call, BoundHeaderTest test, Expression? size)
    {
        var (header, source) = (test.Header, size?.Source ?? test.Source ?? call.Source);
        var bytes = size is null ? header.Size : Constants.Integer(size);
        if (bytes is null)
        {
            return context.Error(DiagnosticIds.WrongArguments,
                $"How many bytes from the {header.Name} header on '{call.Name}' reads must be a constant.", source,
                $"Its fixed part has {header.Size}.");
        }

        if (bytes < 1 || bytes > MaxHeaderBytes)
        {
            return context.Error(DiagnosticIds.WrongArguments,
                $"'{call.Name}' can read 1 to {MaxHeaderBytes} bytes from the {header.Name} header on, not {bytes}.",
                source);
        }

        var type = new BytesType((int)bytes);
        return new BoundHeaderField(type, header, new HeaderField("Bytes", 0, type), test.Source);
    }

    private BoundError? CheckArgumentCount(Helper helper, HelperCallExpression call)
    {
        var (count, given) = (helper.Parameters.Count, call.Arguments.Count);
        if (helper.IsVariadic) count--;
        if (given == count || (helper.IsVariadic && given > count)) return null;
        return context.Error(DiagnosticIds.WrongArguments,
            $"The helper '{helper.Name}' takes {(helper.IsVariadic ? "at least " : "")}{count} arguments, not {given}.",
            call.Source,
            count == 0 ? null : $"Give it {string.Join(", ", helper.Parameters.Select(parameter => parameter.Name))}.");
    }

    /// <summary>Whether an expression names memory: a shared variable, map entry or stack local, or a part.</summary>
    public static bool IsPlace(BoundExpression expression) => expression switch
    {
        BoundVariableAccess or BoundMapEntry or BoundInnerEntry => true,
        BoundLocalAccess { Type: var type } => type is not (ScalarType or AddressType),
        BoundFieldAccess { Target: var target } => IsPlace(target),
        BoundElementAccess { Target: var target } => IsPlace(target),
        _ => false,
    };

    // Numbers in locals are passed by their place too, unless they are pointers that a helper returned.
    private bool IsPlace(Expression written, BoundExpression value) => IsPlace(value)
        || value is BoundLocalAccess { Type: AddressType }
        || (value is BoundLocalAccess { Type: ScalarType } && !context.IsPointer(written));

    // The pointer to a text or struct of the event, for a helper that reads from any address.
    private BoundEventValue? PointerIn(Expression argument) =>
        expressions.AccessOf(argument) is { Type: not ScalarType } access
            && access.Reinterpret(ScalarType.UInt64) is { Type: ScalarType } pointer
            ? expressions.Event(ScalarType.UInt64, pointer, argument) : null;

    private BoundExpression CheckMemory(HelperCallExpression call, int index, BoundExpression value, bool byPlace,
        bool isRead, Expression? size)
    {
        if (byPlace && value.StoredType is ScalarType { BitCount: > 0 } bits)
        {
            return context.Error(DiagnosticIds.NotAPlace,
                $"The helper '{call.Name}' takes whole bytes in its argument {index + 1}, and this is a bit field, "
                    + $"{bits.Name}.",
                value.Source ?? call.Source,
                $"Give it a local of type {bits.Plain.Name}"
                    + (isRead ? " with this value." : ", and assign that to the bit field."));
        }

        if (byPlace || (isRead && value.Type is not ScalarType))
        {
            // The verifier sees whole values and the whole stack, and so not that a helper goes beyond the place. From
            // an element on more than that may be meant.
            if (value is BoundElementAccess || size is null || Constants.Integer(size) is not { } bytes
                || bytes <= value.Type.Size)
            {
                return value;
            }

            return context.Error(DiagnosticIds.NoRoom,
                $"The helper '{call.Name}' is to {(isRead ? "read" : "write")} {bytes} bytes where there are "
                    + $"{value.Type.Size}, those of {value.Type.Name}.",
                size.Source ?? call.Source, $"Write {value.Type.Size}, or declare the place larger.");
        }

        // Another number is passed on: it may be a pointer that another helper gave.
        var mayBePointer = value.Type is ScalarType
            && value is not (BoundHeaderField or BoundHeaderTest or BoundPacketAccess);
        return isRead || mayBePointer
            ? value
            : context.Error(DiagnosticIds.NotAPlace,
                $"The helper '{call.Name}' writes into its argument {index + 1}, "
                    + "and this is a value, which it would not change.",
                value.Source ?? call.Source,
                "Name a local, a shared variable, an entry of a map, or a field of one of these; what is written there "
                    + "can be assigned further.");
    }
}
