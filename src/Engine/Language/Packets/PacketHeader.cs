namespace EbpfCat.Language;

/// <summary>A protocol header: what it lies in, how it is told, and its fields.</summary>
public sealed class PacketHeader(string name, int size, HeaderLocation[] locations, HeaderField[] fields)
{
    private readonly Dictionary<string,
        HeaderField> _byName = fields.ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    private PacketHeader? _payload;

    /// <summary>Its name, as in <c>$packet.NAME</c>.</summary>
    public string Name { get; } = name;

    /// <summary>How many bytes must be there for the header to count as present: its fixed part.</summary>
    public int Size { get; } = size;

    /// <summary>
    /// The name of the field with its length in bytes, if it varies; less than the least: no payload.
    /// </summary>
    internal string? LengthField { get; init; }

    /// <summary>Its length in bytes; where it varies, the least that it may be.</summary>
    internal int MinLength { get; init; } = size;

    /// <summary>Fields, each of which adds so many bytes to the length.</summary>
    internal HeaderField[] Options { get; init; } = [];

    /// <summary>Fields that must be zero for there to be a payload.</summary>
    internal HeaderField[] ZeroFields { get; init; } = [];

    /// <summary>Where it can lie. Empty for the first header of a packet.</summary>
    public IReadOnlyList<HeaderLocation> Locations { get; } = locations;

    /// <summary>Headers that may stand between this one and what it names; null for none.</summary>
    public PassedHeaders? Passed { get; init; }

    /// <summary>Its checksum, which follows writes to the fields that it covers; null for none.</summary>
    internal HeaderChecksum? Checksum { get; init; }

    /// <summary>The headers of which it is whichever is present; empty for a header of its own.</summary>
    public PacketHeader[] Alternatives { get; init; } = [];

    /// <summary>The header with these fields outside of tunnels, if this is the one inside.</summary>
    internal PacketHeader? Outer { get; init; }

    /// <summary>The header that this is an optional part of; null for none.</summary>
    internal PacketHeader? Whole { get; init; }

    /// <summary>The location of the first byte behind it, whatever that belongs to.</summary>
    internal HeaderLocation End => new(this, null, [0], MinLength)
    {
        LengthField = LengthField is null ? null : GetField(LengthField),
        Options = Options,
        ZeroFields = ZeroFields,
    };

    /// <summary>What is behind it, as a header without bytes.</summary>
    internal PacketHeader Payload => LazyInitializer.EnsureInitialized(ref _payload, MakePayload);

    /// <summary>Its fields, without those that every header has: <c>Offset</c> and <c>PayloadOffset</c>.</summary>
    public IReadOnlyList<HeaderField> Fields { get; } = fields;

    /// <summary>
    /// Whether a packet never has this header and another: the same field names one of them, or they lie behind
    /// headers that exclude each other.
    /// </summary>
    internal bool Excludes(PacketHeader other) => Locations.Count > 0 && other.Locations.Count > 0
        && Locations.All(here => other.Locations.All(there => here.Parent == there.Parent
            ? here.Field is not null && here.Field == there.Field && !here.Values.Intersect(there.Values).Any()
            : here.Parent.Excludes(there.Parent)));

    /// <summary>The same field in each of the alternatives; the field itself in a header of its own.</summary>
    internal IEnumerable<(PacketHeader Header, HeaderField Field)> AlternativesOf(HeaderField field) =>
        Alternatives.Length == 0 ? [(this, field)] : Alternatives.Select((header, i) =>
            (header, field.Alternatives is { Length: > 0 } fields ? fields[i] : header.GetField(field.Name)));

    /// <summary>The optional part of this header that a field is in; null for a field that is always there.</summary>
    internal PacketHeader? PartWith(HeaderField field) => !field.IsPart || Whole is not null ? null
        : field == HeaderField.PayloadOffset ? Payload
        : Outer is not null ? InnerHeaders.Of(Outer.PartWith(field)!)
        : PacketHeaders.GreParts.First(part => part.Fields[0] == field);

    /// <summary>A field by name; case does not count.</summary>
    public bool TryGetField(string name, out HeaderField? field) => _byName.TryGetValue(name, out field)
        || (field = HeaderField.Common.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            is not null;

    /// <summary>A field by name.</summary>
    /// <exception cref="CompileException">There is none.</exception>
    public HeaderField GetField(string name, SourceSpan? source = null) => TryGetField(name, out var field)
        ? field!
        : throw new CompileException(DiagnosticIds.UnknownField, $"The {Name} header has no field '{name}'.", source,
            SimilarNames.Sentence(name, [.. Fields.Concat(HeaderField.Common).Select(f => f.Name)]));

    private PacketHeader MakePayload() => new(
        Name, 0, Alternatives.Length > 0 ? [] : [End], [HeaderField.PayloadOffset])
    {
        Alternatives = [.. Alternatives.Select(one => one.Payload)],
        Outer = Outer?.Payload,
        Whole = this,
    };
}
