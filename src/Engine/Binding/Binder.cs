namespace EbpfCat.Binding;

/// <summary>
/// Resolves the names of a program and finds the types of its expressions. All errors that an author can make are found
/// here; after an error the binder goes on, so that all of them are reported together.
/// </summary>
internal static class Binder
{
    /// <summary>Binds a program.</summary>
    /// <param name="definition">The program, which is not changed.</param>
    /// <param name="traced">The event that the program is attached to, as its code sees it; null for none.</param>
    /// <param name="currentTask">The current task; null where its fields are not known.</param>
    /// <param name="pidNamespace">The namespace that ids of processes are of; null for the initial one.</param>
    /// <param name="isScript">Whether its constants are where an author wrote them, not a generator.</param>
    /// <param name="group">The programs that share its maps, if any, and its index among those with its buffer.</param>
    /// <exception cref="CompileException">The program has errors: all of them, by place.</exception>
    public static BoundProgram Bind(ProgramDefinition definition, ITracedEvent? traced, ITracedEvent? currentTask,
        PidNamespace? pidNamespace = null, bool isScript = false,
        (IReadOnlyList<ProgramDefinition> Programs, int Index) group = default)
    {
        Nesting.Require(definition);
        var context = new BindingContext(definition, traced, currentTask, group.Programs ?? [], group.Index)
        {
            PidNamespace = pidNamespace,
            ReportsDecidedComparisons = isScript,
        };
        var defaultResult = context.Verdict(definition.DefaultAction, null) ?? context.Info.DefaultVerdict;
        if (definition.MinimumPacketSize > 0) context.RequirePacket(null);
        var (body, labels) = context.Statements.BindBody(definition.Body);
        context.Diagnostics.ThrowIfErrors();
        var written = StatementWalker.All(definition).OfType<AssignStatement>().Select(s => s.Target)
            .OfType<HeaderFieldExpression>().SelectMany(target => target.Header.AlternativesOf(target.HeaderField))
            .ToList();
        var ownChecksums = written.Where(t => t.Field.Name == HeaderChecksum.FieldName).Select(t => t.Header)
            .ToHashSet();
        var followed = written.SelectMany(t => PacketHeaders.WithPseudoHeader(t.Header, t.Field))
            .Where(header => !ownChecksums.Contains(header));
        IReadOnlyList<PacketHeader> headers = [.. PacketNeeds.HeadersOf(context.AllExpressions).Union(followed)];
        if (context.Info.Packet != PacketAccess.None) UnguardedFields.Report(body, context);
        if (ownChecksums.Count > 0) OwnChecksums.Report(definition.Body, context.Diagnostics);
        return new BoundProgram
        {
            Definition = definition,
            Info = context.Info,
            Resources = context.Resources,
            Warnings = context.Diagnostics.Warnings,
            Body = body,
            Labels = labels,
            DefaultResult = defaultResult,
            PacketBytes = PacketNeeds.Of(definition, context.AllExpressions, headers, withPassed: false),
            MaxPacketBytes = PacketNeeds.Of(definition, context.AllExpressions, headers, withPassed: true),
            ProtocolOf = [.. context.AllExpressions.OfType<HeaderFieldExpression>()
                .Where(field => field.HeaderField.IsProtocol).Select(field => field.Header).Distinct()],
            Headers = headers,
            OwnChecksums = ownChecksums,
        };
    }
}
