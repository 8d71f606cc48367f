using EbpfCat.Compiler;

namespace EbpfCat.Commands;

/// <summary>What a trace of several hooks has in the kernel.</summary>
internal sealed class HookTrace(ProcessFilter filter) : IDisposable
{
    public ProcessFilter Filter => filter;

    public IReadOnlyList<LoadedProgram> Programs { get; private set; } = [];
    public List<Attachment> Attachments { get; } = [];
    public EventStream Events { get; private set; } = null!;

    /// <summary>Loads and attaches programs.</summary>
    /// <param name="compiled">The programs.</param>
    /// <param name="targets">What each is attached to.</param>
    public void Start(IReadOnlyList<CompiledProgram> compiled, IReadOnlyList<TracedTarget> targets)
    {
        Programs = ProgramGroup.Load(compiled, [.. targets.Select(one => filter.Start(one.Options.LoadOptions))]);
        Events = new EventStream(Programs);
        // The last hooks first: what ends something is mostly behind what begins it.
        foreach (var (index, target) in targets.Index().Reverse())
        {
            Attachments.Add(target.Options.Attach(Programs[index]));
            Session.Own(Attachments[^1]);
        }
    }

    public void Dispose()
    {
        // Each detaching waits until no processor runs the program; in parallel they take as long as one.
        Parallel.ForEach(Attachments, attachment => attachment.Dispose());
        Events?.Dispose();
        foreach (var program in Programs) program.Dispose();
        filter.Dispose();
    }
}
