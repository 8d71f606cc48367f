namespace EbpfCat.Commands;

/// <summary>Gets what programs put out, as it comes.</summary>
[Cmdlet(VerbsCommunications.Receive, "EbpfEvent")]
[OutputType(typeof(EventObject))]
public sealed class ReceiveEbpfEventCommand : EventCommand
{
    private readonly List<LoadedProgram> _programs = [];
    private readonly List<IteratorAttachment> _iterators = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    protected override object? ErrorTarget => InputObject.Length == 1 ? InputObject[0].BaseObject : InputObject;

    protected override void Process()
    {
        foreach (var one in InputObject)
        {
            var program = Loading.Find(one.BaseObject)
                ?? throw new ArgumentException(
                    "The definition of a program puts out nothing: attach it, or give it to Trace-Ebpf.");
            if (program.Compiled is null)
            {
                throw new ArgumentException($"Another process loaded the program '{program.Name}', and only that one "
                    + "knows what its output means.");
            }

            if (program.Compiled.Events is null)
            {
                throw new ArgumentException(
                    $"The program '{program.Name}' puts out nothing. A kernel script puts out an object by "
                        + $"[pscustomobject]@{{ … }}.");
            }

            if (!_programs.Contains(program)) _programs.Add(program);
            if (one.BaseObject is IteratorAttachment iterator) _iterators.Add(iterator);
        }
    }

    protected override void Finish()
    {
        if (_programs.Count == 0) return;
        using var stream = new EventStream(_programs);
        Write(stream, _iterators);
    }
}
