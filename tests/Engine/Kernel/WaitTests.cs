using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class WaitTests
{
    [Fact]
    public void A_signal_wakes_who_waits_for_its_descriptor()
    {
        using var first = new EventDescriptor();
        using var second = new EventDescriptor();
        using var epoll = new Epoll();
        epoll.Include(first, 0x1111_2222_3333_4444);
        epoll.Include(second, 2);
        var keys = new ulong[4];
        Assert.Equal(0, epoll.Wait(keys, TimeSpan.FromMilliseconds(5)));

        first.Signal();
        first.Signal();
        Assert.Equal(1, epoll.Wait(keys, Timeout.InfiniteTimeSpan));
        Assert.Equal(0x1111_2222_3333_4444ul, keys[0]);
        Assert.Equal(2ul, first.Reset());
        Assert.Equal(0ul, first.Reset());

        first.Signal();
        second.Signal();
        Assert.Equal(2, epoll.Wait(keys, TimeSpan.FromSeconds(5)));
        epoll.Exclude(first);
        Assert.Equal(1, epoll.Wait(keys, TimeSpan.FromSeconds(5)));
        Assert.Equal(2ul, keys[0]);
    }

    [Theory]
    [InlineData("0\n", new[] { 0 })]
    [InlineData("0-3", new[] { 0, 1, 2, 3 })]
    [InlineData("0-1,4,8-9\n", new[] { 0, 1, 4, 8, 9 })]
    [InlineData("\n", new int[0])]
    public void Lists_of_processors_are_read_as_the_kernel_writes_them(string list, int[] expected) =>
        Assert.Equal(expected, Processors.Parse(list));

    [Fact]
    public void Every_processor_that_runs_is_possible()
    {
        Assert.NotEmpty(Processors.Online);
        Assert.Subset(Processors.Possible.ToHashSet(), Processors.Online.ToHashSet());
    }

    [Theory]
    [InlineData("count", "count")]
    [InlineData("my-program", "my_program")]
    [InlineData("a_name_of_more_than_15", "a_name_of_more_")]
    [InlineData("", "")]
    public void Names_become_such_as_the_kernel_takes(string name, string expected) =>
        Assert.Equal(expected, ObjectName.From(name).ToString());
}
