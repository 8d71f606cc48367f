namespace EbpfCat.Binding;

/// <summary>
/// Makes comparisons and conditions false where a header is absent from whose fields an operand is computed; those that
/// ask for a difference are true there.
/// </summary>
internal sealed class HeaderPresence
{
    private readonly Dictionary<Local, IReadOnlyList<PacketHeader>> _compared = [];

    /// <summary>Remembers from which headers a local is computed that stands for a value in comparisons.</summary>
    /// <returns>These headers.</returns>
    public IReadOnlyList<PacketHeader> Remember(Local local, Expression value) => _compared[local] = HeadersOf(value);

    /// <summary>
    /// The headers from whose fields a value is computed, through casts, arithmetic, bit operations, fields of a struct
    /// and offsets of reads. Keys of maps, arguments, and truth values are values of their own.
    /// </summary>
    public IReadOnlyList<PacketHeader> HeadersOf(params IEnumerable<Expression> values) =>
        [.. values.SelectMany(Headers).Distinct()];

    /// <summary>
    /// Whether computing a value may do something besides: a call, or a read beyond the end of the packet, which ends
    /// the program. A read at an offset in each of some headers has no effect where one of them is absent.
    /// </summary>
    public bool HasEffects(Expression value, IReadOnlyList<PacketHeader> headers) =>
        StatementWalker.Inside(value).Any(part => part switch
        {
            PacketReadExpression read => headers.Count == 0 || headers.Except(HeadersOf(read.Offset)).Any(),
            CallExpression or HelperCallExpression or MapCallExpression or ObserveExpression
                or PacketVariableExpression => true,
            _ => false,
        });

    /// <summary>A value that is zero where one of the headers is absent.</summary>
    public static BoundExpression OrZero(IReadOnlyList<PacketHeader> headers, BoundExpression value) =>
        headers.Count == 0 ? value
        : new BoundConditional(value.Type, AllOf(headers, value.Source), value,
            new BoundConstant(ScalarType.Int64, 0L, value.Source), value.Source)
        {
            IsImplied = true,
        };

    /// <summary>Whether the packet has all of some headers.</summary>
    public static BoundExpression AllOf(IReadOnlyList<PacketHeader> headers, SourceSpan? source) =>
        Guard(headers.SkipLast(1).ToList(), new BoundHeaderTest(headers[^1], source));

    /// <summary>Makes a condition of operands, which is constant where a header of theirs is absent.</summary>
    /// <param name="written">The operands as their author wrote them.</param>
    /// <param name="operands">The operands.</param>
    /// <param name="make">Makes the condition of the operands.</param>
    /// <param name="whenAbsent">The value of the condition if a header is absent.</param>
    public BoundExpression Guard(IReadOnlyList<Expression> written, BoundExpression[] operands,
        Func<BoundExpression[], BoundExpression> make, bool whenAbsent = false)
    {
        var headers = HeadersOf(written);
        if (headers.Count == 0) return make(operands);
        if (!written.Any(one => HasEffects(one, headers))) return Guard(headers, make(operands), whenAbsent);
        // The operands are computed first, so that their effects do not depend on the headers.
        var locals = operands.Select(o => o is BoundConstant ? null : new BoundLocal("operand", o.Type)).ToArray();
        var condition = Guard(headers, make([.. operands.Zip(locals, (operand, local) =>
            local is null ? operand : new BoundLocalAccess(local, operand.Source))]), whenAbsent);
        for (var i = operands.Length - 1; i >= 0; i--)
        {
            if (locals[i] is not { } local) continue;
            condition = new BoundLet(local, operands[i], condition, condition.Source) { Headers = headers };
        }

        return condition;
    }

    /// <summary>A condition that is constant where one of the headers is absent.</summary>
    public static BoundExpression Guard(IReadOnlyList<PacketHeader> headers, BoundExpression condition,
        bool whenAbsent = false)
    {
        foreach (var header in headers.Reverse())
        {
            BoundExpression test = new BoundHeaderTest(header, condition.Source);
            if (whenAbsent) test = new BoundUnary(ScalarType.Boolean, UnaryOperator.LogicalNot, test, test.Source);
            condition = new BoundBinary(ScalarType.Boolean,
                whenAbsent ? BinaryOperator.LogicalOr : BinaryOperator.LogicalAnd, test, condition, ScalarType.Boolean,
                condition.Source);
        }

        return condition;
    }

    /// <summary>Whether a condition is false wherever a header is absent, as its form shows.</summary>
    public static bool Needs(BoundExpression condition, PacketHeader header) => condition switch
    {
        BoundHeaderTest test => test.Header == header,
        BoundBinary { Operator: BinaryOperator.LogicalAnd } and =>
            Needs(and.Left, header) || Needs(and.Right, header),
        BoundBinary { Operator: BinaryOperator.LogicalOr } or => Needs(or.Left, header) && Needs(or.Right, header),
        _ => false,
    };

    private IEnumerable<PacketHeader> Headers(Expression value) => value switch
    {
        HeaderFieldExpression field => [field.Header],
        LocalExpression local => _compared.GetValueOrDefault(local.Local, []),
        LetExpression let => Headers(let.Body),
        CastExpression { Type: not ScalarType { IsBoolean: true } } cast => Headers(cast.Operand),
        UnaryExpression { Operator: not UnaryOperator.LogicalNot } unary => Headers(unary.Operand),
        BinaryExpression { Operator: < BinaryOperator.Equal or > BinaryOperator.LogicalXor } binary =>
            Headers(binary.Left).Concat(Headers(binary.Right)),
        FieldExpression field => Headers(field.Target),
        IndexExpression index => Headers(index.Target),
        PacketReadExpression read => Headers(read.Offset),
        StructExpression record => record.Fields.SelectMany(field => Headers(field.Value)),
        _ => [],
    };
}
