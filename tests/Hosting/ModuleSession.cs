using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using EbpfCat.Commands;
using Xunit.Sdk;
using Xunit.v3;

// The tests that measure time run alone.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace EbpfCat.Tests.Hosting;

/// <summary>A runspace of this thread with the module imported. Commands run on the calling thread.</summary>
internal sealed class ModuleSession : IDisposable
{
    private readonly Runspace _runspace;
    private readonly PowerShell _shell;

    /// <summary>Opens a runspace, and defines functions in it.</summary>
    public ModuleSession(string functions = "")
    {
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule(typeof(NewEbpfProgramCommand).Assembly.Location);
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        _shell = PowerShell.Create(_runspace);
        Invoke($"$ErrorActionPreference = 'Stop'; $WarningPreference = 'SilentlyContinue'\n{functions}");
    }

    /// <summary>Runs a script and gives what it puts out. Every error ends it.</summary>
    public Collection<PSObject> Invoke(string script) => Invoke(commands => commands.AddScript(script));

    /// <summary>Runs a function with one argument, without parsing a script.</summary>
    public Collection<PSObject> Call(string function, object argument) =>
        Invoke(commands => commands.AddCommand(function).AddArgument(argument));

    /// <summary>The error that ends a call of a function: that of the engine, where it comes from there.</summary>
    public Exception? CallError(string function, object argument)
    {
        try
        {
            Call(function, argument);
            return null;
        }
        catch (RuntimeException exception)
        {
            return exception.ErrorRecord.Exception is RuntimeException { InnerException: { } inner }
                ? inner
                : exception.ErrorRecord.Exception;
        }
    }

    public void Dispose()
    {
        _shell.Dispose();
        _runspace.Dispose();
        Runspace.DefaultRunspace = null;
    }

    private Collection<PSObject> Invoke(Action<PowerShell> addCommands)
    {
        _shell.Commands.Clear();
        _shell.Streams.ClearStreams();
        addCommands(_shell);
        return _shell.Invoke();
    }
}
