using System.Reflection;

namespace EbpfCat.Kernel;

/// <summary>
/// What the enumerations of this layer say about their members: the first kernel and the capabilities.
/// </summary>
internal static class KernelFacts
{
    /// <summary>The version of the running kernel, from uname(2): at most the first three numbers.</summary>
    public static Version RunningVersion { get; } = Environment.OSVersion.Version is var all && all.Build >= 0
        ? new Version(all.Major, all.Minor, all.Build)
        : all;

    /// <summary>
    /// The first version of Linux that has <paramref name="thing"/>, or null where that is not known.
    /// </summary>
    /// <param name="thing">
    /// A member of an enumeration of this layer, such as <see cref="BpfMapType.RingBuffer"/>.
    /// </param>
    public static Version? Since(Enum thing) => Attribute<SinceAttribute>(thing)?.Version;

    /// <summary>The capabilities that the use of <paramref name="thing"/> needs.</summary>
    /// <param name="thing">A member of an enumeration of this layer, such as <see cref="BpfProgramType.Xdp"/>.</param>
    public static IReadOnlyList<Capability> Requires(Enum thing) =>
        Attribute<RequiresAttribute>(thing)?.Capabilities ?? [];

    /// <summary>The members of an enumeration of flags that are set in <paramref name="flags"/>.</summary>
    /// <param name="flags">The flags.</param>
    /// <typeparam name="T">The enumeration.</typeparam>
    internal static IEnumerable<Enum> Members<T>(T flags)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(flag => !flag.Equals(default(T)) && flags.HasFlag(flag)).Cast<Enum>();

    private static T? Attribute<T>(Enum thing)
        where T : Attribute
    {
        ArgumentNullException.ThrowIfNull(thing);
        return thing.GetType().GetField(thing.ToString())?.GetCustomAttribute<T>();
    }
}
