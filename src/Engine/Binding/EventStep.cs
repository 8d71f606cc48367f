namespace EbpfCat.Binding;

/// <summary>A load from a pointer, one step of the path to a value of an event.</summary>
/// <param name="Offset">The offset from the pointer, in bytes.</param>
/// <param name="Memory">The memory that the pointer points to.</param>
public sealed record EventStep(int Offset, EventMemory Memory);
