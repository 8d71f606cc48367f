using System.Diagnostics.CodeAnalysis;
using EbpfCat.Types;

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
        /// <param name="name">The name of the map.</param>
        /// <param name="type">The kind of the map.</param>
        /// <param name="maxEntries">The maximum number of entries.</param>
        /// <param name="flags">How the map is made, besides what its kind needs.</param>
        /// <exception cref="ArgumentException">A .NET type has no kernel type.</exception>
        /// <exception cref="CompileException">The name is taken.</exception>
        /// <example>
        /// <code>
        /// var sources = definition.AddMap&lt;IPAddress, ulong&gt;("sources", MapType.LruHash, 4096);
        /// </code>
        /// </example>
        public Map AddMap<
            [DynamicallyAccessedMembers(NetStructs.Fields)] TKey,
            [DynamicallyAccessedMembers(NetStructs.Fields)] TValue>(
            string name, MapType type, int maxEntries, MapFlags flags = MapFlags.None)
        {
            ArgumentNullException.ThrowIfNull(definition);
            return definition.AddMap(
                name, type, NetStructs.TypeOf<TKey>(), NetStructs.TypeOf<TValue>(), maxEntries, flags);
        }

        /// <summary>Declares a shared variable with the kernel type of a .NET type.</summary>
        /// <typeparam name="T">The type: see <see cref="AddMap{TKey, TValue}"/>.</typeparam>
        /// <param name="name">The name of the variable.</param>
        /// <param name="storage">Where it lives.</param>
        /// <exception cref="ArgumentException">The .NET type has no kernel type.</exception>
        /// <exception cref="CompileException">The name is taken.</exception>
        public VariableExpression AddVariable<[DynamicallyAccessedMembers(NetStructs.Fields)] T>(
            string name, VariableStorage storage = VariableStorage.Array)
        {
            ArgumentNullException.ThrowIfNull(definition);
            return definition.AddVariable(name, NetStructs.TypeOf<T>(), storage);
        }
    }
}
