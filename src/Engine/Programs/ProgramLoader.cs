namespace EbpfCat.Programs;

/// <summary>
/// Brings compiled programs into the kernel: makes their maps, sets the initial values of their variables, puts the
/// maps into the instructions, and loads them with the types and lines of their source.
/// </summary>
public static class ProgramLoader
{
    private const int FirstLogSize = 1 << 16;
    private const int MaxLogSize = 1 << 28;

    // BPF_LOG_STATS in include/linux/bpf_verifier.h: the refusal and statistics, without the instructions verified.
    private const uint ShortLogLevel = 4;

    /// <summary>Loads a program.</summary>
    /// <param name="options">The options that are not in the definition.</param>
    /// <returns>The program in the kernel, to be disposed.</returns>
    /// <exception cref="VerifierException">The verifier refused the program.</exception>
    /// <exception cref="KernelException">The kernel refused maps or program for another cause.</exception>
    /// <exception cref="ArgumentException">A shared map has another form, or a name that is not declared.</exception>
    public static LoadedProgram Load(CompiledProgram compiled, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        try
        {
            options ??= new LoadOptions();
            return LoopRetry.Load(compiled, (each, explainsComplexity) => LoadCore(each, options, explainsComplexity));
        }
        catch (KernelException refusal) when (refusal.MissingCapabilities.Count > 0)
        {
            // Whatever step was refused, the program needs all that its type does.
            var request = new Request
            {
                Operation = $"load the {compiled.Definition.Type} program '{compiled.Definition.Name}'",
                Command = BpfCommand.ProgramLoad,
                Uses = [(BpfProgramType)compiled.Definition.Type],
            };
            throw Diagnosis.Explain(request, refusal.Errno);
        }
    }

    private static LoadedProgram LoadCore(CompiledProgram compiled, LoadOptions options, bool explainsComplexity)
    {
        RequireMaps(compiled, options);
        Map[] definitions = [.. compiled.Maps.Select((map, index) => Prepare(compiled, map, index, options))];
        var builder = new BtfBuilder();
        var typeIds = MapTypes.Describe(definitions, builder);
        DescribeCode(compiled, builder);
        using var target = LoadTarget.Find(compiled.Definition);
        using var btf = LoadTypes(builder);
        using var types = btf is null ? null : new MapTypes(btf, typeIds);
        var maps = new List<LiveMap>(definitions.Length);
        try
        {
            foreach (var definition in definitions) maps.Add(LiveMap.Create(definition, types));
            LiveVariable[] variables = [.. compiled.Variables.Select(location => LocateVariable(location, maps))];
            Initialize(compiled, definitions, variables);
            foreach (var (map, count) in compiled.FullCounts) maps[map].Count(LocateVariable(count, maps));
            var request = new ProgramLoadOptions
            {
                Type = (BpfProgramType)compiled.Definition.Type,
                TypeName = $"{compiled.Definition.Type}",
                Instructions = Encode(compiled, maps),
                License = compiled.Definition.License,
                Name = compiled.Definition.Name,
                KernelVersion = (uint)compiled.Definition.KernelVersion,
                ExpectedAttachType = target.AttachType,
                InterfaceIndex = options.InterfaceIndex,
                Flags = compiled.HasFragments ? BpfProgramFlags.XdpHasFragments : BpfProgramFlags.None,
                AttachBtfId = target.BtfId,
                AttachBtf = target.Btf,
                Btf = btf,
                FunctionInfo = btf is null ? default : builder.FunctionInfo,
                LineInfo = btf is null ? default : builder.LineInfo,
                Log = options.LogLevel == 0
                    ? null
                    : new VerifierLog(options.LogLevel, options.LogSize > 0 ? options.LogSize : FirstLogSize),
            };
            var descriptor = LoadOrExplain(request, compiled, options.LogSize > 0, explainsComplexity, out var log);
            GC.KeepAlive(maps);
            return new LoadedProgram(
                descriptor, compiled.Definition.Name, compiled.Definition.Type, maps, variables, compiled, log)
            {
                AttachType = target.AttachType,
                Output = OpenOutput(compiled, definitions, maps),
            };
        }
        catch
        {
            maps.ForEach(map => map.Dispose());
            throw;
        }
    }

