namespace EbpfCat.Tracing;

/// <summary>
/// Finds the functions of code addresses, in the kernel and in processes. It caches what it reads of a process, so that
/// stacks of a process that has ended can still be resolved. It is thread-safe.
/// </summary>
public sealed class Symbolizer
{
    /// <summary>The symbolizer of this process, which remembers all processes that records were read of.</summary>
    public static Symbolizer Shared { get; } = new();

    private static readonly TimeSpan MinAge = TimeSpan.FromMilliseconds(100);

    // Processes that have ended are kept until their stacks were read.
    private const int MaxEnded = 4096;

    private readonly Lock _access = new();
    private readonly Queue<int> _ended = [];
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<(string Device, ulong Inode, string Path), ElfFile?> _files = [];
    private readonly TimeProvider _clock;

    /// <summary>Creates an empty symbolizer.</summary>
    public Symbolizer() : this(TimeProvider.System) { }

    internal Symbolizer(TimeProvider clock) => _clock = clock;

    /// <summary>The kernel function that an address belongs to.</summary>
    /// <param name="isReturnAddress">
    /// Whether it is a return address. If a call is the last instruction of its function, the return address is in the
    /// next function. True for all addresses of a stack but the first.
    /// </param>
    /// <exception cref="KernelException">The kernel's symbols cannot be read.</exception>
    public static SymbolizedAddress Kernel(ulong address, bool isReturnAddress = false) =>
        KernelSymbols.Current.Find(address - (isReturnAddress ? 1UL : 0)) is { IsFunction: true } symbol
            ? new SymbolizedAddress(address, symbol.Name, address - symbol.Address, symbol.Module, IsKernel: true)
            : new SymbolizedAddress(address, null, 0, null, IsKernel: true);

    /// <summary>The function of a process that an address belongs to.</summary>
    /// <param name="isReturnAddress">Whether it is where a call returns to.</param>
    public SymbolizedAddress User(int processId, ulong address, bool isReturnAddress = false)
    {
        Update();
        lock (_access)
        {
            var wanted = address - (isReturnAddress ? 1UL : 0);
            var process = Known(processId, wanted);
            if (process?.Find(wanted) is not { } mapping) return new(address, null, 0, null, IsKernel: false);
            if (mapping is { IsFile: true, IsExecutable: true } && File(processId, mapping) is { } file
                && file.ToAddress(wanted - mapping.Start + mapping.FileOffset) is { } linked
                && file.FindFunction(linked) is { } function)
            {
                var offset = linked - function.Address + (address - wanted);
                return new(address, Demangler.Demangle(function.Name), offset, mapping.Path, IsKernel: false);
            }

            if (mapping.IsFile)
            {
                return new(
                    address, null, address - mapping.Start + mapping.FileOffset, mapping.Path, IsKernel: false);
            }

            var module = mapping.Path.Length > 0 ? mapping.Path : "[anon]";
            return mapping.IsExecutable && process.Compiled(wanted) is { } compiled
                ? new(address, compiled.Name, compiled.Offset + (address - wanted), module, IsKernel: false)
                : new(address, null, wanted - mapping.Start, module, IsKernel: false);
        }
    }

    /// <summary>The name of a function, or its address in hexadecimal if it is not known.</summary>
    public string Name(FunctionReference function) => (function.ProcessId == 0
        ? Kernel(function.Address) : User((int)function.ProcessId, function.Address)).Symbol
            ?? $"0x{function.Address:x}";

    /// <summary>Reads the mappings of a process now, so that its stacks can be resolved after it has ended.</summary>
    /// <returns>Whether there is such a process.</returns>
    public bool Remember(int processId)
    {
        Update();
        lock (_access) return Read(processId) is not null;
    }

