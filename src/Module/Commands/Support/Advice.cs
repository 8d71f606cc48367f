using System.Globalization;
using EbpfCat.Kernel;

namespace EbpfCat.Commands;

/// <summary>
/// The parameters and cmdlets that mend an error of the engine, by the error's id: the engine itself knows none.
/// </summary>
internal static class Advice
{
    private static readonly Dictionary<string, string> ById = new()
    {
        ["WrongProgramType"] = "Declare it with -Type {0}.",
        ["WrongHook"] = "Declare it with -Hook {0}, or without -Hook.",
        ["WrongTarget"] = "Declare it without -Target: then it is taken from here.",
        ["InterfaceOccupied"] = "Use -Force to replace it, or detach it first: Remove-XdpAttachment -InterfaceName {0}.",
        ["NativeModeRefused"] =
            "Use -Mode Generic or -Mode Best; some drivers need a smaller MTU, fewer queues or no LRO.",
        ["OffloadRefused"] = "Use -Mode Native, Generic or Best.",
        ["PinExists"] = "Choose another name, remove the old pin, or use -Force.",
    };

    /// <summary>The same error with advice for PowerShell, where the table has some.</summary>
    public static KernelException Complete(KernelException error) =>
        error.Id is { } id && ById.TryGetValue(id, out var advice)
            ? new KernelException(
                error.Operation, error.Errno, error.Cause,
                string.Format(CultureInfo.InvariantCulture, advice, [.. error.Arguments]),
                error.MissingCapabilities, error.RequiredVersion, error.Lockdown)
            : error;
}
