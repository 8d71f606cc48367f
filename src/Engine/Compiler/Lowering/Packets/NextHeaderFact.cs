namespace EbpfCat.Compiler;

/// <summary>
/// The number and offset of the header that follows one of several parents, whichever is present: for example the IP
/// protocol and where it begins. Headers with the same parents share it.
/// </summary>
/// <param name="Number">The number; one that the parents' field cannot have where no parent is present.</param>
/// <param name="Offset">Where the header begins. Its bytes are not checked.</param>
/// <param name="Last">The number; where no header follows, that of the last one found.</param>
internal sealed record NextHeaderFact(Value Number, PacketOffset Offset, Value Last);
