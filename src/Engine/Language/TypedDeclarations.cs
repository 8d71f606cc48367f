namespace EbpfCat.Language;

/// <summary>Declares maps and variables of .NET types.</summary>
public static class TypedDeclarations
{
    extension(ProgramDefinition definition)
    {
        /// <summary>Declares a map with the kernel types of .NET types.</summary>
        /// <typeparam name="TKey">
        /// The type of the keys: an integer, an enumeration, <see cref="System.Net.IPAddress"/> (16 bytes, IPv4
        /// mapped), a MAC address, a prefix, a time, or a struct of integers and enumerations.
        /// </typeparam>
        /// <typeparam name="TValue">The type of the values, likewise.</typeparam>
        /// <param name="flags">The flags of the map, besides those that its kind needs.</param>
        /// <exception cref="ArgumentException">A .NET type has no kernel type.</exception>
        /// <exception cref="CompileException">The name is taken.</exception>
        /// <example>
        /// <code>
        /// var sources = definition.AddMap&lt;IPAddress, ulong&gt;("sources", MapType.LruHash, 4096);
        /// </code>
        /// </example>
        public Map<TKey, TValue> AddMap<
            [DynamicallyAccessedMembers(NetStructs.Fields)] TKey,
            [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>(
            string name, MapType type, int maxEntries, MapFlags flags = MapFlags.None)
            where TKey : notnull => definition.AddMap<TKey, TValue>(
                name, type, NetStructs.TypeOf<TKey>(), NetStructs.TypeOf<TValue>(), maxEntries, flags);

        /// <summary>Declares a map whose keys and values user space reads as .NET types.</summary>
        /// <example>
        /// <code>
        /// var sizes = definition.AddMap&lt;string, Histogram&gt;(
        ///     "sizes", MapType.LruHash, new StringType(16), HistogramType.Instance, 4096);
        /// </code>
        /// </example>
        public Map<TKey, TValue> AddMap<
            [DynamicallyAccessedMembers(NetStructs.Fields)] TKey,
            [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>(
            string name, MapType type, EbpfType key, EbpfType value, int maxEntries, MapFlags flags = MapFlags.None)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(definition);
            var map = new Map<TKey, TValue>(new Map(name, type, key, value, maxEntries, flags));
            definition.AddMap(map);
            return map;
        }

        /// <summary>Declares a shared variable with the kernel type of a .NET type.</summary>
        /// <typeparam name="T">The type, as for the keys of a map.</typeparam>
        /// <param name="storage">The storage of the variable.</param>
        /// <exception cref="ArgumentException">The .NET type has no kernel type.</exception>
        /// <exception cref="CompileException">The name is taken.</exception>
        public VariableExpression<T> AddVariable<[DynamicallyAccessedMembers(NetStructs.Fields)] T>(
            string name, VariableStorage storage = VariableStorage.Array)
        {
            ArgumentNullException.ThrowIfNull(definition);
            return new(definition.AddVariable(name, NetStructs.TypeOf<T>(), storage).Variable);
        }
    }
}

/// <summary>A map that a program declares, with the .NET types of its keys and values in user space.</summary>
public sealed record Map<
    [DynamicallyAccessedMembers(NetStructs.Fields)] TKey, [DynamicallyAccessedMembers(NetStructs.Fields)] TValue> : Map
    where TKey : notnull
{
    internal Map(Map map)
        : base(map) { }
}

/// <summary>The value of a shared variable, with its .NET type in user space.</summary>
public sealed class VariableExpression<[DynamicallyAccessedMembers(NetStructs.Fields)] T> : VariableExpression
{
    internal VariableExpression(Variable variable)
        : base(variable) { }
}
