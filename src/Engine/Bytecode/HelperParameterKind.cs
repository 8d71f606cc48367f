namespace EbpfCat.Bytecode;

/// <summary>The kind of an argument of a helper.</summary>
public enum HelperParameterKind
{
    /// <summary>A number.</summary>
    Number,
    /// <summary>The context the program was given.</summary>
    Context,
    /// <summary>A map.</summary>
    Map,
    /// <summary>The address of a key, as long as the map's keys are.</summary>
    Key,
    /// <summary>The address of a value, as long as the map's values are; where storage is looked up, or null.</summary>
    Value,
    /// <summary>The address of memory the helper reads; its size follows, or is fixed.</summary>
    Read,
    /// <summary>The address of memory the helper writes; its size follows, or is fixed.</summary>
    Write,
    /// <summary>The address of memory the helper reads and writes; its size follows, or is fixed.</summary>
    Update,
    /// <summary>The size in bytes of the memory before it.</summary>
    Size,
    /// <summary>An address in user space or in the kernel that need not be valid.</summary>
    Address,
    /// <summary>An object of the kernel, such as a socket or a task.</summary>
    Object,
    /// <summary>A record reserved in a ring buffer.</summary>
    Record,
    /// <summary>A function of the program to call back.</summary>
    Function,
    /// <summary>The argument of the callback, or null.</summary>
    Any,
    /// <summary>The address of a dynptr on the stack.</summary>
    Dynptr,
    /// <summary>More arguments: as many as there are registers left.</summary>
    More,
}
