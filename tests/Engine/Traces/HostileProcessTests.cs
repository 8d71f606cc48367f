using System.Diagnostics;
using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tests.Attachments;
using EbpfCat.Tests.Tracing;
using EbpfCat.Traces;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Traces;

/// <summary>Traces of a process that makes all system calls with random arguments, as an ordinary user.</summary>
[Collection(Starting.Processes)]
public sealed class HostileProcessTests
{
    private const int User = 64999;

    // Runs one process after the other, each until it ends itself or its time is over. They have namespaces of their
    // own, limits, and no way to start others. The timer interrupts calls that wait.
    private const string Source = """
        #define _GNU_SOURCE
        #include <signal.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/mount.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/wait.h>
        #include <time.h>
        #include <unistd.h>

        #define SIZE 16384
        static unsigned char *memory;
        static uint64_t state;

        static uint64_t next(void) { state ^= state << 13; state ^= state >> 7; return state ^= state << 17; }

        static void fill(void) {
            static const char *texts[] =
                { "/bin/true", "a\033]0;b\a\033[2J", "\xff\xfe\x80", "\"), = 0", "..", "/proc/1/fd" };
            for (int i = 0; i < SIZE; i += 8) *(uint64_t *)(memory + i) = next();
            for (int i = 0; i < 64; i++) {
                strcpy((char *)memory + next() % (SIZE - 16), texts[next() % 6]);
                *(uint64_t *)(memory + next() % (SIZE / 8) * 8) = (uint64_t)(memory + next() % SIZE);
                *(uint16_t *)(memory + next() % (SIZE / 2) * 2) = next() % 48;
                memory[next() % SIZE] = 0;
            }
        }

        static uint64_t argument(void) {
            switch (next() % 8) {
            case 0: return next() % 4;
            case 1: return next() % 256;
            case 2: return next() % 3 - 100 * (next() % 2);
            case 3: return next() >> next() % 64;
            case 4: return (uint64_t)(memory + SIZE - next() % 32);
            default: return (uint64_t)(memory + next() % SIZE);
            }
        }

        static void limit(int what, rlim_t value) { setrlimit(what, &(struct rlimit){ value, value }); }
        static void nothing(int signal) { (void)signal; }

        static void hostile(unsigned user) {
            limit(RLIMIT_AS, 1 << 28); limit(RLIMIT_FSIZE, 1 << 16); limit(RLIMIT_NOFILE, 64); limit(RLIMIT_CORE, 0);
            memory = mmap(0, SIZE + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            mprotect(memory + SIZE, 4096, PROT_NONE);
            sigaction(SIGALRM, &(struct sigaction){ .sa_handler = nothing }, 0);
            setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 5000 }, { 0, 5000 } }, 0);
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            if (syscall(SYS_setgroups, 0, 0) || syscall(SYS_setresgid, user, user, user)
                || syscall(SYS_setresuid, user, user, user)) _exit(1);
            for (;;) {
                long number = next() % 16 ? next() % 475 : next() % 6000;
        #ifdef SYS_fork
                if (number == SYS_fork || number == SYS_vfork) continue;
        #endif
                if (number == SYS_clone || number == SYS_clone3) continue;
                fill();
                syscall(number, argument(), argument(), argument(), argument(), argument(), argument());
            }
        }

        int main(int count, char **arguments) {
            time_t end = time(0) + atoi(arguments[1]);
            if (mount("tmpfs", "/tmp", "tmpfs", 0, "size=16m,mode=777") || chdir("/tmp")) return 1;
            for (uint64_t number = 1; time(0) < end; number++) {
                pid_t child = fork();
                if (child == 0) { state = number * 0x9e3779b97f4a7c15; hostile(atoi(arguments[2])); }
                for (int i = 0; i < 100 && waitpid(child, 0, WNOHANG) == 0; i++) usleep(2000);
                kill(child, SIGKILL);
                waitpid(child, 0, 0);
            }
            return 0;
        }
        """;

    // Where EBPFCAT_HOSTILE_SECONDS says so, for longer.
    private static readonly string Seconds = Environment.GetEnvironmentVariable("EBPFCAT_HOSTILE_SECONDS") ?? "3";

    // All that read memory of the process, but for those that start programs: they may end as another one.
    private static readonly string[] Reading =
    [
        .. Syscalls.Current.Names.Where(name => name is not ("execve" or "execveat")
            && Syscalls.Current[name].Arguments.Any(one => !one.IsOutput && one.Kind is SyscallArgumentKind.String
                or SyscallArgumentKind.StringList or SyscallArgumentKind.SocketAddress)),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SyscallMoment.Enter, true)]
    [InlineData(SyscallMoment.Enter, true, 65536)]
    [InlineData(SyscallMoment.Enter, false)]
    [InlineData(SyscallMoment.Whole, false)]
    public void Every_call_is_reported_or_counted_as_lost(SyscallMoment moment, bool isAll, int lateBuffer = 0)
    {
        using var target = new CompiledTarget(Source);
        var definition = new ProgramDefinition("counts", ProgramType.Tracepoint)
        {
            Target = moment == SyscallMoment.Enter ? "raw_syscalls/sys_enter" : "raw_syscalls/sys_exit",
        };
        var counts = definition.AddMap("calls", MapType.Hash, ScalarType.Int64, ScalarType.UInt64, 8192);
        definition.AddCode(code => code.If(
            Current.UserId == User, then => then.Increment(counts[Event.Field("id")])));
        using var counter = EbpfProgram.Load(definition);
        using var attachment = TracepointAttachment.Attach(counter);
        using var trace = SyscallTrace.Start(
            isAll ? [SyscallTrace.All] : [.. Reading, "execve", "execveat"],
            new() { Moment = moment, UserIds = [User], BufferSize = lateBuffer });

        var printed = Read(trace, target.Path, isLate: lateBuffer > 0);

        var calls = counter.Maps["calls"].Entries().ToDictionary(
            entry => (long)entry.Key!, entry => Convert.ToInt64(entry.Value, CultureInfo.InvariantCulture));
        var expected = isAll ? calls.Values.Sum()
            : Reading.Sum(name => calls.GetValueOrDefault(Syscalls.Current[name].Number ?? -1));
        var lost = trace.Events.TakeLost();
        Assert.True(expected > 100, $"The process made {expected} calls alone.");
        if (lateBuffer > 0) Assert.NotEqual(0, lost);
        if (isAll || lost == 0) Assert.Equal(expected, printed + lost);
        else Assert.InRange(expected - printed, 0, lost);
    }

    // Runs the process, prints its calls, late ones when it has ended, and returns the number of those in question.
    private static long Read(SyscallTrace trace, string path, bool isLate)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "unshare",
            ["--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", path, Seconds, $"{User}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var printed = 0L;
        for (var isOver = false; !isOver;)
        {
            isOver = isLate ? process.WaitForExit(Timeout.Infinite) : process.HasExited;
            trace.Events.Read(
                one =>
                {
                    var text = one.ToString()!;
                    Assert.DoesNotContain(text, char.IsControl);
                    if (trace.Attachments.Count <= 2 || !text.StartsWith("execve", StringComparison.Ordinal)) printed++;
                },
                isOver ? TimeSpan.Zero : TimeSpan.FromMilliseconds(100), cancellation: Token);
        }

        Assert.Equal(0, process.ExitCode);
        return printed;
    }
}
