namespace EbpfCat.Compiler;

/// <summary>
/// A piece of the function's stack. Its offset from the frame pointer is given out after register allocation.
/// </summary>
internal sealed class StackSlot(int size)
{
    /// <summary>Its size in bytes.</summary>
    public int Size { get; set; } = size;

    /// <summary>The bytes it takes: whole words of eight.</summary>
    public int Room => RoomFor(Size);

    /// <summary>Its offset from the frame pointer: negative; 0 while not given out.</summary>
    public int Offset { get; set; }

    /// <summary>
    /// Whether it is written anew each time before it is read, so that it may lie in any function's frame.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>The bytes that a value of so many bytes takes on the stack: whole words of eight.</summary>
    public static int RoomFor(int size) => (size + 7) & ~7;
}
