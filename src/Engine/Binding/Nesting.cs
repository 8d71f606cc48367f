namespace EbpfCat.Binding;

/// <summary>Refuses programs nested so deeply that the passes, which recurse, would run out of stack.</summary>
internal static class Nesting
{
    private const int MaxDepth = 500;

    /// <exception cref="CompileException">An expression or statement is nested too deeply.</exception>
    public static void Require(ProgramDefinition program)
    {
        var open = new Stack<(object Node, int Depth)>();
        foreach (var statement in program.Body) open.Push((statement, 0));
        foreach (var statement in program.Functions.SelectMany(function => function.Body)) open.Push((statement, 0));
        while (open.TryPop(out var next))
        {
            var (node, depth) = next;
            if (depth > MaxDepth)
            {
                throw new CompileException(DiagnosticIds.NestedTooDeeply,
                    $"This is nested more than {MaxDepth} levels deep.",
                    (node as Statement)?.Source ?? (node as Expression)?.Source,
                    "Assign parts of it to variables first.");
            }

            if (node is Expression expression)
            {
                foreach (var part in StatementWalker.Parts(expression)) open.Push((part, depth + 1));
                continue;
            }

            var statement = (Statement)node;
            foreach (var root in StatementWalker.Roots(statement)) open.Push((root, depth + 1));
            foreach (var block in StatementWalker.Blocks(statement))
            {
                // An else with nothing but an if is the next link of a chain, which no pass recurses into.
                var isChain = statement is IfStatement { Else: [IfStatement] } branch
                    && ReferenceEquals(block, branch.Else);
                foreach (var inner in block) open.Push((inner, isChain ? depth : depth + 1));
            }
        }
    }
}
