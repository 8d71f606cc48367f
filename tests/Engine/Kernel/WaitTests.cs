using EbpfCat.Kernel;

namespace EbpfCat.Tests.Kernel;

public sealed class WaitTests
{
    [Fact]
    public void Signaled_descriptor_wakes_the_waiting_thread()
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
    public void Processor_lists_parse_in_the_kernel_s_format(string list, int[] expected) =>
        Assert.Equal(expected, Processors.Parse(list));

    [Fact]
    public void Online_processors_are_possible_processors()
    {
        Assert.NotEmpty(Processors.Online);
        Assert.Subset(Processors.Possible.ToHashSet(), Processors.Online.ToHashSet());
    }

    [Theory]
    [InlineData("count", "count")]
    [InlineData("my-program", "my_program")]
    [InlineData("a_name_of_more_than_15", "a_name_of_more_")]
    [InlineData("", "")]
    public void Invalid_characters_in_object_names_are_replaced(string name, string expected) =>
        Assert.Equal(expected, ObjectName.From(name).ToString());
}