    // A map that another program made has a reader already.
    private static PerfBufferReader? OpenOutput(CompiledProgram compiled, Map[] definitions, List<LiveMap> maps)
    {
        if (compiled.Events is not { Map: var index } || maps[index].Type != MapType.PerfEventArray
            || definitions[index].Existing is not null)
        {
            return null;
        }

        var size = compiled.Definition.BufferSize;
        return new PerfBufferReader(maps[index], size == 0 ? PerfBufferReader.DefaultSize : size);
    }

    // A misspelled name would leave the program with a map of its own.
    private static void RequireMaps(CompiledProgram compiled, LoadOptions options)
    {
        string[] names = [.. compiled.Maps.Select(map => map.Name)];
        foreach (var name in options.SharedMaps.Keys)
        {
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            var remedy = Types.SimilarNames.Sentence(name, names);
            throw new ArgumentException(
                $"The program '{compiled.Definition.Name}' has no map '{name}' to share. {remedy}".TrimEnd(),
                nameof(options));
        }
    }

    private static Map Prepare(CompiledProgram compiled, Map map, int index, LoadOptions options)
    {
        var shared = options.SharedMaps.FirstOrDefault(
            pair => string.Equals(pair.Key, map.Name, StringComparison.OrdinalIgnoreCase)).Value;
        if (shared is not null) return map with { Existing = shared };
        return VariableLayout.Describe(map, [.. compiled.Variables.Where(location => location.Map == index)]);
    }

    private static LiveVariable LocateVariable(VariableLocation location, List<LiveMap> maps) => new(
        location.Variable.Name, location.Variable.Type, location.Variable.Storage, maps[location.Map], location.Key,
        location.Offset);

    // Variables in hash storage without an initial value are set to zero, so that other processes find them all.
    private static void Initialize(CompiledProgram compiled, Map[] definitions, LiveVariable[] variables)
    {
        for (var index = 0; index < variables.Length; index++)
        {
            var location = compiled.Variables[index];
            if (definitions[location.Map].Existing is not null) continue;
            if (location.Variable.InitialValue is { } value) variables[index].Value = value;
            else if (location.Variable.Storage == VariableStorage.Hash) variables[index].Clear();
        }
    }

    /// <summary>Describes a program's functions and lines, so that the verifier knows them.</summary>
    internal static void DescribeCode(CompiledProgram compiled, BtfBuilder builder)
    {
        foreach (var function in compiled.Functions)
        {
            var parameters = function.Slot == 0
                ? null
                : Enumerable.Range(1, function.ParameterCount)
                    .Select(number => KeyValuePair.Create($"arg{number}", (Types.EbpfType?)Types.ScalarType.UInt64));
            builder.AddFunction(function.Name, function.Slot, parameters: parameters);
        }

        if (compiled.Functions.Count == 0) builder.AddFunction(compiled.Definition.Name, 0);
        foreach (var line in compiled.Lines)
        {
            var source = line.Source;
            builder.AddLine(line.Slot, source.File ?? "<script>", source.LineText, source.Line, source.Column);
        }
    }

    // A kernel that does not take the types (before 5.0) runs the program without them.
    private static BtfDescriptor? LoadTypes(BtfBuilder builder)
    {
        try
        {
            return Bpf.LoadBtf(builder.ToBytes());
        }
        catch (KernelException refusal) when (refusal.Errno is Errno.EINVAL or Errno.E2BIG)
        {
            return null;
        }
    }

    private static byte[] Encode(CompiledProgram compiled, List<LiveMap> maps)
    {
        Instruction[] instructions = [.. compiled.Instructions];
        foreach (var reference in compiled.MapReferences)
        {
            ref var instruction = ref instructions[reference.Instruction];
            var offset = instruction.Immediate & ~0xffff_ffffL;
            instruction = instruction with { Immediate = offset | (uint)maps[reference.Map].Descriptor.Number };
        }

        return InstructionEncoder.Encode(instructions);
    }

