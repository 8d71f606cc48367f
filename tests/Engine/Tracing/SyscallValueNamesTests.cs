using System.Runtime.InteropServices;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class SyscallValueNamesTests
{
    [Theory]
    [InlineData("openat", "flags", 0, "O_RDONLY")]
    [InlineData("open", "flags", 0x80241, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC")]
    [InlineData("openat", "flags", 0x101002, "O_RDWR|O_SYNC")]
    [InlineData("openat", "flags", 0x1002, "O_RDWR|O_DSYNC")]
    [InlineData("openat", "flags", 0x40000003, "3|0x40000000")]
    [InlineData("mmap", "prot", 0, "PROT_NONE")]
    [InlineData("mmap", "flags", 0x22, "MAP_PRIVATE|MAP_ANONYMOUS")]
    [InlineData("faccessat2", "mode", 6, "W_OK|R_OK")]
    [InlineData("newfstatat", "flag", 0, null)]
    [InlineData("socket", "family", 16, "AF_NETLINK")]
    [InlineData("socket", "family", 99, null)]
    [InlineData("socket", "type", 0x80802, "SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC")]
    [InlineData("kill", "sig", 15, "SIGTERM")]
    [InlineData("kill", "sig", 0, null)]
    [InlineData("clone", "clone_flags", 0x1200011, "SIGCHLD|CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID")]
    [InlineData("close", "fd", 1, null)]
    public void Values_have_the_names_of_the_man_pages(string syscall, string argument, ulong value, string? names) =>
        Assert.Equal(names, SyscallValueNames.Find(syscall, argument, value));

    [Fact]
    public void O_DIRECTORY_depends_on_the_architecture() => Assert.Equal(
        "O_RDONLY|O_DIRECTORY",
        SyscallValueNames.Find(
            "openat", "flags", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000u : 0x10000u));
}
