namespace EbpfCat.Kernel;

/// <summary>The Linux security modules that the running kernel asks.</summary>
internal static unsafe class SecurityModules
{
    private const string List = "/sys/kernel/security/lsm";

    // lsm_list_modules(2), Linux 6.8, has one number on all processors; LSM_ID_* of linux/lsm.h.
    private const int ListModules = 461;
    private const int MaxModules = 64;

    // The numbers begin with that of capability.
    private const ulong FirstId = 100;

    private static readonly string[] NamesById =
    [
        "capability", "selinux", "smack", "tomoyo", "apparmor", "yama", "loadpin", "safesetid", "lockdown", "bpf",
        "landlock",
        "ima", "evm", "ipe",
    ];

    /// <summary>
    /// Their names, in the order the kernel asks them; null where that cannot be found out: securityfs is not mounted,
    /// and the kernel is older than Linux 6.8.
    /// </summary>
    public static IReadOnlyList<string>? Active
    {
        get
        {
            try
            {
                return File.ReadAllText(List).Trim().Split(',');
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                return Ask();
            }
        }
    }

    private static List<string>? Ask()
    {
        var ids = stackalloc ulong[MaxModules];
        var size = (uint)(MaxModules * sizeof(ulong));
        var count = (int)Libc.SystemCall(ListModules, (nint)ids, (nint)(&size), 0);
        if (count < 0) return null;
        var names = new List<string>(count);
        for (var index = 0; index < count; index++)
        {
            var place = ids[index] - FirstId;
            names.Add(place < (ulong)NamesById.Length ? NamesById[place] : $"module {ids[index]}");
        }

        return names;
    }
}
