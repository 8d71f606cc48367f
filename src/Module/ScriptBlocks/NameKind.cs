namespace EbpfCat.ScriptBlocks;

/// <summary>The kind of object that a variable of a kernel script names.</summary>
internal enum NameKind
{
    Unknown,
    Variable,
    Map,
    PacketVariable,
    Packet,
    Process,
    Event,
    Return,
    Kernel,
    Local,
    /// <summary>A part of the program that has names of its own: its name.</summary>
    Part,
    /// <summary><c>$true</c>, <c>$false</c> and <c>$null</c>.</summary>
    Constant,
    /// <summary>A variable of the session alone: <c>$env:HOME</c>, <c>$global:x</c>, and <c>$using:x</c>.</summary>
    Session,
}