    private static ProgramDescriptor LoadOrExplain(
        ProgramLoadOptions request, CompiledProgram compiled, bool isLogCut, bool explainsComplexity, out string? log)
    {
        try
        {
            var descriptor = JitRetry.Load(request);
            log = request.Log?.Content;
            return descriptor;
        }
        catch (KernelException refusal) when (isLogCut && refusal.Errno == Errno.ENOSPC)
        {
            // The kernel loads no program whose log does not fit, so it is loaded without.
            log = request.Log!.Content;
            return LoadOrExplain(request with { Log = null }, compiled, isLogCut: false, explainsComplexity, out _);
        }
        catch (KernelException refusal) when (
            refusal.MissingCapabilities.Count == 0 && (explainsComplexity || !LoopRetry.CanHelp(refusal)))
        {
            // Without a log verification is quicker, so the log is asked for when there is something to read.
            return LoadWithLog(request, compiled, refusal, out log);
        }
    }

    private static ProgramDescriptor LoadWithLog(
        ProgramLoadOptions request, CompiledProgram compiled, KernelException first, out string? log)
    {
        var level = request.Log?.Level ?? 1;
        // A program that is too complex fills a hundred megabytes: with less, the verifier would have to start over.
        var size = first.Errno == Errno.E2BIG ? MaxLogSize / 2 : FirstLogSize;
        while (true)
        {
            var buffer = new VerifierLog(level, size);
            try
            {
                var descriptor = JitRetry.Load(request with { Log = buffer });
                log = request.Log is null ? null : buffer.Content;
                return descriptor;
            }
            catch (KernelException refusal) when (refusal.Errno == Errno.ENOSPC && size < MaxLogSize)
            {
                size = (int)Math.Min(Math.Max(buffer.TrueSize, size * 8L), MaxLogSize);
            }
            catch (KernelException refusal)
            {
                throw Explain(refusal, request, compiled, buffer) ?? ExplainOffload(request, first) ?? first;
            }
        }
    }

    // Null where the verifier has nothing against the program.
    private static VerifierException? Explain(
        KernelException refusal, ProgramLoadOptions request, CompiledProgram compiled, VerifierLog buffer)
    {
        var log = buffer.Content;
        var (found, slot) = VerifierRefusals.Explain(log);
        if (found is null && log.Length > 0) found = ExplainShortLog(request);
        if (found is not { } explanation) return null;
        explanation = NewerInstructions.Explain(compiled.Instructions, slot, explanation);
        explanation = LockedHelpers.Explain(compiled.Instructions, slot, explanation);
        explanation = LoopRetry.Explain(refusal, compiled, explanation);
        var source = slot is null ? null : compiled.Lines.LastOrDefault(line => line.Slot <= slot)?.Source;
        return new VerifierException(refusal.Operation, refusal.Errno, explanation, source, slot, log);
    }

    // The kernel asks the driver before it verifies a program for a network card, so that there is no log.
    private static KernelException? ExplainOffload(ProgramLoadOptions request, KernelException refusal)
    {
        if (request.InterfaceIndex == 0 || refusal.Errno is not (Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOTSUPP))
            return null;
        using var netlink = new Netlink();
        var index = (int)request.InterfaceIndex;
        var name = netlink.FindLink(index)?.Name ?? index.ToString(CultureInfo.InvariantCulture);
        return new KernelException(
            refusal.Operation, Errno.EOPNOTSUPP,
            $"the interface '{name}' has no network card that runs programs, or its driver does not offer that",
            "Run it in native or generic mode.")
        {
            Id = "OffloadRefused",
        };
    }

    // A limit can be met while the verifier prints an instruction: then the refusal has no line of its own. A log of
    // more than MaxLogSize can end before the refusal.
    private static VerifierExplanation? ExplainShortLog(ProgramLoadOptions request)
    {
        var buffer = new VerifierLog(ShortLogLevel, FirstLogSize);
        try
        {
            JitRetry.Load(request with { Log = buffer }).Dispose();
            return null;
        }
        catch (KernelException)
        {
            return VerifierRefusals.Explain(buffer.Content).Explanation;
        }
    }
}
