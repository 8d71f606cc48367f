using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EbpfCat.Attachments;
using EbpfCat.Events;
using EbpfCat.Kernel;
using EbpfCat.Language;
using EbpfCat.Programs;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Tracing;

public sealed class SymbolizerTests
{
    [Fact]
    public void Address_in_this_process_resolves_to_function_and_file()
    {
        var address = (ulong)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getpid");
        var found = new Symbolizer().User(Environment.ProcessId, address + 3);

        Assert.Equal(("getpid", 3UL, false), (found.Symbol, found.Offset, found.IsKernel));
        Assert.EndsWith("/libc.so.6", found.Module!, StringComparison.Ordinal);
        Assert.Equal("getpid+0x3 [libc.so.6]", found.ToString());
    }

    [Fact]
    public void Return_address_belongs_to_the_caller()
    {
        using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);
        var symbol = libc.GetFunction("getpid");
        var end = (ulong)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getpid") + symbol.Size;
        var found = new Symbolizer().User(Environment.ProcessId, end, isReturnAddress: true);

        Assert.Equal(("getpid", symbol.Size, end), (found.Symbol, found.Offset, found.Address));
    }

    [Fact]
    public void Unmapped_address_stays_a_number()
    {
        var found = new Symbolizer().User(Environment.ProcessId, 0x10);
        Assert.Equal((null, null, "0x10"), (found.Symbol, found.Module, found.ToString()));
    }

    [Fact]
    public void Remembered_mappings_outlive_the_process()
    {
        var symbolizer = new Symbolizer();
        ulong address;
        int id;
        using (var process = Process.Start("sleep", "60"))
        {
            id = process.Id;
            try
            {
                Assert.True(SpinWait.SpinUntil(() => Libc(id) is not null, TimeSpan.FromSeconds(10)));
                using var libc = ElfFile.Open(SharedLibraries.Find("libc.so.6")!);
                var symbol = libc.GetFunction("getpid");
                var mapping = Libc(id)!;
                address = libc.ToFileOffset(symbol.Address)!.Value - mapping.FileOffset + mapping.Start;
                Assert.True(symbolizer.Remember(id));
            }
            finally
            {
                process.Kill();
                process.WaitForExit();
            }
        }

        Assert.Equal("getpid", symbolizer.User(id, address).Symbol);
        symbolizer.Forget(id);
        Assert.Null(symbolizer.User(id, address).Symbol);
        Assert.False(symbolizer.Remember(id));

        static ProcessMapping? Libc(int id) => ProcessMaps.TryRead(id)?.Mappings
            .FirstOrDefault(each => each.IsExecutable && each.Path.EndsWith("/libc.so.6", StringComparison.Ordinal));
    }

    // Nothing reads the stack before the process has ended.
    [Fact]
    public void Stacks_of_a_process_that_has_ended_have_names()
    {
        var definition = new ProgramDefinition("ended", ProgramType.Kprobe) { Target = "libc:getenv" };
        definition.Probe = ProbeKind.Uprobe;
        var stacks = definition.AddMap("stacks", MapType.Hash, StackType.Instance, ScalarType.UInt64, 4096);
        definition.AddCode(code => code.Assign(stacks[new SystemValueExpression(SystemValue.UserStack)], 1));
        using var program = EbpfProgram.Load(definition);
        using (UprobeAttachment.Attach(program))
        {
            using var child = Process.Start("sort", "/dev/null");
            child.WaitForExit();
            var found = program.Maps["stacks"].Entries().Select(entry => (StackReference)entry.Key!)
                .Where(stack => stack.ProcessId == child.Id).Select(stack => program.Stacks.ReadStack(stack)).ToArray();
            Assert.NotEmpty(found);
            Assert.All(
                found, stack => Assert.StartsWith("getenv+0x0 [libc", $"{stack.Frames[0]}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Data_has_no_function()
    {
        var maps = ProcessMaps.Read(Environment.ProcessId);
        var libc = maps.Mappings.Last(each => !each.IsExecutable && each.IsFile
            && each.Path.EndsWith("/libc.so.6", StringComparison.Ordinal));
        var found = new Symbolizer().User(Environment.ProcessId, libc.Start + 16);
        Assert.Equal((null, libc.Path, libc.FileOffset + 16), (found.Symbol, found.Module, found.Offset));
        // Not all kernels list their data.
        if (KernelSymbols.Current.Find("init_task") is { } data) Assert.Null(Symbolizer.Kernel(data.Address).Symbol);
    }

    [Fact]
    public void Kernel_address_resolves_to_its_function()
    {
        var symbol = KernelSymbols.Current.Find("vfs_read")!.Value;
        var found = Symbolizer.Kernel(symbol.Address + 5);
        Assert.Equal(("vfs_read", 5UL, null, true), (found.Symbol, found.Offset, found.Module, found.IsKernel));
        Assert.Equal("vfs_read+0x5", found.ToString());
        Assert.Equal("0x10", Symbolizer.Kernel(0x10).ToString());
    }

    [Fact]
    public void Memory_mappings_are_read_from_proc_maps()
    {
        var maps = ProcessMaps.Parse(1, Encoding.UTF8.GetBytes("""
            55d0c0000000-55d0c0001000 r--p 00000000 08:01 42                         /usr/bin/a program
            55d0c0001000-55d0c0003000 r-xp 00001000 08:01 42                         /usr/bin/a program (deleted)
            7f0000000000-7f0000001000 rw-p 00000000 00:00 0 
            7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]

            """));

        Assert.Equal(4, maps.Mappings.Count);
        var code = maps.Find(0x55d0c0002fff)!;
        Assert.Equal(("/usr/bin/a program", true, true, 0x1000UL, 42UL, "08:01"),
            (code.Path, code.IsDeleted, code.IsExecutable, code.FileOffset, code.Inode, code.Device));
        Assert.False(maps.Find(0x55d0c0000000)!.IsExecutable);
        Assert.Equal("", maps.Find(0x7f0000000000)!.Path);
        Assert.False(maps.Find(0x7ffc00000000)!.IsFile);
        Assert.Null(maps.Find(0x55d0c0003000));
        Assert.Null(maps.Find(0));
        Assert.Null(maps.Find(ulong.MaxValue));
    }

    [Fact]
    public void Missing_process_is_distinguished()
    {
        Assert.Null(ProcessMaps.TryRead(int.MaxValue));
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => ProcessMaps.Read(int.MaxValue)).Errno);
        Assert.Null(ProcessInfo.Read(int.MaxValue));
    }

    [Fact]
    public void Functions_of_a_JIT_compiler_are_read_from_its_perf_map()
    {
        var map =
            PerfMap.Parse("7f0000001000 20 int32 Program::Main(string[])\n0x7f0000000000 10 first\nbroken line\n"u8);
        Assert.Equal(("int32 Program::Main(string[])", 0x1fUL), map.Find(0x7f000000101f));
        Assert.Equal(("first", 0UL), map.Find(0x7f0000000000));
        Assert.Null(map.Find(0x7f0000000010));
        Assert.Null(map.Find(0x7f0000001020));
        Assert.Null(map.Find(1));
    }

    [Fact]
    public void Process_has_its_name_and_parent()
    {
        using var process = Process.Start("sleep", "60");
        try
        {
            Assert.True(
                SpinWait.SpinUntil(() => ProcessInfo.Read(process.Id)?.Name == "sleep", TimeSpan.FromSeconds(10)));
            var info = ProcessInfo.Read(process.Id)!;
            Assert.Equal((process.Id, Environment.ProcessId), (info.Id, info.ParentId));
            Assert.Equal(ProcessInfo.Read(Environment.ProcessId)!.UserId, info.UserId);
            Assert.True(info.StartTime > ProcessInfo.Read(Environment.ProcessId)!.StartTime);
            Assert.Equal(process.Id, info.NamespaceId);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
