using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EbpfCat.Kernels;

/// <summary>The command: boots kernels, one after the other, and runs the tests on each.</summary>
internal static class Program
{
    private static readonly Argument<string[]> Kernels = new("kernels")
    {
        Description = $"The kernels: {string.Join(", ", KernelRelease.All.Select(release => release.Name))}.",
        DefaultValueFactory = _ => [.. KernelRelease.All.Select(release => release.Name)],
    };

    private static readonly Option<string?> Category = new("--category")
    {
        Description = "Runs only the engine tests with this trait Category, and the Pester tests with this tag.",
    };

    private static readonly Option<string[]> Engine = new("--engine")
    {
        Description = "Passes an argument to the runner of the engine tests, such as -class=NAME; can be repeated. " +
            "Leaves out the Pester tests.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Command = new("--command")
    {
        Description = "A shell command to run in place of the tests.",
    };

    private static readonly Option<string> KernelArguments = new("--append")
    {
        Description = "More of the kernel's command line, such as lockdown=confidentiality.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<int> Processors = new("--processors")
    {
        Description = "The number of emulated processors. On a busy host, one is faster than two.",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<double> Minutes = new("--minutes")
    {
        Description = "The time that a kernel has for all of it.",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<bool> Refresh = new("--refresh")
    {
        Description = "Fetches the kernels anew, where Debian has newer ones than those in the cache.",
    };

    private static int Main(string[] args)
    {
        var command = new RootCommand("Runs the tests on other kernels, each in an emulated machine.")
        {
            Kernels, Category, Engine, Command, KernelArguments, Processors, Minutes, Refresh,
        };
        command.SetAction(Run);
        return command.Parse(args).Invoke();
    }

    private static int Run(ParseResult arguments)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return RunAll(arguments, stop.Token);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (HarnessException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return CannotRun;
        }
    }

    private static int RunAll(ParseResult arguments, CancellationToken cancellation)
    {
        var releases = arguments.GetRequiredValue(Kernels).Select(KernelRelease.Parse).ToArray();
        var cache = new KernelCache(cancellation);
        var busybox = cache.GetBusybox();
        var boots = Boots(arguments);

        var outcomes = new List<(string Name, string Outcome, TimeSpan Time)>();
        foreach (var release in releases)
        {
            foreach (var boot in boots)
            {
                var clock = Stopwatch.StartNew();
                Console.WriteLine($"== {release.Name} ({release.Suite}){boot.Remark}");
                outcomes.Add((release.Name + boot.Remark, RunOne(release, boot), clock.Elapsed));
            }
        }

        var width = outcomes.Max(each => each.Name.Length) + 1;
        foreach (var (name, outcome, time) in outcomes)
        {
            Console.WriteLine($"{name.PadRight(width)} {outcome,-12} {time.TotalSeconds,6:F1} s");
        }

        return outcomes.TrueForAll(each => each.Outcome == Passed) ? 0
            : outcomes.TrueForAll(each => each.Outcome is Passed or NotThere) ? CannotRun
            : 1;

        string RunOne(KernelRelease release, Boot boot)
        {
            var outcome = NotThere;
            try
            {
                var machine = new VirtualMachine(cache.GetKernel(release, arguments.GetValue(Refresh)), busybox)
                {
                    KernelArguments = boot.KernelArguments,
                    Processors = arguments.GetValue(Processors),
                    TimeLimit = TimeSpan.FromMinutes(arguments.GetValue(Minutes)),
                };
                outcome = "did not end";
                var exitCode = RunOnce(machine, boot.Command, BootAttempts);
                return exitCode == 0 ? Passed : $"failed ({exitCode})";
            }
            catch (HarnessException failure)
            {
                Console.Error.WriteLine(failure.Message);
                return outcome;
            }
        }

        int RunOnce(VirtualMachine machine, string command, int attempts)
        {
            while (true)
            {
                try
                {
                    return machine.Run(
                        command, TestSuites.Repository, TestSuites.Environment, Console.Out, cancellation);
                }
                catch (BootException failure) when (--attempts > 0)
                {
                    Console.Error.WriteLine(failure.Message);
                    Console.WriteLine("Once more.");
                }
            }
        }
    }

    // What a kernel does that is locked down cannot be tested on one that is not. Where all tests run, or those of the
    // hooks, it boots once more for these few.
    private static Boot[] Boots(ParseResult arguments)
    {
        var category = arguments.GetValue(Category);
        var engine = arguments.GetRequiredValue(Engine);
        var append = arguments.GetRequiredValue(KernelArguments);
        var asked = new Boot(arguments.GetValue(Command) ?? TestSuites.Command(category, engine), append, "");
        var isWhole = arguments.GetValue(Command) is null && engine.Length == 0 && append.Length == 0
            && category is null or TestSuites.Hooks;
        return isWhole
            ? [asked,
                new Boot(TestSuites.Command(TestSuites.Lockdown, []), "lockdown=confidentiality", ", locked down")]
            : [asked];
    }

    /// <summary>One start of a kernel.</summary>
    /// <param name="Command">The shell command to run there.</param>
    /// <param name="KernelArguments">More of the kernel's command line.</param>
    /// <param name="Remark">What is said of it beside the kernel's name.</param>
    private sealed record Boot(string Command, string KernelArguments, string Remark);

    private const int CannotRun = 2;

    // A kernel changes its own code while it boots, which emulated processors that the host keeps waiting do not always
    // take in: it panics, one time in many.
    private const int BootAttempts = 3;

    private const string Passed = "passed";

    // The kernel cannot be fetched, or QEMU is missing.
    private const string NotThere = "did not run";
}
