using EbpfCat.Bytecode;

namespace EbpfCat.Tests.Reference;

/// <summary>A program that does not do what it says.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="InstructionSet">With which instruction set.</param>
/// <param name="Problem">What is expected and what is there.</param>
/// <param name="Packet">The number of the packet it shows with.</param>
internal sealed record ReferenceFailure(
    ReferenceFailureKind Kind, InstructionSet InstructionSet, string Problem, int Packet);
