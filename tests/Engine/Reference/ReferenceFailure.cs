using EbpfCat.Bytecode;

namespace EbpfCat.Tests.Reference;

/// <summary>A program that behaves differently than the language says.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="InstructionSet">The instruction set.</param>
/// <param name="Signature">The part that the same failure of other programs shares.</param>
/// <param name="Problem">The expected and the actual result.</param>
internal sealed record ReferenceFailure(
    ReferenceFailureKind Kind, InstructionSet InstructionSet, string Signature, string Problem);
