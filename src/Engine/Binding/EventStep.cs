namespace EbpfCat.Binding;

/// <summary>A pointer followed.</summary>
/// <param name="Offset">From where it points, in bytes.</param>
/// <param name="Memory">How it is read there.</param>
public sealed record EventStep(int Offset, EventMemory Memory);
