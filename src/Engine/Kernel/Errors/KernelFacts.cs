using System.Reflection;

namespace EbpfCat.Kernel;

/// <summary>The facts in attributes of a kernel enumeration's members: first version and capabilities.</summary>
internal static class KernelFacts
{
    /// <summary>The version of the running kernel, from uname(2): up to three numbers.</summary>
    public static Version RunningVersion { get; } = Environment.OSVersion.Version is var full && full.Build >= 0
        ? new Version(full.Major, full.Minor, full.Build) : full;

    /// <summary>The first version of Linux that has a feature, or null if it is not known.</summary>
    /// <param name="feature">A member of an enumeration, such as <see cref="BpfMapType.RingBuffer"/>.</param>
    public static Version? Since(Enum feature) => Attribute<SinceAttribute>(feature)?.Version;

    /// <summary>The capabilities that the use of a feature needs.</summary>
    /// <param name="feature">A member of an enumeration, such as <see cref="BpfProgramType.Xdp"/>.</param>
    public static IReadOnlyList<Capability> Requires(Enum feature) =>
        Attribute<RequiresAttribute>(feature)?.Capabilities ?? [];

    /// <summary>The members of an enumeration of flags that are set in <paramref name="flags"/>.</summary>
    internal static IEnumerable<Enum> Members<T>(T flags)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(flag => !flag.Equals(default(T)) && flags.HasFlag(flag)).Cast<Enum>();

    private static T? Attribute<T>(Enum feature)
        where T : Attribute => feature.GetType().GetField(feature.ToString())?.GetCustomAttribute<T>();
}
