using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>What the running kernel may be too old for.</summary>
internal static class Newer
{
    /// <summary>
    /// Whether the kernel is older than a thing. Then its use has been refused with an error that names the version that has
    /// it, and nothing is left to be tested.
    /// </summary>
    /// <param name="thing">A member of an enumeration of the kernel layer.</param>
    /// <param name="use">Uses it.</param>
    public static bool IsRefused(Enum thing, Action use)
    {
        var since = KernelFacts.Since(thing)!;
        if (KernelFacts.RunningVersion >= since) return false;
        var refusal = Assert.Throws<KernelException>(use);
        Assert.Equal(since, refusal.RequiredVersion);
        Assert.Contains($"needs Linux {since}, this is {KernelFacts.RunningVersion}", refusal.Message, StringComparison.Ordinal);
        return true;
    }
}
