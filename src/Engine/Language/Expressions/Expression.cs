using System.Net;
using System.Net.NetworkInformation;

namespace EbpfCat.Language;

// == and != build expressions; identity is what Equals and GetHashCode mean here.
#pragma warning disable CS0660, CS0661

/// <summary>
/// A value that the kernel program computes. C# operators on expressions build larger expressions: nothing is
/// computed until the program runs in the kernel. For "and" and "or" with short circuit there are
/// <see cref="And"/> and <see cref="Or"/>; <c>&amp;</c> and <c>|</c> work on bits.
/// </summary>
public abstract class Expression
{
    private SourceSpan? _source;

    /// <summary>The place in the source.</summary>
    public SourceSpan? Source
    {
        get => _source;
        init => _source = value;
    }

    /// <summary>Sets where it is written, unless that is known.</summary>
    public void SetSource(SourceSpan source) => _source ??= source;

    /// <summary>A constant: an integer, a float or decimal (fixed-point), a bool, a string, an address.</summary>
    public static ConstantExpression Constant(object value) => new(value);

    /// <summary>Both are true; the right side is computed only if the left one is true.</summary>
    public Expression And(Expression right) => new BinaryExpression(BinaryOperator.LogicalAnd, this, right);

    /// <summary>At least one is true; the right side is computed only if the left one is false.</summary>
    public Expression Or(Expression right) => new BinaryExpression(BinaryOperator.LogicalOr, this, right);

    /// <summary>Exactly one is true.</summary>
    public Expression Xor(Expression right) => new BinaryExpression(BinaryOperator.LogicalXor, this, right);

    /// <summary>Whether it equals one of several values.</summary>
    public Expression In(IReadOnlyList<Expression> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Select(value => this == value).DefaultIfEmpty(false).Aggregate((any, one) => any.Or(one));
    }

    /// <summary>Whether a string begins with a constant, without regard to ASCII case.</summary>
    public Expression StartsWith(string prefix) => new BinaryExpression(BinaryOperator.StartsWith, this, prefix);

    /// <summary>The smaller of two numbers.</summary>
    public Expression Min(Expression right) => new BinaryExpression(BinaryOperator.Minimum, this, right);

    /// <summary>The larger of two numbers.</summary>
    public Expression Max(Expression right) => new BinaryExpression(BinaryOperator.Maximum, this, right);

    /// <summary>The number without its sign.</summary>
    public Expression Abs() => new UnaryExpression(UnaryOperator.Absolute, this);

    /// <summary>The largest integer that is not above the number.</summary>
    public Expression Floor() => new UnaryExpression(UnaryOperator.Floor, this);

    /// <summary>The smallest integer that is not below the number.</summary>
    public Expression Ceiling() => new UnaryExpression(UnaryOperator.Ceiling, this);

    /// <summary>The nearest integer; of two the even one.</summary>
    public Expression Round() => new UnaryExpression(UnaryOperator.Round, this);

    /// <summary>
    /// The bytes of an integer in reverse order: from the processor's to network order, and back. The width is that of
    /// its type, which must be declared or cast to.
    /// </summary>
    public Expression ReverseBytes() => new UnaryExpression(UnaryOperator.ReverseBytes, this);

    /// <summary>Integer division: the largest whole number that is not above the quotient.</summary>
    public Expression FloorDivide(Expression right) => new BinaryExpression(BinaryOperator.FloorDivide, this, right);

    /// <summary>Converts as an assignment does: integers wrap, fixed-point numbers lose their fraction.</summary>
    public Expression Cast(EbpfType type) => new CastExpression(type, this);

    /// <summary>The string that a pointer points to.</summary>
    public TextExpression AsText() => new(this);

    /// <summary>A field of a struct.</summary>
    public FieldExpression Field(string name) => new(this, name);

    /// <summary>An element of an array, by its index from 0.</summary>
    public IndexExpression Element(Expression index) => new(this, index);

    /// <summary>A struct, as a key or value of a map. Its place gives the type; absent fields are zero.</summary>
    public static StructExpression Struct(IEnumerable<(string Name, Expression Value)> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
    }

    /// <summary>Counts a number in this histogram or statistics; the result is whether there was room.</summary>
    public ObserveExpression Observe(Expression value) => new(this, value);

