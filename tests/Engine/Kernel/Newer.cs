using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>Checks for features that the running kernel can be too old for.</summary>
internal static class Newer
{
    /// <summary>
    /// Whether the kernel is older than a feature. Then this checks that its use is refused with an error that names
    /// the kernel version, and there is nothing else to test.
    /// </summary>
    /// <param name="thing">A member of an enumeration of the kernel layer.</param>
    /// <param name="use">Uses the feature.</param>
    public static bool IsRefused(Enum thing, Action use) => IsRefused(KernelFacts.Since(thing)!, use);

    /// <summary>
    /// Whether the kernel is older than a version. Then this checks that the use of its feature is refused.
    /// </summary>
    /// <param name="since">The version.</param>
    /// <param name="use">Uses the feature.</param>
    public static bool IsRefused(Version since, Action use)
    {
        if (KernelFacts.RunningVersion >= since) return false;
        var refusal = Assert.ThrowsAny<KernelException>(use);
        Assert.Equal(since, refusal.RequiredVersion);
        Assert.Contains($"Linux {since}", refusal.Message, StringComparison.Ordinal);
        return true;
    }
}
