namespace EbpfCat.Compiler;

/// <summary>
/// Finds the immediate dominators of a control flow graph: "A Simple, Fast Dominance Algorithm" by Cooper, Harvey and
/// Kennedy.
/// </summary>
internal static class ImmediateDominators
{
    /// <summary>Finds the immediate dominator of each block; the entry has itself.</summary>
    /// <param name="predecessors">The predecessors of each block, blocks numbered in reverse postorder.</param>
    public static int[] Find(IReadOnlyList<List<int>> predecessors)
    {
        // Walking up from the latest block first, each step up is made once where many blocks join.
        foreach (var list in predecessors) list.Sort(static (a, b) => b.CompareTo(a));
        var immediate = new int[predecessors.Count];
        Array.Fill(immediate, -1);
        immediate[0] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var block = 1; block < immediate.Length; block++)
            {
                var dominator = -1;
                foreach (var predecessor in predecessors[block])
                {
                    if (immediate[predecessor] < 0) continue;
                    dominator = dominator < 0 ? predecessor : Meet(immediate, dominator, predecessor);
                }

                changed |= dominator != immediate[block];
                immediate[block] = dominator;
            }
        }

        return immediate;
    }

    private static int Meet(int[] immediate, int a, int b)
    {
        while (a != b)
        {
            while (a > b) a = immediate[a];
            while (b > a) b = immediate[b];
        }

        return a;
    }
}
