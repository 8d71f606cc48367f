namespace EbpfCat.Bytecode;

/// <summary>The numbers of the helpers that the compiler itself calls (<c>enum bpf_func_id</c>).</summary>
internal static class HelperId
{
    public const int MapLookup = 1;
    public const int MapUpdate = 2;
    public const int MapDelete = 3;
    public const int KtimeGetNs = 5;
    public const int TracePrintk = 6;
    public const int GetPrandomU32 = 7;
    public const int GetSmpProcessorId = 8;
    public const int L4CsumReplace = 11;
    public const int TailCall = 12;
    public const int GetCurrentPidTgid = 14;
    public const int GetCurrentUidGid = 15;
    public const int GetCurrentComm = 16;
    public const int PerfEventOutput = 25;
    public const int SkbLoadBytes = 26;
    public const int GetStackId = 27;
    public const int GetCurrentTask = 35;
    public const int SkbPullData = 39;
    public const int CsumUpdate = 40;
    public const int RedirectMap = 51;
    public const int GetCurrentCgroupId = 80;
    public const int MapPush = 87;
    public const int MapPop = 88;
    public const int MapPeek = 89;
    public const int ProbeReadUser = 112;
    public const int ProbeReadKernel = 113;
    public const int ProbeReadUserStr = 114;
    public const int ProbeReadKernelStr = 115;
    public const int GetNsCurrentPidTgid = 120;
    public const int KtimeGetBootNs = 125;
    public const int RingbufOutput = 130;
    public const int RingbufReserve = 131;
    public const int RingbufSubmit = 132;
    public const int GetFuncIp = 173;
    public const int GetAttachCookie = 174;
    public const int TraceVprintk = 177;
    public const int Loop = 181;
    public const int XdpGetBuffLen = 188;
    public const int XdpLoadBytes = 189;
}
