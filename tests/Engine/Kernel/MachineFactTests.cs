using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class MachineFactTests
{
    [Fact]
    public void Fact_is_read_once_and_a_failed_read_is_repeated()
    {
        var reads = 0;
        var fact = new MachineFact<int>(() => ++reads == 1 ? throw new IOException("not yet") : reads);
        Assert.Throws<IOException>(() => fact.Value);
        Assert.Equal(2, fact.Value);
        Assert.Equal(2, fact.Value);
    }
}
