using EbpfCat.Kernel;
using EbpfCat.Maps;

namespace EbpfCat.Tests.Maps;

public sealed class PinPathTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void Directory_without_a_name_is_refused(string? directory) =>
        Assert.ThrowsAny<ArgumentException>(() => PinPath.MakeDirectory(directory!));

    [Fact]
    public void Directory_outside_the_BPF_file_system_is_refused() =>
        Assert.Equal(Errno.EINVAL, Assert.Throws<KernelException>(() => PinPath.MakeDirectory("/tmp/pins")).Errno);
}
