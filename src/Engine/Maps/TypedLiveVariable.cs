namespace EbpfCat.Maps;

/// <summary>
/// A variable that a program in the kernel and user space share, of a .NET type. Reading and setting allocates nothing
/// where the variable has array storage. Safe for several threads.
/// </summary>
public sealed class LiveVariable<[DynamicallyAccessedMembers(NetStructs.Fields)] T>
{
    private const int MaxOnStack = 512;

    private readonly TypedCodec<T> _codec;

    internal LiveVariable(LiveVariable variable)
    {
        Variable = variable;
        try
        {
            _codec = TypedCodec<T>.For(variable.Type);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"The variable '{variable.Name}': {error.Message}", error);
        }
    }

    /// <summary>The variable, with its value as an object.</summary>
    public LiveVariable Variable { get; }

    /// <summary>The value. Of per-CPU storage it can only be set, for every processor.</summary>
    /// <exception cref="NotSupportedException">It is read, and has per-CPU storage.</exception>
    /// <exception cref="TypeConversionException">The value does not fit the type; nothing is changed.</exception>
    public T Value
    {
        get
        {
            if (Variable.Map.IsPerCpu)
            {
                throw new NotSupportedException(
                    $"The variable '{Variable.Name}' has a value for each processor: use Sum or PerCpuValues.");
            }

            var size = Variable.Type.Size;
            Span<byte> bytes = size <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[size];
            Variable.ReadBytes(bytes[..size]);
            return _codec.Read(bytes);
        }

        set
        {
            var size = Variable.Type.Size;
            Span<byte> bytes = size <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[size];
            bytes = bytes[..size];
            bytes.Clear();
            try
            {
                _codec.Write(value, bytes);
            }
            catch (TypeConversionException error)
            {
                throw error.Within(Variable.Name);
            }

            Variable.WriteBytes(bytes);
        }
    }

    /// <summary>The values of per-CPU storage, one for each possible processor; of other storage the value.</summary>
    public IReadOnlyList<T> PerCpuValues
    {
        get
        {
            var bytes = Variable.ReadEach();
            var values = new T[bytes.Length / Variable.Type.Size];
            for (var index = 0; index < values.Length; index++)
                values[index] = _codec.Read(bytes.AsSpan(index * Variable.Type.Size));
            return values;
        }
    }

    /// <summary>Adds up the values of all processors, structs field by field.</summary>
    /// <exception cref="NotSupportedException">The variable is neither a number nor a struct of numbers.</exception>
    public T Sum() => TypedCodec<T>.CanAdd(Variable.Type)
        ? _codec.Sum(Variable.ReadEach(), Variable.Type.Size, Variable.Type)
        : throw new NotSupportedException(
            $"The variable '{Variable.Name}' is {Variable.Type.Name}: neither a number nor a struct of numbers.");

    /// <summary>Name and type.</summary>
    public override string ToString() => Variable.ToString();
}
