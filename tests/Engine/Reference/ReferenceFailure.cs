using EbpfCat.Bytecode;

namespace EbpfCat.Tests.Reference;

/// <summary>A program that does not do what it says.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="InstructionSet">With which instruction set.</param>
/// <param name="Signature">What it has in common with the same failure of other programs.</param>
/// <param name="Problem">What is expected and what is there.</param>
internal sealed record ReferenceFailure(
    ReferenceFailureKind Kind, InstructionSet InstructionSet, string Signature, string Problem);
