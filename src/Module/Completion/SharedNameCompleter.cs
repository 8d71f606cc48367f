using System.Collections;
using System.Management.Automation.Language;

namespace EbpfCat.Completion;

/// <summary>
/// Completes the names of variables and maps: those of the object given, or of the variable that the pipeline begins
/// with. Nothing is run to find out.
/// </summary>
public sealed class SharedNameCompleter() : NameCompleter(Names)
{
    private static List<(string, string)> Names(CompletionRequest request)
    {
        var bound = request.Bound;
        var names = new List<(string, string)>();
        foreach (var owner in bound["Path"] is string path ? [Shared.Open(path)] : Owners(request.Command, bound))
        {
            // Objects that the session does not own are opened only to read their names.
            using var opened = bound["Path"] is null ? Shared.Open(owner) : (IDisposable)owner;
            var shared = Shared.Of(opened ?? owner);
            names.AddRange(shared.Variables.Values.Select(one => (one.Name, $"{one.Name}: {one.Type}")));
            names.AddRange(shared.Maps.Values.Select(
                map => (map.Name, $"{map.Name}: {map.Type}, {map.KeyType} to {map.ValueType}")));
        }

        return names;
    }

    private static IEnumerable<object> Owners(CommandAst command, IDictionary bound)
    {
        var given = bound["InputObject"];
        if (given is null && command.Parent is PipelineAst { PipelineElements: [CommandExpressionAst start, ..] }
            && start.Expression is VariableExpressionAst variable)
        {
            given = Variable(variable.VariablePath.UserPath);
        }

        return Flat(given);
    }

    private static IEnumerable<object> Flat(object? value) => value switch
    {
        null => [],
        PSObject wrapped => Flat(wrapped.BaseObject),
        // Lists in lists have no variables or maps, and a list may hold itself.
        IList several => several.Cast<object?>().Select(item => item is PSObject wrapped ? wrapped.BaseObject : item!)
            .Where(item => item is not (null or IList)),
        _ => [value],
    };

    // A completer is given no session; the runspace's default one is that of the line being typed.
    private static object? Variable(string name)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddCommand("Microsoft.PowerShell.Utility\\Get-Variable")
            .AddParameter("Name", name).AddParameter("ValueOnly").Invoke().ToArray();
    }
}
