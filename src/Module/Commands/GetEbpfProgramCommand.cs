namespace EbpfCat.Commands;

/// <summary>Lists the programs in the kernel, of all processes.</summary>
[Cmdlet(VerbsCommon.Get, "EbpfProgram", DefaultParameterSetName = OfName)]
[OutputType(typeof(KernelProgram))]
public sealed class GetEbpfProgramCommand : EbpfCommand
{
    private const string OfName = "Name";
    private const string OfId = "Id";

    [Parameter(Position = 0, ParameterSetName = OfName), SupportsWildcards]
    [ArgumentCompleter(typeof(KernelProgramCompleter)), ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Mandatory = true, ParameterSetName = OfId)]
    public uint[] Id { get; set; } = [];

    [Parameter(ParameterSetName = OfName), ArgumentCompleter(typeof(ProgramTypeCompleter))]
    public ProgramType[]? Type { get; set; }

    protected override void Process()
    {
        if (ParameterSetName == OfId)
        {
            foreach (var id in Id) WriteOrReport(KernelProgram.Find(id), id);
            return;
        }

        var names = new NameFilter(Name);
        foreach (var program in KernelProgram.All())
        {
            Cancellation.ThrowIfCancellationRequested();
            if (names.Takes(program.Name) && (Type is null || Type.Contains(program.Type))) WriteObject(program);
        }

        foreach (var name in names.Missing)
            WriteError(Errors.NotFound("ProgramNotFound", $"There is no program '{name}' in the kernel.", name));
    }

    private void WriteOrReport(KernelProgram? program, uint id)
    {
        if (program is not null) WriteObject(program);
        else WriteError(Errors.NotFound("ProgramNotFound", $"There is no program with the id {id} in the kernel.", id));
    }
}
