using System.Numerics;

namespace EbpfCat.Compiler;

/// <summary>A set of small numbers, of registers or of stack slots, as bits.</summary>
internal sealed class NumberSet(int capacity)
{
    private readonly ulong[] _words = new ulong[(capacity + 63) / 64];

    public bool Contains(int number) => (_words[number >> 6] & (1UL << (number & 63))) != 0;

    public void Add(int number) => _words[number >> 6] |= 1UL << (number & 63);

    public void Remove(int number) => _words[number >> 6] &= ~(1UL << (number & 63));

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

    public void CopyFrom(NumberSet other) => other._words.CopyTo(_words, 0);

    public void Clear() => Array.Clear(_words);

    public IEnumerable<int> Members()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                yield return (i << 6) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>Calls an action for each member, without allocating.</summary>
    public void ForEach<T>(T state, Action<T, int> action)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                action(state, (i << 6) + BitOperations.TrailingZeroCount(word));
            }
        }
    }
}