    /// <summary>Reads the code that all processes have mapped, but of those that are known.</summary>
    internal void RememberAll()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), CultureInfo.InvariantCulture, out var id)) continue;
            lock (_access)
            {
                if (!_processes.ContainsKey(id) && ProcessMaps.TryRead(id) is { Mappings.Count: > 0 } maps)
                    _processes[id] = new Process(maps.OnlyCode(), _clock);
            }
        }
    }

    /// <summary>Takes over what was recorded of processes.</summary>
    internal void Update()
    {
        if (!ReferenceEquals(this, Shared)) return;
        lock (_access)
        {
            foreach (var record in MappingRecorder.Take()) Apply(record);
        }
    }

    private void Apply(MappingRecord record)
    {
        var id = record.ProcessId;
        switch (record.Kind)
        {
            case MappingRecordKind.Fork:
                if ((_processes.GetValueOrDefault(record.ParentId) ?? Read(record.ParentId)) is { } parent)
                    _processes[id] = new Process(parent.Maps.Of(id), _clock);
                break;
            case MappingRecordKind.Execute:
                var replaced = _processes.GetValueOrDefault(id)?.Maps;
                _processes[id] = new Process(ProcessMaps.Empty(id), _clock, replaced);
                break;
            case MappingRecordKind.Map:
                var known = _processes.GetValueOrDefault(id) ?? Read(id);
                var maps = (known?.Maps ?? ProcessMaps.Empty(id)).With(record.Mapping!);
                _processes[id] = new Process(maps, _clock, known?.Replaced);
                break;
            default:
                _ended.Enqueue(id);
                if (_ended.Count > MaxEnded && _ended.Dequeue() is var oldest && !_ended.Contains(oldest))
                    _processes.Remove(oldest);
                break;
        }
    }

    /// <summary>Forgets a process that has ended, because its id can be reused.</summary>
    public void Forget(int processId)
    {
        lock (_access) _processes.Remove(processId);
    }

    private Process? Known(int processId, ulong address)
    {
        if (!_processes.TryGetValue(processId, out var process)) return Read(processId);
        // The process can have loaded a library since, or replaced its program by execve(2).
        return process.Find(address) is null && _clock.GetElapsedTime(process.ReadAt) > MinAge
            ? Read(processId) ?? process : process;
    }

    private Process? Read(int processId)
    {
        if (ProcessMaps.TryRead(processId) is not { Mappings.Count: > 0 } maps) return null;
        return _processes[processId] = new Process(maps, _clock);
    }

    private ElfFile? File(int processId, ProcessMapping mapping)
    {
        var key = (mapping.Device, mapping.Inode, mapping.Path);
        if (_files.TryGetValue(key, out var known)) return known;
        // The link works for every mount namespace and for deleted files, but requires a capability.
        ElfFile? file = null;
        string[] paths =
        [
            FormattableString.Invariant($"/proc/{processId}/map_files/{mapping.Start:x}-{mapping.End:x}"),
            FormattableString.Invariant($"/proc/{processId}/root{mapping.Path}"),
            mapping.Path,
        ];
        foreach (var path in mapping.IsDeleted ? paths.AsSpan(0, 1) : paths)
        {
            if ((file = Open(path, useDebugFile: true)) is not null) break;
        }

        // If the process has ended, another process can still have the same file.
        if (file is not null || Directory.Exists(FormattableString.Invariant($"/proc/{processId}"))) _files[key] = file;
        return file;
    }

    /// <summary>Reads the functions of a file, or of its debug file if that is installed.</summary>
    private static ElfFile? Open(string path, bool useDebugFile)
    {
        try
        {
            using var file = ElfFile.Open(path);
            if (useDebugFile && file.IsStripped && file.FindDebugFile() is { } debug && Open(debug, false) is { } whole)
                file.UseFunctionsOf(whole);
            else file.FindFunction(0);
            return file;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    private sealed class Process(ProcessMaps maps, TimeProvider clock, ProcessMaps? replaced = null)
    {
        private PerfMap? _compiled;
        private long? _compiledAt;

        public ProcessMaps Maps => maps;

        /// <summary>The mappings before execve(2), during which the registers are still those of before.</summary>
        public ProcessMaps? Replaced => replaced;

        public ProcessMapping? Find(ulong address) => maps.Find(address) ?? replaced?.Find(address);

        public long ReadAt { get; } = clock.GetTimestamp();

        /// <summary>A function of a JIT compiler, which can have compiled more since the last read.</summary>
        public (string Name, ulong Offset)? Compiled(ulong address)
        {
            if (_compiled?.Find(address) is { } found) return found;
            if (_compiledAt is { } last && clock.GetElapsedTime(last) < MinAge) return null;
            _compiled = PerfMap.Read(maps.ProcessId) ?? _compiled;
            _compiledAt = clock.GetTimestamp();
            return _compiled?.Find(address);
        }
    }
}
