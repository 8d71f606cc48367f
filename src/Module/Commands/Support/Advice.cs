namespace EbpfCat.Commands;

/// <summary>The parameters and cmdlets that mend an error of the engine, by its id: the engine knows none.</summary>
internal static class Advice
{
    private static readonly Dictionary<string, string> ById = new()
    {
        ["WrongProgramType"] = "Declare it with -Type {0}.",
        ["WrongHook"] = "Declare it with -Hook {0}, or without -Hook.",
        ["WrongTarget"] = "Declare it without -Target: then it is taken from here.",
        ["InterfaceOccupied"] =
            "Use -Force to replace it, or detach it first: Remove-XdpAttachment -InterfaceName {0}.",
        ["NativeModeRefused"] =
            "Use -Mode Generic or -Mode Best; some drivers need a smaller MTU, fewer queues or no LRO.",
        ["NeedsTcx"] = "Use -Priority: filters with smaller numbers run first.",
        ["NeighborIsFilter"] = "Use -Priority with a smaller number to run before it, a greater one to run after it.",
        ["OffloadRefused"] = "Use -Mode Native, Generic or Best.",
        [DiagnosticIds.AddressAsText] =
            "Add-EbpfMap networks -Type LpmTrie -Key prefix4 -Value byte -MaxEntries 64 declares a map of networks, "
            + "and $address -in $networks asks it; ([uint32]$address -band 0xff000000) -eq 0x0a000000 is a mask.",
        [DiagnosticIds.NoEvent] = "Write $packet.Length, $packet.IPv4.Source or $packet.UInt16(12).",
        [DiagnosticIds.NoInnerMap] = "Add-EbpfMap takes it as -InnerMap.",
        [DiagnosticIds.NoOrder] = "Use -eq or -ne, and for texts -like 'prefix*'.",
        [DiagnosticIds.NotAnAggregate] = "A variable takes it as -Type, a map as -Value.",
        [DiagnosticIds.NoTarget] = "Trace-Ebpf and the attachment cmdlets do that.",
        [DiagnosticIds.NotComparable] =
            "An address is written as [ipaddress]'10.0.0.1', a beginning as -like 'prefix*'.",
        [DiagnosticIds.UndeclaredMap] = "Add-EbpfMap declares it.",
        [DiagnosticIds.UndeclaredVariable] = "Add-EbpfVariable declares it.",
        [DiagnosticIds.UnknownSign] = "For an int write [int]$return or [int]$event.arg0.",
        [DiagnosticIds.UnnamedPrograms] = "Add-EbpfMap -Programs gives their names.",
        [DiagnosticIds.VariableTooLarge] = "Declare it with -Storage Array.",
        ["PinDirectoryNotEmpty"] = "Use -Recurse to remove them too.",
        ["PinExists"] = "Choose another name, or remove the old one: Remove-EbpfAttachment -Pin {0}.",
    };

    /// <summary>The same error with advice for PowerShell, where the table has some.</summary>
    public static KernelException Complete(KernelException error) =>
        error.Id is { } id && ById.TryGetValue(id, out var advice)
            ? new KernelException(
                error.Operation, error.Errno, error.Cause,
                string.Format(CultureInfo.InvariantCulture, advice, [.. error.Arguments]),
                error.MissingCapabilities, error.RequiredVersion, error.Lockdown)
            : error;

    /// <summary>The same errors with advice for PowerShell, where the table has some.</summary>
    public static CompileException Complete(CompileException error) =>
        error.Diagnostics.Any(diagnostic => ById.ContainsKey(diagnostic.Id))
            ? new CompileException([.. error.Diagnostics.Select(Complete)]) : error;

    /// <summary>The same problem with advice for PowerShell, where the table has some.</summary>
    public static Diagnostic Complete(Diagnostic diagnostic) => ById.TryGetValue(diagnostic.Id, out var advice)
        ? diagnostic with { Suggestion = $"{diagnostic.Suggestion} {advice}".TrimStart() } : diagnostic;
}
