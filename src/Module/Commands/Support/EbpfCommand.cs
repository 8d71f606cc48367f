namespace EbpfCat.Commands;

/// <summary>The base of all commands: stops them on request, and turns exceptions into error records.</summary>
public abstract class EbpfCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Cancelled when the pipeline is stopped (Ctrl-C).</summary>
    protected CancellationToken Cancellation => _cancellation.Token;

    /// <summary>
    /// Whether an error ends the pipeline. So it is where a command makes one thing and cannot; a command that goes
    /// through many things reports the error and goes on with the next. A program that does not compile or is refused
    /// always ends it.
    /// </summary>
    protected virtual bool EndsOnError => false;

    /// <summary>The object that an error concerns.</summary>
    protected virtual object? ErrorTarget => null;

    /// <summary>Does the command's work for one object of the pipeline.</summary>
    protected abstract void Process();

    /// <summary>Does what is left when the pipeline has no more objects.</summary>
    protected virtual void Finish() { }

    protected sealed override void ProcessRecord() => Guard(Process);

    protected sealed override void EndProcessing() => Guard(Finish);

    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>Writes an error of this command; ends the pipeline if <see cref="EndsOnError"/> says so.</summary>
    /// <param name="error">The error.</param>
    protected void Report(ErrorRecord error)
    {
        if (EndsOnError) ThrowTerminatingError(error);
        WriteError(error);
    }

    /// <summary>
    /// Writes the warnings that depend on the target of a program that was loaded, and says, if asked, how many of its
    /// loops the kernel's helper runs.
    /// </summary>
    private protected LoadedProgram ReportLoaded(LoadedProgram loaded)
    {
        ReportLoaded([loaded]);
        return loaded;
    }

    /// <summary>Does the same for programs that may have code in common: writes each warning once.</summary>
    private protected void ReportLoaded(IReadOnlyList<LoadedProgram> programs)
    {
        // Those of packet programs are written when code is added.
        var warnings = programs.Where(one => ProgramTypes.Get(one.Type).Packet == PacketAccess.None)
            .SelectMany(one => one.Compiled!.Warnings);
        foreach (var warning in warnings.Distinct()) WriteWarning(Advice.Complete(warning).Sentence);
        foreach (var program in programs)
        {
            // The functions of a compiled program are its loops.
            if (program.Compiled!.Functions.Count - 1 is > 0 and var count)
                WriteVerbose($"The helper bpf_loop runs {count} of the loops of the program '{program.Name}'.");
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the command holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _cancellation.Dispose();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (Errors.Describe(exception, ErrorTarget) is { } error)
        {
            if (exception is VerifierException refusal) WriteVerbose(refusal.Log);
            if (Errors.PlaceOf(exception) is { } place) MyInvocation.DisplayScriptPosition = place;
            if (exception is CompileException or VerifierException) ThrowTerminatingError(error);
            Report(error);
        }
    }
}
