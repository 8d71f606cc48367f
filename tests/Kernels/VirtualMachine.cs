using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace EbpfCat.Kernels;

/// <summary>
/// A machine that boots a kernel on the host's own root file system, which it sees but cannot change, runs one command
/// and ends. The processor is emulated by QEMU's TCG, so that it needs neither hardware support nor privilege.
/// </summary>
/// <param name="kernel">The kernel to boot.</param>
/// <param name="busybox">A busybox that needs no library.</param>
internal sealed class VirtualMachine(Kernel kernel, string busybox)
{
    private const int MemoryMegabytes = 3072;

    // What stands between the initial RAM disk and the host's files; everything else loads on demand.
    private static readonly string[] BootModules = ["virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"];

    private readonly Tool _emulator = Tool.Find("qemu-system-x86_64", "qemu-system-x86");
    private readonly Tool _guard = Tool.Find("setpriv", "util-linux");

    /// <summary>More of the kernel's command line.</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>
    /// The number of processors. More than one are slower than one where the host has none to spare for them.
    /// </summary>
    public int Processors { get; init; } = 2;

    /// <summary>The time after which the machine is switched off.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>
    /// The exit code of a shell command, run in a directory with more environment variables than the usual ones.
    /// </summary>
    /// <remarks>
    /// What it writes goes to <paramref name="output"/>, line by line. <see cref="HarnessException"/> where the machine
    /// does not come so far as to say how the command ended, <see cref="BootException"/> where it stops before the
    /// command begins. The caller's thread has to outlive the machine.
    /// </remarks>
    public int Run(string command, string directory, IReadOnlyDictionary<string, string> environment, TextWriter output,
        CancellationToken cancellation)
    {
        using var files = new TemporaryDirectory();
        Directory.CreateDirectory(files["results"]);
        WriteInitialRamDisk(files["initrd"], command, directory, environment);

        using var process = new Process { StartInfo = new(_guard.Path, Arguments(files)) };
        process.StartInfo.RedirectStandardInput = true;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.StandardOutputEncoding = Encoding.UTF8;

        cancellation.ThrowIfCancellationRequested();
        process.Start();
        using var kill = cancellation.Register(process.Kill);
        var copy = Task.Run(() => Copy(process.StandardOutput, output), CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);

        var inTime = process.WaitForExit(TimeLimit);
        if (!inTime)
        {
            process.Kill();
            process.WaitForExit();
        }

        copy.Wait(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        var result = files["results/exit-code"];
        if (File.Exists(result) && int.TryParse(File.ReadAllText(result), out var exitCode))
        {
            return exitCode;
        }

        var reason = inTime ? "The machine stopped before the command ended."
            : $"The machine did not end within {TimeLimit.TotalMinutes} minutes.";
        var console = File.Exists(files["console"])
            ? string.Join('\n', File.ReadLines(files["console"]).TakeLast(40)) : "";
        var message = $"{reason}\n{errors.Result}{console}";
        throw inTime && !File.Exists(files["results/booted"])
            ? new BootException(message) : new HarnessException(message);
    }

    private static void Copy(StreamReader from, TextWriter to)
    {
        while (from.ReadLine() is { } line)
        {
            to.WriteLine(line);
        }
    }

    private void WriteInitialRamDisk(
        string path, string command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        var modules = kernel.Resolve(BootModules);
        var settings = new StringBuilder()
            .Append("BOOT_MODULES=").AppendLine(Shell.Quote(string.Join(' ', modules)))
            .Append("MODULES=").AppendLine(Shell.Quote(kernel.Modules))
            .Append("DIRECTORY=").AppendLine(Shell.Quote(directory));
        foreach (var (name, value) in environment)
        {
            settings.AppendLine($"export {name}={Shell.Quote(value)}");
        }

        using var disk = new InitialRamDisk(File.Create(path));

        // The kernel opens the first process's console before devtmpfs is there.
        disk.AddCharacterDevice("dev/console", 5, 1);
        disk.AddFile("bin/busybox", File.ReadAllBytes(busybox));
        disk.AddFile("init", ReadGuestScript("init"));
        disk.AddFile("start", ReadGuestScript("start"));
        disk.AddFile("settings", Encoding.UTF8.GetBytes(settings.ToString()));
        disk.AddFile("command", Encoding.UTF8.GetBytes(command));
        foreach (var module in modules)
        {
            disk.AddFile($"modules/{module}", File.ReadAllBytes(Path.Combine(kernel.Modules, module)));
        }
    }

    // Killed with the thread that started it, so that not even SIGKILL leaves a machine behind.
    private IEnumerable<string> Arguments(TemporaryDirectory files) =>
    [
        "--pdeathsig", "KILL", _emulator.Path,
        "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-machine", "pc", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", $"{Processors}", "-m",
        $"{MemoryMegabytes}M",
        "-kernel", kernel.Image, "-initrd", files["initrd"],
        "-append", $"console=ttyS0 loglevel=4 panic=-1 mitigations=off lsm=lockdown,yama,bpf {KernelArguments}",
        "-chardev", $"file,id=console,path={files["console"]}", "-serial", "chardev:console",
        "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        "-fsdev", $"local,id=results,path={files["results"]},security_model=none",
        "-device", "virtio-9p-pci,fsdev=results,mount_tag=results",
        "-chardev", "stdio,id=output,signal=off",
        "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=output,name=output",
        "-device", "virtio-rng-pci",
    ];

    private static byte[] ReadGuestScript(string name)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return memory.ToArray();
    }
}
