using System.Runtime.InteropServices;
using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Tracing;

public sealed class SyscallsTests
{
    [Fact]
    public void System_call_has_its_arguments()
    {
        var open = Syscalls.Current["openat"];

        Assert.Equal(["dfd", "filename", "flags", "mode"], open.Arguments.Select(each => each.Name));
        Assert.Equal(
            [SyscallArgumentKind.FileDescriptor, SyscallArgumentKind.String, SyscallArgumentKind.Flags,
                SyscallArgumentKind.Mode],
            open.Arguments.Select(each => each.Kind));
        Assert.Equal(
            [ScalarType.Int32, ScalarType.UInt64, ScalarType.Int32, ScalarType.UInt16],
            open.Arguments.Select(each => each.Type));
        Assert.Equal([0, 1, 2, 3], open.Arguments.Select(each => each.Index));
        Assert.True(open["filename"].Field.IsUserPointer && !open["filename"].IsOutput);
        Assert.Equal(ScalarType.Int64, open.ReturnType);
    }

    [Theory]
    [InlineData("bind", "umyaddr", false, "addrlen")]
    [InlineData("connect", "uservaddr", false, "addrlen")]
    [InlineData("accept4", "upeer_sockaddr", true, null)]
    public void Socket_address_arguments_are_recognized(string name, string argument, bool isOutput, string? length)
    {
        var address = Syscalls.Current[name][argument];
        Assert.Equal(SyscallArgumentKind.SocketAddress, address.Kind);
        Assert.Equal((isOutput, length), (address.IsOutput, address.LengthArgument));
    }

    [Theory]
    [InlineData("write", "buf", SyscallArgumentKind.Buffer, false)]
    [InlineData("read", "buf", SyscallArgumentKind.Buffer, true)]
    [InlineData("execve", "filename", SyscallArgumentKind.String, false)]
    [InlineData("execve", "argv", SyscallArgumentKind.StringList, false)]
    [InlineData("mount", "dir_name", SyscallArgumentKind.String, false)]
    [InlineData("umount2", "name", SyscallArgumentKind.String, false)]
    [InlineData("fstat", "statbuf", SyscallArgumentKind.Pointer, true)]
    [InlineData("close", "fd", SyscallArgumentKind.FileDescriptor, false)]
    [InlineData("mmap", "prot", SyscallArgumentKind.Flags, false)]
    [InlineData("kill", "pid", SyscallArgumentKind.Integer, false)]
    public void Argument_kind_follows_from_type_name_and_facts(
        string name, string argument, SyscallArgumentKind kind, bool isOutput)
    {
        var found = Syscalls.Current[name][argument];
        Assert.Equal((kind, isOutput), (found.Kind, found.IsOutput));
    }

    [Fact]
    public void Every_system_call_is_described_and_has_its_number()
    {
        Assert.True(Syscalls.Current.Names.Count > 250);
        foreach (var name in Syscalls.Current.Names)
        {
            var syscall = Syscalls.Current[name];
            Assert.InRange(syscall.Arguments.Count, 0, 6);
            Assert.True(syscall.Number is not null, $"{name} has no number");
            Assert.Equal(name, Syscalls.Current.NameOf(syscall.Number!.Value));
            Assert.Equal("ret", syscall.Result.Name);
            foreach (var argument in syscall.Arguments.Where(each => each.LengthArgument is not null))
                Assert.NotNull(syscall[argument.LengthArgument!]);
        }
    }

    [Theory]
    [InlineData("stat", "newstat")]
    [InlineData("uname", "newuname")]
    [InlineData("umount2", "umount")]
    public void System_call_is_found_by_its_name_or_kernel_function(string name, string function)
    {
        Assert.SkipUnless(Syscalls.Current.Contains(name), $"This processor has no {name}.");
        Assert.Same(Syscalls.Current[name], Syscalls.Current[function]);
        Assert.Equal(name, Syscalls.Current[function].Name);
        Assert.Equal($"syscalls/sys_enter_{function}", Syscalls.Current[name].Enter.FullName);
    }

    [Fact]
    public void Unknown_system_call_is_refused_with_similar_names()
    {
        var refusal = Assert.Throws<UnknownNameException>(() => Syscalls.Current["opennat"]);
        Assert.Equal("system call", refusal.Kind);
        Assert.Equal("openat", refusal.Suggestions[0]);
    }

    [Fact]
    public void System_call_without_a_tracepoint_is_reported()
    {
        var refusal = Assert.Throws<UnknownNameException>(() => Syscalls.Current["nfsservctl"]);
        Assert.EndsWith("The kernel has it, but no tracepoint for it.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Architecture.X64, "read", 0)]
    [InlineData(Architecture.X64, "openat", 257)]
    [InlineData(Architecture.X64, "bpf", 321)]
    [InlineData(Architecture.X64, "rseq", 334)]
    [InlineData(Architecture.X64, "openat2", 437)]
    [InlineData(Architecture.X64, "file_setattr", 469)]
    [InlineData(Architecture.Arm64, "read", 63)]
    [InlineData(Architecture.Arm64, "openat", 56)]
    [InlineData(Architecture.Arm64, "bpf", 280)]
    [InlineData(Architecture.Arm64, "wait4", 260)]
    [InlineData(Architecture.Arm64, "kexec_file_load", 294)]
    [InlineData(Architecture.Arm64, "file_setattr", 469)]
    public void System_call_numbers_depend_on_the_architecture(Architecture processor, string name, int number) =>
        Assert.Equal(number, SyscallNumbers.Of(processor)[name]);
}
