using System.Diagnostics;
using System.Globalization;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Attachments;

[Trait("Category", "Hooks")]
[Collection(Starting.Processes)]
public sealed class ProcessTargetsTests
{
    private const int Ours = 999_999_991;
    private const int Foreign = 999_999_992;

    // Sends signal 0 to a process that does not exist: as itself, from a child and an orphan, and after a new exec.
    private const string Work = """
        i=0; while [ $i -lt 10 ]; do i=$((i+1))
            kill -0 $NUMBER
            (kill -0 $NUMBER; (kill -0 $NUMBER &) ; exec sh -c 'kill -0 $NUMBER; sh -c "kill -0 $NUMBER; :"')
        done 2>/dev/null; wait; sleep 0.3
        """;

    private const int CallsOfWork = 50;

    [Fact]
    public void Tree_of_processes_is_followed_through_forks()
    {
        using var shell = Start(Ours);
        Assert.Equal((CallsOfWork, 0), Count(new() { ProcessTrees = [shell.Id] }, shell));
    }

    [Fact]
    public void Tree_contains_the_descendants_there_are()
    {
        using var shell = Start(Ours, nested: true);
        Assert.Equal((CallsOfWork, 0), Count(new() { ProcessTrees = [shell.Id] }, shell));
    }

    [Theory]
    [InlineData("web.service", true)]
    [InlineData("docker-XX.scope", false)]
    [InlineData("XX", false)]
    public void Group_is_selected_with_those_below(string name, bool isService)
    {
        using var group = new TemporaryControlGroup();
        var id = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()) + new string('0', 32);
        var inner = Directory.CreateDirectory($"{group.Path}/{name.Replace("XX", id, StringComparison.Ordinal)}");
        var below = Directory.CreateDirectory($"{inner.FullName}/below");
        try
        {
            using var shell = Start(Ours);
            Assert.Contains(isService ? "web" : id[..12], isService ? Services.Names : Containers.Current.Names);
            File.WriteAllText($"{below.FullName}/cgroup.procs", $"{shell.Id}");
            Assert.Equal((CallsOfWork, 0), Count(
                isService ? new() { Services = ["web"] } : new() { Containers = [id[..12]] }, shell));
            var wrong = Assert.Throws<UnknownNameException>(() => (isService
                ? new ProcessTargets { Services = ["webb"] } : new ProcessTargets { Containers = [id[..11] + "x"] })
                .Resolve());
            Assert.Contains(isService ? "web" : id[..12], wrong.Suggestions);
        }
        finally
        {
            Assert.True(Counting.Eventually(() => Remove(below) && Remove(inner)));
        }
    }

    [Fact]
    public void User_is_selected_by_name()
    {
        using var first = Start(Ours);
        Assert.Equal((CallsOfWork, 0), Count(new() { UserNames = ["root"] }, first, withForeign: false));
        using var second = Start(Ours);
        Assert.Equal((0, 0), Count(new() { UserNames = ["nobody"] }, second, withForeign: false));
        var wrong = Assert.Throws<UnknownNameException>(() => new ProcessTargets { UserNames = ["nobod"] }.Resolve());
        Assert.Equal("user", wrong.Kind);
        Assert.Contains("nobody", wrong.Suggestions);
    }

    [Fact]
    public void Many_processes_are_selected_by_a_map()
    {
        using var shell = Start(Ours);
        int[] ids = [.. Enumerable.Range(4_000_001, 100), shell.Id];
        Assert.Equal((10, 0), Count(new() { ProcessIds = ids }, shell));
    }

    [Fact]
    public void Process_that_does_not_exist_has_no_tree()
    {
        using var filter = new ProcessTargets { ProcessTrees = [4_000_001] }.Resolve();
        Assert.Equal("4000001", Assert.Throws<UnknownNameException>(() => filter.Start()).Name);
    }

    [Theory]
    [InlineData("var/lib/docker/containers/ID/config.v2.json", """{"ID":"ID","Name":"/web"}""", "docker-ID.scope")]
    [InlineData("var/lib/containers/storage/overlay-containers/containers.json",
        """[{"id":"0"},{"id":"ID","names":["web"]}]""", "libpod-ID.scope/container")]
    [InlineData("run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json",
        """{"annotations":{"io.kubernetes.cri.container-name":"web"}}""", "cri-containerd-ID.scope")]
    [InlineData("run/containers/storage/overlay-containers/ID/userdata/config.json",
        """{"annotations":{"io.kubernetes.container.name":"web"}}""", "crio-ID.scope")]
    [InlineData("none", "", "lxc.payload.web/init.scope")]
    public void Container_has_the_name_that_its_runtime_gave(string file, string content, string group)
    {
        var id = new string('c', 64);
        var root = Directory.CreateTempSubdirectory("ebpfcat-test-");
        try
        {
            var path = Path.Combine(root.FullName, file.Replace("ID", id, StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content.Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal));
            var containers = new Containers(root.FullName);
            Assert.Equal("web", containers.NameOf("a/" + group.Replace("ID", id, StringComparison.Ordinal)));
            Assert.Equal(file == "none" ? "web" : "cccccccccccc", new Containers("/none").NameOf(
                group.Replace("ID", id, StringComparison.Ordinal)));
            Assert.Null(containers.NameOf($"user.slice/libpod-conmon-{id}.scope"));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static bool Remove(DirectoryInfo group)
    {
        try
        {
            if (Directory.Exists(group.FullName)) Directory.Delete(group.FullName);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A shell that begins its work when it reads a line; a nested one has started a child for it by then.
    private static Process Start(int number, bool nested = false)
    {
        var work = $"read line; export NUMBER={number}; {Work}";
        var shell = Process.Start(new ProcessStartInfo("sh", ["-c", nested ? $"({work}); exit 0" : work])
        {
            RedirectStandardInput = true,
        })!;
        var children = $"/proc/{shell.Id}/task/{shell.Id}/children";
        if (nested) Assert.True(Counting.Eventually(() => File.ReadAllText(children).Length > 0));
        return shell;
    }

    // The calls of a process and its descendants that a program for the targets counts, and those of another.
    private static (long Ours, long Foreign) Count(ProcessTargets targets, Process shell, bool withForeign = true)
    {
        var definition =
            new ProgramDefinition("targets", ProgramType.Tracepoint) { Target = "syscalls/sys_enter_kill" };
        var counts = definition.AddMap("counts", MapType.Hash, ScalarType.UInt32, ScalarType.UInt64, 8);
        definition.AddCode(code => code.Increment(counts[Event.Field("pid")]));
        using var filter = targets.Resolve();
        using var program = EbpfProgram.Load(filter.Apply(definition), filter.Start());
        using var attachment = TracepointAttachment.Attach(program);
        using var foreign = withForeign ? Start(Foreign) : null;
        foreach (var one in (Process?[])[shell, foreign]) one?.StandardInput.WriteLine();
        foreach (var one in (Process?[])[shell, foreign]) one?.WaitForExit();
        long Of(int number) => program.Maps["counts"].TryGet((uint)number, out var count)
            ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : 0;
        return (Of(Ours), Of(Foreign));
    }
}
