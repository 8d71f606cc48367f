namespace EbpfCat.Commands;

/// <summary>The base of commands that attach a program to what processes do.</summary>
public abstract class ProcessAttachmentCommand : PinnableAttachmentCommand, IDynamicParameters
{
    private readonly TargetParameters _targets = new();

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int[] ProcessId { get; set; } = [];

    public object GetDynamicParameters() => _targets;

    /// <summary>Whether the kernel selects one process at this hook. Else a check in the program does.</summary>
    private protected virtual bool HookSelectsProcess => false;

    /// <summary>The process that the hook selects; 0 for none.</summary>
    private protected int SelectedProcess => HookSelectsProcess && ProcessId is [var only] ? only : 0;

    private protected sealed override ProcessFilter? Filter(bool isLoaded)
    {
        var targets = _targets.With(SelectedProcess == 0 ? ProcessId : []);
        if (targets.IsEmpty) return null;
        if (isLoaded)
        {
            throw new ArgumentException("The program is loaded already, and its processes are compiled into it: "
                + "give its definition (New-EbpfProgram), or attach it without parameters that select processes.");
        }

        var filter = targets.Resolve();
        return !filter.NeedsThisProcess || Pin is null ? filter : throw new ArgumentException(
            "A pinned attachment outlasts the session, which -ProcessTree needs to follow new processes.");
    }
}
