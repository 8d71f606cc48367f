namespace EbpfCat.Compiler;

/// <summary>
/// A part of the function's stack. Its offset from the frame pointer is assigned after register allocation.
/// </summary>
internal sealed class StackSlot(int size)
{
    /// <summary>Its size in bytes.</summary>
    public int Size { get; set; } = size;

    /// <summary>The bytes it takes: whole words of eight.</summary>
    public int Room => RoomFor(Size);

    /// <summary>The offset from the frame pointer: negative; 0 until assigned.</summary>
    public int Offset { get; set; }

    /// <summary>
    /// Whether it is always written before it is read, so that it may be in the frame of any function.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>The stack size of a value of a number of bytes: rounded up to a multiple of 8.</summary>
    public static int RoomFor(int size) => (size + 7) & ~7;
}
