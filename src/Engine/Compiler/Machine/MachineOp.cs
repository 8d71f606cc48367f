namespace EbpfCat.Compiler;

/// <summary>The shapes of machine instructions before registers are given out.</summary>
internal enum MachineOp : byte
{
    Alu, AluImmediate, Move, MoveImmediate, SignExtend, Negate, ByteSwap,
    Load, Store, StoreImmediate, Atomic,
    LoadImmediate64, LoadMap, LoadMapValue, LoadFunction,
    FrameAddress, // the frame pointer plus the offset of a slot: two instructions
    Call,
    Jump, JumpImmediate, Goto, Exit,
}
