namespace EbpfCat.Binding;

/// <summary>The bytes of the packet that a program can access.</summary>
internal static class PacketNeeds
{
    /// <summary>
    /// How many bytes of an XDP packet of several buffers are in the first. Drivers differ; all begin with more.
    /// </summary>
    public const int FirstBuffer = 1024;

    /// <summary>The maximum bytes of a packet in one buffer: 1500, an Ethernet header and two VLAN tags.</summary>
    public const int OneBuffer = 1522;

    private const int LongestIPv4Header = 60;

    // Bytes of headers between that are looked for where the packet's bytes lie in several places.
    private const int LongestPassed = 512;

    /// <summary>Bytes from the start of the packet; <see cref="int.MaxValue"/> if unknown.</summary>
    /// <param name="program">The program.</param>
    /// <param name="expressions">All its expressions.</param>
    /// <param name="headers">The headers that it asks for.</param>
    /// <param name="withPassed">Whether other headers may stand between these.</param>
    public static int Of(ProgramDefinition program, IReadOnlyList<Expression> expressions,
        IReadOnlyList<PacketHeader> headers, bool withPassed)
    {
        var need = headers.Select(header => EndOf(header, withPassed)).Append(program.MinimumPacketSize).Max();
        foreach (var expression in expressions)
        {
            need = Math.Max(need, expression switch
            {
                PacketReadExpression read =>
                    Constants.Integer(read.Offset) is { } offset ? (int)offset + read.Type.Size : int.MaxValue,
                HeaderFieldExpression { Header: var header, HeaderField.IsProtocol: true } when withPassed =>
                    PacketHeaders.AlternativesOf(header).Max(one => EndOf(one, withPassed)) + LongestPassed,
                // The label's length before the text, which ends with the NUL.
                HeaderFieldExpression { Header: var header, HeaderField: { IsName: true } name } =>
                    EndOf(header, withPassed) + name.Type.Size,
                PacketVariableExpression packet => packet.Variable.Offset + packet.Variable.Type.Size,
                HelperCallExpression call => BytesFromHeaders(call, withPassed),
                _ => 0,
            });
        }

        return need;
    }

    /// <summary>Why an XDP program cannot take packets of several buffers; null if it can.</summary>
    public static string? FragmentObstacle(ProgramDefinition program) => Of(program) switch
    {
        _ when program.Maps.Any(map => map.Type == MapType.ProgramArray) => "it calls other programs",
        int.MaxValue => "it writes bytes at computed offsets",
        > FirstBuffer and var need => $"it needs byte {need}, which may lie behind the first buffer",
        _ => null,
    };

    /// <summary>The headers that expressions ask for, in order of first use.</summary>
    public static IReadOnlyList<PacketHeader> HeadersOf(IReadOnlyList<Expression> expressions) =>
    [
        .. expressions.Select(e => (e as HeaderExpression)?.Header ?? (e as HeaderFieldExpression)?.Header)
            .OfType<PacketHeader>().SelectMany(PacketHeaders.AlternativesOf).Distinct(),
    ];

    private static int Of(ProgramDefinition program)
    {
        // Raw reads are copied from any buffer.
        var expressions = StatementWalker.Expressions(program).ToList();
        var targets = StatementWalker.All(program).OfType<AssignStatement>()
            .SelectMany(assignment => StatementWalker.Inside(assignment.Target));
        return Of(program, [.. targets, .. expressions.OfType<HelperCallExpression>()], HeadersOf(expressions),
            withPassed: false);
    }

    private static int BytesFromHeaders(HelperCallExpression call, bool withPassed) => call.Arguments
        .Zip(call.Arguments.Skip(1), (argument, next) => argument is HeaderExpression { Header: var header }
            ? StartOf(header, withPassed)
                + (int)Int128.Clamp(Constants.Integer(next) ?? 0, 0, HelperCallBinder.MaxHeaderBytes)
            : 0)
        .DefaultIfEmpty().Max();

    private static int EndOf(PacketHeader header, bool withPassed) => header.Size + StartOf(header, withPassed);

    private static int StartOf(PacketHeader header, bool withPassed) =>
        PacketHeaders.AlternativesOf(header).SelectMany(one => one.Locations).Select(l => StartOf(l.Parent, withPassed)
            + (l.LengthField is null ? l.Length : LongestIPv4Header)
            + l.Options.Sum(option => ((1 << option.BitCount) - 1) << option.Scale)
            + (withPassed && l.Passed is { } passed ? Math.Min(passed.MaxCount * passed.MaxLength, LongestPassed) : 0))
        .DefaultIfEmpty().Max();
}
