using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

/// <summary>What the running kernel may be too old for.</summary>
internal static class Newer
{
    /// <summary>
    /// Whether the kernel is older than a thing. Then its use has been refused with an error that names the version
    /// that has it, and nothing is left to be tested.
    /// </summary>
    /// <param name="thing">A member of an enumeration of the kernel layer.</param>
    /// <param name="use">Uses it.</param>
    public static bool IsRefused(Enum thing, Action use) => IsRefused(KernelFacts.Since(thing)!, use);

    /// <summary>
    /// Whether the kernel is older than a version. Then the use of what came with it has been refused.
    /// </summary>
    /// <param name="since">The version.</param>
    /// <param name="use">Uses what came with it.</param>
    public static bool IsRefused(Version since, Action use)
    {
        if (KernelFacts.RunningVersion >= since) return false;
        var refusal = Assert.ThrowsAny<KernelException>(use);
        Assert.Equal(since, refusal.RequiredVersion);
        Assert.Contains($"Linux {since}", refusal.Message, StringComparison.Ordinal);
        return true;
    }
}
