namespace EbpfCat.ScriptBlocks;

/// <summary>The PowerShell session of a kernel script: it computes what is constant to the kernel.</summary>
public interface IScriptEvaluator
{
    /// <summary>The names of the session's variables, for suggestions.</summary>
    IReadOnlyCollection<string> VariableNames { get; }

    /// <summary>A variable of the caller's: what <c>$using:name</c> takes.</summary>
    /// <param name="name">The name, without <c>$</c>.</param>
    /// <param name="value">Its value, which may be null.</param>
    /// <returns>Whether there is such a variable.</returns>
    bool TryGetVariable(string name, out object? value);

    /// <summary>Runs a script and gives what it puts out: null for nothing, an array for several objects.</summary>
    /// <param name="script">The script's text.</param>
    /// <param name="variables">Variables that it finds set, by name.</param>
    object? Evaluate(string script, IReadOnlyDictionary<string, object?> variables);
}
