using System.Management.Automation.Host;

namespace EbpfCat.Commands;

/// <summary>Asks before what the user may not expect, beyond the confirmation of the command itself.</summary>
internal static class Confirmation
{
    /// <summary>
    /// Whether to go on. Nothing is asked where <c>-Confirm</c> says so, or <c>$ConfirmPreference</c> is None; where
    /// nobody can answer, the command fails.
    /// </summary>
    /// <param name="id">The id of the error where nobody can answer.</param>
    /// <param name="consequence">What will happen: whole sentences.</param>
    public static bool Ask(PSCmdlet command, string id, string consequence)
    {
        if (command.MyInvocation.BoundParameters.ContainsKey("Confirm")) return true;
        if (Equals(command.GetVariableValue("ConfirmPreference")?.ToString(), nameof(ConfirmImpact.None))) return true;
        try
        {
            if (!Console.IsInputRedirected) return command.ShouldContinue($"{consequence} Go on?", "Confirm");
        }
        catch (Exception exception) when (exception is PSInvalidOperationException or HostException)
        {
            // The host has no user.
        }

        command.ThrowTerminatingError(new ErrorRecord(
            new InvalidOperationException($"{consequence} Say -Confirm:$false to do that."), id,
            ErrorCategory.PermissionDenied, null));
        return false;
    }
}
