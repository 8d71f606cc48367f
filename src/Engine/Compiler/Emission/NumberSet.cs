using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>A set of small numbers as bits.</summary>
internal sealed class NumberSet(int capacity)
{
    private readonly ulong[] _words = new ulong[(capacity + 63) / 64];

    public bool Contains(int number) => (_words[number >> 6] & (1UL << (number & 63))) != 0;

    public void Add(int number) => _words[number >> 6] |= 1UL << (number & 63);

    /// <summary>Adds all of another set; true if that changed anything.</summary>
    public bool AddAll(NumberSet other)
    {
        var changed = false;
        for (var i = 0; i < _words.Length; i++)
        {
            var merged = _words[i] | other._words[i];
            changed |= merged != _words[i];
            _words[i] = merged;
        }

        return changed;
    }

    public IEnumerable<int> Members()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
                yield return (i << 6) + BitOperations.TrailingZeroCount(word);
        }
    }
}
