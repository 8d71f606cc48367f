namespace EbpfCat.Compiler;

/// <summary>Bytes that a helper writes directly to their final place, once that is known.</summary>
/// <param name="Of">The type of the bytes.</param>
/// <param name="WriteTo">Builds the code that writes them to a place.</param>
/// <param name="FillsPlace">Whether it writes every byte of the place, also those behind the end of a text.</param>
internal sealed record DeferredOperand(EbpfType Of, Action<Place> WriteTo, bool FillsPlace = false) : Operand(Of);
