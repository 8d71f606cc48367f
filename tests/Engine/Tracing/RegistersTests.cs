using System.Runtime.InteropServices;
using EbpfCat.Btf;
using EbpfCat.Tracing;

namespace EbpfCat.Tests.Tracing;

public sealed class RegistersTests
{
    [Theory]
    [InlineData("rdi", 112, 8)]
    [InlineData("edi", 112, 4)]
    [InlineData("dil", 112, 1)]
    [InlineData("r10w", 56, 2)]
    [InlineData("ch", 89, 1)]
    [InlineData("orig_rax", 120, 8)]
    [InlineData("rip", 128, 8)]
    [InlineData("rsp", 152, 8)]
    public void Registers_of_x86_64_have_the_kernel_s_offsets(string name, int offset, int size) =>
        Assert.Equal(new RegisterSlot(name, offset, size), Registers.X64[name]);

    [Theory]
    [InlineData("x7", 56, 8)]
    [InlineData("w30", 240, 4)]
    [InlineData("sp", 248, 8)]
    [InlineData("pc", 256, 8)]
    [InlineData("orig_x0", 272, 8)]
    public void Registers_of_arm64_have_the_kernel_s_offsets(string name, int offset, int size) =>
        Assert.Equal(new RegisterSlot(name, offset, size), Registers.Arm64[name]);

    [Fact]
    public void Running_kernel_has_the_same_layout()
    {
        var layout = BtfTypes.Kernel?.FindStruct("pt_regs");
        Assert.SkipWhen(layout is null, "This kernel has no BTF.");
        var registers = Registers.Current;
        Assert.True(layout!.Value.Size >= registers.Size);
        var compared = 0;
        foreach (var member in layout.Value.Members)
        {
            string[] names = [member.Name, "r" + member.Name, "e" +
                member.Name, member.Name.Replace("orig_", "orig_r", StringComparison.Ordinal)];
            // "sp" is the low half's name on x86-64, and the whole register's in the kernel: both begin at one place.
            if (names.Select(registers.Find).FirstOrDefault(each => each is not null) is not { } slot) continue;
            Assert.Equal((member.Name, member.Offset), (member.Name, slot.Offset));
            compared++;
        }

        Assert.True(compared >= (registers.Processor == Architecture.X64 ? 19 : 2), $"{compared} registers compared");
    }

    [Fact]
    public void Arguments_follow_the_calling_convention()
    {
        Assert.Equal([112, 104, 96, 88, 72, 64], Registers.X64.Arguments.Select(each => each.Offset));
        Assert.Equal([112, 104, 96, 56, 72, 64], Registers.X64.SyscallArguments.Select(each => each.Offset));
        Assert.Equal([0, 8, 16, 24, 32, 40, 48, 56], Registers.Arm64.Arguments.Select(each => each.Offset));
        Assert.Equal([272, 8, 16, 24, 32, 40], Registers.Arm64.SyscallArguments.Select(each => each.Offset));
        Assert.Equal((80, 0), (Registers.X64.Result.Offset, Registers.Arm64.Result.Offset));
    }

    [Fact]
    public void Every_register_lies_within_the_struct() => Assert.All(
        [Registers.X64, Registers.Arm64],
        registers => Assert.All(registers.Names.Select(name => registers[name]),
            slot => Assert.True(slot.Offset + slot.Size <= registers.Size)));

    [Fact]
    public void Unknown_register_is_refused()
    {
        Assert.Throws<UnknownNameException>(() => Registers.X64["x0"]);
        Assert.Throws<PlatformNotSupportedException>(() => Registers.Of(Architecture.S390x));
    }
}
