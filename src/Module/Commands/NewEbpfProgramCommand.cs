namespace EbpfCat.Commands;

/// <summary>Begins the definition of a program.</summary>
[Cmdlet(VerbsCommon.New, "EbpfProgram")]
[OutputType(typeof(ProgramDefinition))]
public sealed class NewEbpfProgramCommand : EbpfCommand
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProgramTypeCompleter))]
    public ProgramType Type { get; set; }

    [Parameter, ArgumentCompleter(typeof(ProgramTargetCompleter)), ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    [Parameter, ArgumentCompleter(typeof(ProgramHookCompleter))]
    public ProgramHook? Hook { get; set; }

    [Parameter, ValidateNotNull]
    public ScriptBlock? Code { get; set; }

    [Parameter, ValidateRange(0, 65535)]
    public int MinimumPacketSize { get; set; }

    [Parameter, ValidateRange(0, 65535)]
    public int MaximumPacketSize { get; set; }

    [Parameter, ArgumentCompleter(typeof(VerdictCompleter)), ValidateNotNull]
    public object? DefaultAction { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public string License { get; set; } = "GPL";

    [Parameter, ValidateNotNull]
    public Version? KernelVersion { get; set; }

    [Parameter]
    public EventBuffer Buffer { get; set; }

    [Parameter, ValidateRange(1, 1 << 30)]
    public int BufferSize { get; set; }

    protected override bool EndsOnError => true;

    protected override void Process()
    {
        if (Hook is { } hook) RequireHook(hook);
        var program = new ProgramDefinition(Name ?? Type.ToString().ToLowerInvariant(), Type)
        {
            License = License,
            Target = Target,
            Hook = Hook,
            MinimumPacketSize = MinimumPacketSize,
            MaximumPacketSize = MaximumPacketSize,
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
        var action = SessionValue.Unwrap(DefaultAction);
        if (action is null) return null;
        var info = ProgramTypes.Get(Type);
        if (info.ValueOf(action) is not null) return action;
        return action is string text && LanguagePrimitives.TryConvertTo<int>(text, out var number)
            ? number
            : throw new CompileException(DiagnosticIds.UnknownVerdict,
                $"A program of type {Type} has no verdict {Values.Text(action)}.",
                null, SimilarNames.Sentence($"{action}", [.. info.Verdicts.Keys]) ?? "Give its number.");
    }
}
