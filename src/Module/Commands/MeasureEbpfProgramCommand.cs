namespace EbpfCat.Commands;

/// <summary>Measures how often and how long programs in the kernel run, whoever loaded them.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "EbpfProgram", DefaultParameterSetName = OfName)]
[OutputType(typeof(ProgramUse))]
public sealed class MeasureEbpfProgramCommand : EbpfCommand
{
    private const string OfName = "Name";
    private const string OfId = "Id";
    private const string OfObject = "Object";

    private readonly List<uint> _ids = [];

    [Parameter(Position = 0, ParameterSetName = OfName), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelProgramCompleter)), ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Mandatory = true, ParameterSetName = OfId)]
    public uint[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfObject), ValidateNotNull]
    public PSObject? InputObject { get; set; }

    [Parameter, Seconds]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    protected override object? ErrorTarget => InputObject;

    protected override void Process()
    {
        switch (ParameterSetName)
        {
            case OfId:
                foreach (var id in Id)
                {
                    if (KernelProgram.Find(id) is null) Report(NotFound($"with the id {id}", id));
                    else _ids.Add(id);
                }

                break;
            case OfObject:
                _ids.Add(IdOf(InputObject!.BaseObject));
                break;
            default:
                var names = new NameFilter(Name);
                _ids.AddRange(KernelProgram.All().Where(one => names.Takes(one.Name)).Select(one => one.Id));
                foreach (var name in names.Missing) Report(NotFound($"'{name}'", name));
                break;
        }
    }

    protected override void Finish()
    {
        if (_ids.Count == 0) return;
        using var meter = new ProgramMeter(_ids);
        for (var i = 0; i < Count && !Cancellation.WaitHandle.WaitOne(Interval); i++)
        {
            foreach (var use in meter.Take().OrderByDescending(one => one.RunTime)) WriteObject(use);
        }
    }

    private static ErrorRecord NotFound(string which, object target) =>
        Errors.NotFound("ProgramNotFound", $"There is no program {which} in the kernel.", target);

    private static uint IdOf(object found) => found switch
    {
        KernelProgram program => program.Id,
        KernelAttachment attachment => attachment.ProgramId,
        XdpAttachmentInfo attachment => attachment.ProgramId,
        ProgramUse use => use.Id,
        _ => Loading.Find(found)?.Id ?? throw new ArgumentException(
            "The definition of a program does not run: load it (Import-EbpfProgram) or attach it."),
    };
}
