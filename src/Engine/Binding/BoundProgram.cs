namespace EbpfCat.Binding;

/// <summary>A program without errors, ready to be lowered.</summary>
internal sealed class BoundProgram
{
    public required ProgramDefinition Definition { get; init; }
    public required ProgramTypeInfo Info { get; init; }
    public required ProgramResources Resources { get; init; }
    public required IReadOnlyList<Diagnostic> Warnings { get; init; }
    public required IReadOnlyList<BoundStatement> Body { get; init; }

    /// <summary>The labels of the body, in order.</summary>
    public required IReadOnlyList<Label> Labels { get; init; }

    /// <summary>The result where the program sets none, or a packet is too short.</summary>
    public required long DefaultResult { get; init; }

    /// <summary>The number of packet bytes that it may access; <see cref="int.MaxValue"/> if unknown.</summary>
    public required int PacketBytes { get; init; }

    /// <summary>The same where other headers stand between those that it asks for.</summary>
    public required int MaxPacketBytes { get; init; }

    /// <summary>
    /// The headers that are IPv4 or IPv6, outside of a tunnel or inside, of which it reads the protocol behind.
    /// </summary>
    public required IReadOnlyList<PacketHeader> ProtocolOf { get; init; }

    /// <summary>
    /// The headers that it asks for, in order of first use, and those whose checksums follow its writes.
    /// </summary>
    public required IReadOnlyList<PacketHeader> Headers { get; init; }

    /// <summary>The headers whose checksums it assigns itself: these do not follow its writes.</summary>
    public required IReadOnlySet<PacketHeader> OwnChecksums { get; init; }
}
