using FsCheck;
using FsCheck.Fluent;

namespace EbpfCat.Tests.Reference;

/// <summary>Generators made of others.</summary>
internal static class Generators
{
    /// <summary>
    /// Chooses one of several generators by weight, and creates only that one. A weight of 0 excludes it.
    /// </summary>
    public static Gen<T> Weighted<T>(params (int Weight, Func<Gen<T>> Make)[] choices)
    {
        var total = choices.Sum(c => c.Weight);
        return Gen.Choose(1, total).SelectMany(number =>
        {
            foreach (var (weight, make) in choices)
            {
                number -= weight;
                if (number <= 0) return make();
            }

            throw new InvalidOperationException("There is nothing to choose from.");
        });
    }

    /// <summary>A random number of values, from a range.</summary>
    public static Gen<T[]> Several<T>(int least, int most, Gen<T> one) =>
        Gen.Choose(least, most).SelectMany(count => one.ArrayOf(count));

    /// <summary>True once in this many times.</summary>
    public static Gen<bool> OnceIn(int times) => Gen.Choose(1, times).Select(n => n == 1);

    /// <summary>Bytes.</summary>
    public static Gen<byte[]> Bytes(int count) => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(count);
}
