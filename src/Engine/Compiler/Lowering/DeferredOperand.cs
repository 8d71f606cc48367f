using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>Bytes that a helper writes where they are wanted: not read before their place is known.</summary>
/// <param name="Of">What they are.</param>
/// <param name="WriteTo">Writes the code.</param>
/// <param name="FillsPlace">
/// Whether every byte of the place is written; else what is behind the end of a text stays.
/// </param>
internal sealed record DeferredOperand(EbpfType Of, Action<Place> WriteTo, bool FillsPlace = false) : Operand(Of);
