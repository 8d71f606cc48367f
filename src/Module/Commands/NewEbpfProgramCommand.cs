using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Begins the definition of a program.</summary>
[Cmdlet(VerbsCommon.New, "EbpfProgram")]
[OutputType(typeof(ProgramDefinition))]
public sealed class NewEbpfProgramCommand : EbpfCommand
{
    /// <summary>The program's name.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>What the program is run for.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProgramTypeCompleter))]
    public ProgramType Type { get; set; }

    /// <summary>
    /// What the program is attached to: a tracepoint, a function; where none is given, the attachment says it.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProgramTargetCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>Where on its target the program is attached, for the types that leave that open.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProgramHookCompleter))]
    public ProgramHook? Hook { get; set; }

    /// <summary>A kernel script that uses no declared names; with variables or maps, give it to Add-EbpfCode.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? Code { get; set; }

    /// <summary>Packets with fewer bytes take the default action before any statement runs.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int MinimumPacketSize { get; set; }

    /// <summary>The verdict, by name or number, where the code gives none or a packet is too short.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VerdictCompleter))]
    [ValidateNotNull]
    public object? DefaultAction { get; set; }

    /// <summary>The license that the kernel is told.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string License { get; set; } = "GPL";

    /// <summary>
    /// The kernel version that a kprobe names, which kernels before 5.0 ask for; the running one's where none is given.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Version? KernelVersion { get; set; }

    /// <summary>What the program's output goes through on its way to the session.</summary>
    [Parameter]
    public EventBuffer Buffer { get; set; }

    /// <summary>How many bytes that has: of a perf event array for each processor.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    /// <inheritdoc/>
    protected override bool EndsOnError => true;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Hook is { } hook) RequireHook(hook);
        var program = new ProgramDefinition(Name ?? Type.ToString().ToLowerInvariant(), Type)
        {
            License = License,
            Target = Target,
            Hook = Hook,
            MinimumPacketSize = MinimumPacketSize,
            DefaultAction = Verdict(),
            KernelVersion = KernelVersion is null ? 0 : VersionCode(KernelVersion),
            Buffer = Buffer,
            BufferSize = BufferSize,
        };
        if (Code is not null) this.Compile(Code, program);
        WriteObject(program);
    }

    private void RequireHook(ProgramHook hook)
    {
        var hooks = HookTable.Of(Type);
        if (hooks.Contains(hook)) return;
        var remark = hooks.Count == 0 ? "Its type says where it is attached." : $"It has {string.Join(", ", hooks)}.";
        throw new ArgumentException($"A program of type {Type} has no hook {hook}. {remark}");
    }

    // KERNEL_VERSION of linux/version.h.
    private static int VersionCode(Version version) =>
        version.Major << 16 | version.Minor << 8 | Math.Clamp(version.Build, 0, 255);

    private object? Verdict()
    {
        var action = DefaultAction is PSObject wrapped ? wrapped.BaseObject : DefaultAction;
        if (action is not string name) return action;
        var verdicts = ProgramTypes.Get(Type).Verdicts;
        return verdicts.ContainsKey(name)
            ? name
            : LanguagePrimitives.TryConvertTo<int>(name, out var number)
                ? number
                : throw new CompileException(DiagnosticIds.UnknownVerdict,
                    $"A program of type {Type} has no verdict '{name}'.",
                    null, SimilarNames.Sentence(name, [.. verdicts.Keys]) ?? "Give its number.");
    }
}
