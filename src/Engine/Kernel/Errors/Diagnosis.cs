namespace EbpfCat.Kernel;

/// <summary>Finds out why the kernel refused a request: privilege, age, a limit, or the error's meaning.</summary>
internal static class Diagnosis
{
    /// <summary>The exception for a request that was refused.</summary>
    /// <param name="running">The version of the kernel, where it is not the running one.</param>
    public static KernelException Explain(in Request request, Errno errno, Version? running = null)
    {
        running ??= KernelFacts.RunningVersion;
        if (request.KernelMessage is { Length: > 0 } said)
            return new KernelException(request.Operation, errno, said.TrimEnd('.'));
        return Privilege(request, errno, running) ?? Age(request, errno, running) ?? Meaning(request, errno)
            ?? (errno == Errno.EPERM && request.Command is not null
                ? Policy(request) : new KernelException(request.Operation, errno));
    }

    private static KernelException? Privilege(in Request request, Errno errno, Version running)
    {
        // A program that the verifier refuses for what it does with memory gets EACCES: no question of privilege.
        if (errno is not (Errno.EPERM or Errno.EACCES)
            || (errno, request.Command) is (Errno.EACCES, BpfCommand.ProgramLoad))
        {
            return null;
        }

        var needed = request.Facts.SelectMany(KernelFacts.Requires).Concat(request.Capabilities ?? []);
        if (ProcessCapabilities.Missing(needed) is { Count: > 0 } missing)
        {
            var names = string.Join(" and ", missing.Select(ProcessCapabilities.NameOf));
            var restricted = missing.Contains(Capability.Bpf)
                && Setting("/proc/sys/kernel/unprivileged_bpf_disabled") is { } setting and not "0"
                ? $", and kernel.unprivileged_bpf_disabled is {setting}" : "";
            return new KernelException(
                request.Operation,
                errno,
                $"the process lacks {names}{restricted}",
                $"Run it as root or with {(missing.Count == 1 ? "this capability" : "these capabilities")}, "
                + "for instance by AmbientCapabilities= of a systemd unit.",
                missing);
        }

        if (request.Command is { } command && ErrnoMeanings.Find(command, errno) is not null) return null;
        if (ProcessCapabilities.IsInUserNamespace)
        {
            return new KernelException(
                request.Operation, errno, "the process is in a user namespace, whose capabilities do not count here",
                "Run it outside the namespace or container.");
        }

        if (request.Command is BpfCommand.MapCreate or BpfCommand.ProgramLoad or BpfCommand.BtfLoad
            && running < LockedMemory.LastCountedBefore)
        {
            return new KernelException(
                request.Operation, errno, "the limit on locked memory (RLIMIT_MEMLOCK) is reached",
                "Raise it: ulimit -l unlimited, or LimitMEMLOCK=infinity of a systemd unit.");
        }

        // What lockdown for integrity forbids, programs do when they are loaded: there it is no error of its own.
        if (Lockdown.Explain(request.Operation, errno, LockdownMode.Confidentiality) is { } locked) return locked;

        return ProcessCapabilities.IsFiltered
            ? new KernelException(
                request.Operation, errno, "a seccomp filter forbids it, as container engines set one up",
                "Run it outside the container, or with a profile that allows bpf and perf_event_open.")
            : null;
    }

    private static KernelException Policy(in Request request) => new(
        request.Operation, Errno.EPERM,
        "the process has the capabilities for it, but a security module or the policy "
            + "of this kernel forbids it to everybody",
        "Use a kernel or machine that allows it.");

    private static KernelException? Age(in Request request, Errno errno, Version running)
    {
        if (errno is not (Errno.EINVAL or Errno.E2BIG or Errno.ENOSYS or Errno.ENOTSUPP or Errno.EOPNOTSUPP
            or Errno.EACCES))
        {
            return null;
        }

        var newest = request.Facts.Select(thing => (Thing: thing, Since: KernelFacts.Since(thing)))
            .Where(fact => fact.Since > running)
            .OrderByDescending(fact => fact.Since)
            .FirstOrDefault();
        return newest.Since is null
            ? null
            : new KernelException(
                request.Operation, errno,
                $"{newest.Thing} ({newest.Thing.GetType().Name}) needs Linux {newest.Since}, this is {running}",
                "Use a newer kernel.", requiredVersion: newest.Since);
    }

    private static KernelException? Meaning(in Request request, Errno errno)
    {
        if (errno == Errno.ENOSYS && request.Command is not null)
        {
            return new KernelException(
                request.Operation, errno, "the kernel has no bpf(2)", "Use a kernel built with CONFIG_BPF_SYSCALL.");
        }

        return request.Command is { } command && ErrnoMeanings.Find(command, errno) is { } meaning
            ? new KernelException(request.Operation, errno, meaning.Cause, meaning.Remedy) : null;
    }

    private static string? Setting(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
