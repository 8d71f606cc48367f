namespace EbpfCat.ScriptBlocks;

/// <summary>What a variable of a kernel script stands for.</summary>
internal enum NameKind
{
    /// <summary>Nothing.</summary>
    Unknown,
    /// <summary>A shared variable of the program.</summary>
    Variable,
    /// <summary>A map of the program.</summary>
    Map,
    /// <summary>A packet variable of the program.</summary>
    PacketVariable,
    /// <summary><c>$packet</c>.</summary>
    Packet,
    /// <summary><c>$process</c>.</summary>
    Process,
    /// <summary><c>$event</c>.</summary>
    Event,
    /// <summary><c>$return</c>.</summary>
    Return,
    /// <summary><c>$kernel</c>.</summary>
    Kernel,
    /// <summary>A local or parameter.</summary>
    Local,
    /// <summary><c>$true</c>, <c>$false</c> and <c>$null</c>.</summary>
    Constant,
    /// <summary>A variable of the session alone: <c>$env:HOME</c>, <c>$global:x</c>, and <c>$using:x</c>.</summary>
    Session,
}