    /// <summary>The number of elements of an array, or of bytes of a text before its NUL.</summary>
    public FieldExpression Count() => new(this, FieldExpression.CountName);

    /// <summary>An array of numbers, each converted to the type of the elements.</summary>
    /// <param name="element">The type of the elements.</param>
    /// <param name="values">The elements, at least one.</param>
    public static Expression Array(ScalarType element, params IReadOnlyList<Expression> values)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentNullException.ThrowIfNull(values);
        return new CastExpression(ArrayType.Of(element, values.Count), new StructExpression([.. values.Select(
            (value, i) => KeyValuePair.Create($"{i}", (Expression)new CastExpression(element, value)))]));
    }

    /// <summary>One of two values, by a condition.</summary>
    public static Expression Conditional(Expression condition, Expression whenTrue, Expression whenFalse) =>
        new ConditionalExpression(condition, whenTrue, whenFalse);

    /// <summary>A call of a kernel helper by name or number.</summary>
    public static Expression CallHelper(string name, params Expression[] arguments) =>
        new HelperCallExpression(name, arguments);

#pragma warning disable CS1591 // The operators mean what they mean in C#, but for those documented.
    public static implicit operator Expression(int value) => new ConstantExpression((long)value);
    public static implicit operator Expression(long value) => new ConstantExpression(value);
    public static implicit operator Expression(uint value) => new ConstantExpression((long)value);
    public static implicit operator Expression(ulong value) => new ConstantExpression(value);
    public static implicit operator Expression(byte value) => new ConstantExpression((long)value);
    public static implicit operator Expression(sbyte value) => new ConstantExpression((long)value);
    public static implicit operator Expression(short value) => new ConstantExpression((long)value);
    public static implicit operator Expression(ushort value) => new ConstantExpression((long)value);
    public static implicit operator Expression(bool value) => new ConstantExpression(value);
    public static implicit operator Expression(double value) => new ConstantExpression(value);
    public static implicit operator Expression(string value) => new ConstantExpression(value);
    public static implicit operator Expression(XdpVerdict value) => new ConstantExpression(value);
    public static implicit operator Expression(TcVerdict value) => new ConstantExpression(value);
    public static implicit operator Expression(SocketFilterVerdict value) => new ConstantExpression(value);
    public static implicit operator Expression(CgroupVerdict value) => new ConstantExpression(value);
    public static implicit operator Expression(LsmVerdict value) => new ConstantExpression(value);
    public static implicit operator Expression(IPAddress value) => new ConstantExpression(value);
    public static implicit operator Expression(PhysicalAddress value) => new ConstantExpression(value);

    public static Expression operator +(Expression a, Expression b) => new BinaryExpression(BinaryOperator.Add, a, b);
    public static Expression operator -(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Subtract, a, b);
    public static Expression operator *(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Multiply, a, b);

    /// <summary>True division: the result is a fixed-point number.</summary>
    public static Expression operator /(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Divide, a, b);
    public static Expression operator %(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Remainder, a, b);
    public static Expression operator &(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.BitAnd, a, b);
    public static Expression operator |(Expression a, Expression b) => new BinaryExpression(BinaryOperator.BitOr, a, b);
    public static Expression operator ^(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.BitXor, a, b);
    public static Expression operator <<(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.ShiftLeft, a, b);
    public static Expression operator >>(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.ShiftRight, a, b);
    public static Expression operator ==(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Equal, a, b);
    public static Expression operator !=(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.NotEqual, a, b);
    public static Expression operator <(Expression a, Expression b) => new BinaryExpression(BinaryOperator.Less, a, b);
    public static Expression operator <=(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.LessOrEqual, a, b);
    public static Expression operator >(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.Greater, a, b);
    public static Expression operator >=(Expression a, Expression b) =>
        new BinaryExpression(BinaryOperator.GreaterOrEqual, a, b);
    public static Expression operator -(Expression a) => new UnaryExpression(UnaryOperator.Negate, a);
    public static Expression operator ~(Expression a) => new UnaryExpression(UnaryOperator.BitNot, a);
    public static Expression operator !(Expression a) => new UnaryExpression(UnaryOperator.LogicalNot, a);
#pragma warning restore CS1591
}
