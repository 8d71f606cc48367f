namespace EbpfCat.Compiler;

/// <summary>
/// What the compiler knows of the helpers it calls, beyond their signatures: bpf-helpers(7) and
/// the prototypes in the kernel's kernel/bpf/helpers.c and net/core/filter.c.
/// </summary>
internal static class HelperFacts
{
    public const int MapLookup = 1;
    public const int MapUpdate = 2;
    public const int MapDelete = 3;
    public const int ProbeRead = 4;
    public const int KtimeGetNs = 5;
    public const int TracePrintk = 6;
    public const int GetPrandomU32 = 7;
    public const int GetSmpProcessorId = 8;
    public const int SkbStoreBytes = 9;
    public const int TailCall = 12;
    public const int GetCurrentPidTgid = 14;
    public const int GetCurrentUidGid = 15;
    public const int GetCurrentComm = 16;
    public const int Redirect = 23;
    public const int PerfEventOutput = 25;
    public const int SkbLoadBytes = 26;
    public const int GetStackId = 27;
    public const int GetCurrentTask = 35;
    public const int SkbPullData = 39;
    public const int XdpAdjustHead = 44;
    public const int RedirectMap = 51;
    public const int GetCurrentCgroupId = 80;
    public const int MapPush = 87;
    public const int MapPop = 88;
    public const int MapPeek = 89;
    public const int ProbeReadUser = 112;
    public const int ProbeReadKernel = 113;
    public const int ProbeReadUserStr = 114;
    public const int ProbeReadKernelStr = 115;
    public const int KtimeGetBootNs = 125;
    public const int RingbufOutput = 130;
    public const int RingbufReserve = 131;
    public const int RingbufSubmit = 132;
    public const int RingbufDiscard = 133;
    public const int GetCurrentTaskBtf = 158;
    public const int GetFuncArg = 183;
    public const int MapLookupPerCpu = 195;
    public const int Loop = 181;
    public const int StrNCmp = 182;

    // bpf_helper_changes_pkt_data(): pointers into the packet are void after these.
    private static readonly HashSet<int> ChangePacket =
    [
        9, 10, 11, 18, 19, 31, 38, 39, 40, 43, 44, 50, 54, 63, 65, 66, 73, 74, 75, 90, 91, 92, 142, 189, 190,
    ];

    // These only read what their arguments point to, and change no map entry that the program can tell.
    private static readonly HashSet<int> OnlyRead =
    [
        MapLookup, KtimeGetNs, TracePrintk, GetPrandomU32, GetSmpProcessorId, GetCurrentPidTgid, GetCurrentUidGid,
        GetCurrentTask, GetCurrentCgroupId, KtimeGetBootNs, RingbufOutput, RingbufReserve, RingbufSubmit,
        RingbufDiscard, PerfEventOutput, RedirectMap, Redirect, GetCurrentTaskBtf, MapUpdate, MapDelete, MapPush,
    ];

    // Values of 32 bits: the verifier does not know, so the compiler uses this only for its own reasoning.
    private static readonly HashSet<int> Returns32Bits = [GetPrandomU32, GetSmpProcessorId];

    /// <summary>
    /// Whether the result is a number of 32 bits on kernels before 6.4, whose upper half says nothing: the verifier puts
    /// the function of the map itself in the helper's place, and it returned an <c>int</c>.
    /// </summary>
    public static bool GivesNarrowStatus(int helper) => helper is MapUpdate or MapDelete or MapPush or MapPop or MapPeek;

    /// <summary>Whether pointers into the packet are void after the call.</summary>
    public static bool ChangesPacket(int helper) => ChangePacket.Contains(helper);

    /// <summary>Whether the call may write memory that an argument points to.</summary>
    public static bool WritesMemory(int helper) => !OnlyRead.Contains(helper);

    /// <summary>Whether the call changes nothing at all, so that it may be dropped if its result is not used.</summary>
    public static bool HasNoEffect(int helper) => helper is
        MapLookup or KtimeGetNs or GetPrandomU32 or GetSmpProcessorId or GetCurrentPidTgid or GetCurrentUidGid
        or GetCurrentTask or GetCurrentCgroupId or KtimeGetBootNs or GetCurrentTaskBtf or MapLookupPerCpu;

    /// <summary>A number that the result, taken as unsigned, is never above.</summary>
    public static ulong MaximumResult(int helper) => Returns32Bits.Contains(helper) ? uint.MaxValue : ulong.MaxValue;
}
