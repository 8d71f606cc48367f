namespace EbpfCat.ScriptBlocks;

/// <summary>Evaluates in a live session.</summary>
/// <param name="session">The caller's session state, as a cmdlet has it.</param>
public sealed class SessionEvaluator(SessionState session) : IScriptEvaluator
{
    public IReadOnlyCollection<string> VariableNames =>
        session.InvokeProvider.ChildItem.GetNames("variable:", ReturnContainers.ReturnAllContainers, recurse: false);

    public bool TryGetVariable(string name, out object? value)
    {
        var variable = session.PSVariable.Get(name);
        value = variable?.Value;
        return variable is not null;
    }

    public object? Evaluate(string script, IReadOnlyDictionary<string, object?> variables)
    {
        // An error that only prints and goes on would leave the program with a wrong constant.
        List<PSVariable> defined = [new("ErrorActionPreference", ActionPreference.Stop)];
        defined.AddRange(variables.Select(pair => new PSVariable(pair.Key, pair.Value)));
        var results = ScriptBlock.Create(script).InvokeWithContext([], defined);
        return results.Count switch
        {
            0 => null,
            1 => results[0],
            _ => results.ToArray(),
        };
    }
}
