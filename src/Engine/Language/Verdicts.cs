namespace EbpfCat.Language;

/// <summary>The results of an XDP program: <c>enum xdp_action</c> of linux/bpf.h.</summary>
public enum XdpVerdict
{
    /// <summary>Drops the packet as an error, which the tracepoint <c>xdp/xdp_exception</c> reports.</summary>
    Aborted = 0,
    /// <summary>Drops the packet.</summary>
    Drop = 1,
    /// <summary>Passes the packet to the network stack.</summary>
    Pass = 2,
    /// <summary>Sends the packet back out of the interface that received it.</summary>
    Tx = 3,
    /// <summary>Sends the packet where the helper <c>redirect</c> said.</summary>
    Redirect = 4,
}

/// <summary>
/// The results of a traffic control program: <c>TC_ACT_*</c> of linux/pkt_cls.h. <see cref="Pass"/> is the kernel's OK,
/// and <see cref="Drop"/> its SHOT.
/// </summary>
public enum TcVerdict
{
    /// <summary>Leaves the decision to the next program, as a program without a verdict does.</summary>
    Unspec = -1,
    /// <summary>Passes the packet.</summary>
    Pass = 0,
    /// <summary>Restarts classification.</summary>
    Reclassify = 1,
    /// <summary>Drops the packet.</summary>
    Drop = 2,
    /// <summary>Goes on with the next action.</summary>
    Pipe = 3,
    /// <summary>Consumes the packet.</summary>
    Stolen = 4,
    /// <summary>Consumes the packet, which the program queued.</summary>
    Queued = 5,
    /// <summary>Repeats the action.</summary>
    Repeat = 6,
    /// <summary>Sends the packet where the helper <c>redirect</c> said.</summary>
    Redirect = 7,
    /// <summary>Like <see cref="Stolen"/>; hardware hands the packet to the processor.</summary>
    Trap = 8,
}

/// <summary>The results of a socket filter. Any other result is the number of bytes to keep.</summary>
public enum SocketFilterVerdict
{
    /// <summary>Keeps the whole packet.</summary>
    Pass = -1,
    /// <summary>Drops the packet.</summary>
    Drop = 0,
}

/// <summary>The results of a program for a control group.</summary>
public enum CgroupVerdict
{
    /// <summary>Drops the packet, or refuses the operation with EPERM.</summary>
    Deny = 0,
    /// <summary>Lets it pass.</summary>
    Allow = 1,
}

/// <summary>The results of a program at a security hook. Any negative errno refuses the operation.</summary>
public enum LsmVerdict
{
    /// <summary>Refuses the operation with EPERM.</summary>
    Deny = -1,
    /// <summary>Allows the operation.</summary>
    Allow = 0,
}
