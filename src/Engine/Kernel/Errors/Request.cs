namespace EbpfCat.Kernel;

/// <summary>What is asked of the kernel, told only when it refuses: enough to find cause and remedy.</summary>
internal readonly struct Request
{
    /// <summary>What is asked, to follow "cannot".</summary>
    public required string Operation { get; init; }

    /// <summary>The command of bpf(2), where it is one.</summary>
    public BpfCommand? Command { get; init; }

    /// <summary>The members of this layer's enumerations in the request, for versions and capabilities.</summary>
    public IReadOnlyList<Enum> Uses { get; init; }

    /// <summary>The capabilities needed beyond those.</summary>
    public IReadOnlyList<Capability> Capabilities { get; init; }

    /// <summary>What the kernel itself said of the cause, as rtnetlink's extended acknowledgement does.</summary>
    public string? KernelMessage { get; init; }

    /// <summary>Everything whose version and capabilities count.</summary>
    public IEnumerable<Enum> Facts => Command is { } command ? [command, .. Uses ?? []] : Uses ?? [];
}
