namespace EbpfCat.Attachments;

/// <summary>Follows the descendants of processes by the tracepoints of new and ended processes.</summary>
/// <param name="roots">The ids of the processes.</param>
internal sealed class ProcessTree(IReadOnlyList<int> roots) : IDisposable
{
    private const int MaxProcesses = 32768;

    private readonly List<Attachment> _attachments = [];

    /// <summary>The map of the processes, by their ids in the initial PID namespace.</summary>
    public static Map Map { get; } =
        new(".tree", MapType.Hash, ScalarType.UInt32, ScalarType.UInt8, MaxProcesses);

    /// <summary>Whether the current process is one of them.</summary>
    public static Expression Contains => Map.Contains(CurrentId);

    private static Expression CurrentId =>
        new CastExpression(ScalarType.UInt32, Expression.CallHelper("get_current_pid_tgid") >> 32);

    /// <summary>Fills the map, and begins to follow.</summary>
    /// <exception cref="UnknownNameException">There is no such process.</exception>
    /// <exception cref="KernelException">EOPNOTSUPP: this session is in a PID namespace.</exception>
    public void Start(LiveMap map)
    {
        if (PidNamespaces.Own is not null)
        {
            throw new KernelException("follow a tree of processes", Errno.EOPNOTSUPP,
                "this session has a PID namespace of its own, and the kernel tells of new processes by other ids",
                "Run it outside of that.");
        }

        var shared = map.ToDefinition(Map.Name);
        // A thread is followed as a process, which does no harm. A process begins to run after the first of these.
        Follow("sched_process_fork", code => code.If(
            shared.Contains(CurrentId), then => then.Assign(shared[Event.Field("child_pid")], 1)));
        // Threads may run after the first thread of a process has ended; this comes when all have.
        Follow("sched_process_free", code => code.Do(shared.Remove(Event.Field("pid"))));
        foreach (var root in roots)
        {
            if (!Add(map, root)) throw new UnknownNameException("process", $"{root}", []);
        }

        AddDescendants(map);

        void Follow(string tracepoint, Action<CodeBuilder> code)
        {
            var definition =
                new ProgramDefinition(tracepoint, ProgramType.Tracepoint) { Target = $"sched/{tracepoint}" };
            definition.AddMap(shared);
            _attachments.Add(new TracepointAttachOptions().Attach(definition.AddCode(code)));
            _attachments[^1].Unlist();
        }
    }

    public void Dispose() => _attachments.ForEach(attachment => attachment.Dispose());

    // Those that are there. Once a look finds no other, the program above has seen every later one.
    private static void AddDescendants(LiveMap map)
    {
        bool grows;
        do
        {
            grows = false;
            foreach (var (process, _, parent) in Processes.All)
                grows |= map.TryGet((uint)parent, out _) && !map.TryGet((uint)process, out _) && Add(map, process);
        }
        while (grows);
    }

    // A process that ends before it is added would stay in the map, and its id may be another's later.
    private static bool Add(LiveMap map, int process)
    {
        map.Set((uint)process, (byte)1);
        if (Directory.Exists($"/proc/{process}")) return true;
        map.Remove((uint)process);
        return false;
    }
}
