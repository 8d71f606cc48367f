using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Translates what looks like a command: a call of a function of the program, or Write-Debug.</summary>
internal sealed class CommandTranslator(BlockTranslation block)
{
    private const string PutOut = "Put out an object: [pscustomobject]@{ Name = $value }.";

    // The commands that PowerShell users try first, and their counterparts in the kernel.
    private static readonly Dictionary<string, string> Instead = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Write-Host"] = "Write-Debug \"…\" writes to the kernel's trace log.",
        ["Write-Verbose"] = "Write-Debug \"…\" writes to the kernel's trace log.",
        ["Write-Information"] = "Write-Debug \"…\" writes to the kernel's trace log.",
        ["Write-Warning"] = "Write-Debug \"…\" writes to the kernel's trace log.",
        ["Write-Error"] = "Write-Debug \"…\" writes to the kernel's trace log.",
        ["Write-Output"] = PutOut,
        ["echo"] = PutOut,
        ["New-Object"] = PutOut,
        ["ForEach-Object"] = "Write foreach ($i in 0..7) { … }.",
        ["Where-Object"] = "Write if (…) { … }.",
        ["Get-Date"] = "$kernel.Time is the time in nanoseconds since boot.",
        ["Get-Random"] = "$kernel.Random has 32 random bits.",
        ["Get-Process"] = "$process has the .Id, .Name and .UserId of the process.",
        ["Start-Sleep"] = "A kernel program cannot wait; keep $kernel.Time in a variable and compare.",
        ["Set-Variable"] = "Write $name = value.",
        ["Get-Variable"] = "Write $name.",
    };

    /// <summary>Whether a statement is one call of a function of the program.</summary>
    public static bool IsCall(StatementAst statement, FunctionTable functions) =>
        statement is PipelineAst { PipelineElements: [CommandAst command] }
        && functions.Contains(command.GetCommandName());

    public Expression Value(CommandAst command)
    {
        if (command.Redirections.Count > 0) throw block.Expressions.Redirection(command);
        var name = command.GetCommandName();
        if (command.InvocationOperator != TokenKind.Unknown || !block.Program.Functions.Contains(name))
            throw NotInKernel(command, name);
        return block.Program.Functions.Get(name, command) is { } function
            ? block.At(command, new CallExpression(function, Bind(command, function))) : new ErrorExpression();
    }

    /// <summary>The line for the trace log, if the command is Write-Debug; else null.</summary>
    public DebugStatement? Debug(CommandAst command)
    {
        if (!"Write-Debug".Equals(command.GetCommandName(), StringComparison.OrdinalIgnoreCase)) return null;
        if (command.Redirections.Count > 0) throw block.Expressions.Redirection(command);
        var message = command.CommandElements.Skip(1).ToArray() switch
        {
            [ExpressionAst only] => only,
            [CommandParameterAst { Argument: { } joined } parameter] when IsMessage(parameter) => joined,
            [CommandParameterAst { Argument: null } parameter, ExpressionAst named] when IsMessage(parameter) => named,
            _ => throw block.Error(command, DiagnosticIds.WrongArguments, "Write-Debug takes one message.",
                "Write it as Write-Debug \"saw $port\"."),
        };
        return new DebugStatement(new TextTemplate(block).Parts(message));
    }

    /// <summary>The error for a command that is none of the program's functions.</summary>
    private CompileException NotInKernel(CommandAst command, string? name)
    {
        if (name is null || command.InvocationOperator != TokenKind.Unknown)
        {
            return block.Error(command, DiagnosticIds.UnsupportedCommand,
                "Only functions of the program can be called in the kernel, by name.",
                "Write function add($a, $b) { $a + $b } in this script, and call it as add 1 2.");
        }

        var verdicts = ProgramTypes.Get(block.Program.Definition.Type).Verdicts;
        if (command.CommandElements.Count == 1
            && verdicts.Keys.FirstOrDefault(v => v.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } verdict)
        {
            return block.Error(command, DiagnosticIds.UnsupportedCommand, $"{name} without quotes is a command.",
                $"Write the verdict in quotes: '{verdict}'.");
        }

        var advice = Instead.TryGetValue(name, out var instead)
            ? instead == PutOut && verdicts.Count > 0 ? $"Write a verdict by itself. {instead}" : instead
            : SimilarNames.Find(name, [.. block.Program.Functions.Names, "Write-Debug"]) is { Count: > 0 } near
                ? $"Did you mean {string.Join(" or ", near)}?"
                : command.Parent is PipelineAst { Parent: AssignmentStatementAst }
                    ? $"To run it once when the program is built, put it in parentheses: ({command.Extent.Text})."
                    : "Define a function of that name in this script, or do this in user space.";
        return block.Error(command, DiagnosticIds.UnsupportedCommand, $"The command {name} cannot run in the kernel.",
            advice);
    }

    private Expression[] Bind(CommandAst command, Function function)
    {
        var elements = command.CommandElements;
        var given = new Expression?[function.Parameters.Count];
        for (var i = 1; i < elements.Count; i++)
        {
            if (elements[i] is not CommandParameterAst named)
            {
                var free = Array.IndexOf(given, null);
                given[free >= 0 ? free : throw TooMany(command, elements[i], function)] = Argument(elements[i],
                    function);
                continue;
            }

            var index = IndexOf(named, function);
            if (given[index] is not null)
                throw block.Error(named, DiagnosticIds.WrongArguments, $"-{named.ParameterName} is given twice.");
            CommandElementAst? value = named.Argument ?? (i + 1 < elements.Count ? elements[++i] : null);
            given[index] = value is null or CommandParameterAst
                ? throw block.Error(named, DiagnosticIds.WrongArguments, $"-{named.ParameterName} needs a value.",
                    Usage(function))
                : Argument(value, function);
        }

        for (var i = 0; i < given.Length; i++)
        {
            given[i] ??= i < function.Defaults.Count && function.Defaults[i] is { } standing
                ? new ConstantExpression(standing.Value) { Source = standing.Source }
                : throw block.Error(command, DiagnosticIds.WrongArguments,
                    $"The parameter ${function.Parameters[i].Name} is not given.", Usage(function));
        }

        return given!;
    }

    private static bool IsList(CommandElementAst element) => element is ArrayLiteralAst
        || element is ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst inner] } }
            && inner.Expression is ArrayLiteralAst;

    private Expression Argument(CommandElementAst element, Function function) => element switch
    {
        // To PowerShell -1 behind a command is a word.
        StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } word
            when long.TryParse(word.Value, System.Globalization.CultureInfo.InvariantCulture, out var number) =>
                block.At(word, new ConstantExpression(number)),
        _ when IsList(element) =>
            throw block.Error(element, DiagnosticIds.WrongArguments, "A list is not an argument.",
                Usage(function) + " There are no commas between arguments."),
        ExpressionAst value => block.Expressions.Of(value),
        _ => throw block.Error(element, DiagnosticIds.WrongArguments, "This is not an argument.", Usage(function)),
    };

    private int IndexOf(CommandParameterAst named, Function function)
    {
        for (var i = 0; i < function.Parameters.Count; i++)
        {
            if (function.Parameters[i].Name.Equals(named.ParameterName, StringComparison.OrdinalIgnoreCase)) return i;
        }

        throw block.Error(named, DiagnosticIds.WrongArguments,
            $"The function {function.Name} has no parameter -{named.ParameterName}.",
            SimilarNames.Sentence(named.ParameterName, [.. function.Parameters.Select(p => p.Name)], "-"));
    }

    private CompileException TooMany(CommandAst command, Ast element, Function function) =>
        block.Error(element, DiagnosticIds.WrongArguments,
            $"The function {function.Name} takes {function.Parameters.Count} argument(s), not "
                + $"{command.CommandElements.Count - 1}.", Usage(function));

    private static string Usage(Function function) =>
        $"Write {string.Join(' ', [function.Name, .. function.Parameters.Select(p => "$" + p.Name)])}.";

    private static bool IsMessage(CommandParameterAst parameter) =>
        "Message".StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase);
}
