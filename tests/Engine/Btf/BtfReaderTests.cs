using System.Diagnostics;
using System.Runtime.InteropServices;
using EbpfCat.Btf;
using EbpfCat.Types;

namespace EbpfCat.Tests.Btf;

public class BtfReaderTests
{
    private static BtfTypes Kernel =>
        BtfTypes.Kernel ?? throw new InvalidOperationException("This kernel has no type information.");

    [Fact]
    public void Kernel_types_are_read_once() => Assert.Same(Kernel, BtfTypes.Kernel);

    [Fact]
    public void Struct_members_have_the_kernel_s_offsets()
    {
        // A stable struct: include/uapi/linux/if_ether.h.
        BtfType ethhdr = Kernel.FindStruct("ethhdr")!.Value;
        Assert.Equal(BtfKind.Struct, ethhdr.Kind);
        Assert.Equal(14, ethhdr.Size);
        Assert.Equal(
            [("h_dest", 0, "unsigned char[6]"), ("h_source", 6, "unsigned char[6]"), ("h_proto", 12, "__be16")],
            ethhdr.Members.Select(member => (member.Name, member.Offset, member.Type.ToString())));
    }

    [Fact]
    public void Bit_field_has_its_offset_and_width()
    {
        BtfMember version = Kernel.FindStruct("iphdr")!.Value.FindMember("version")!.Value;
        Assert.Equal((4, true), (version.BitfieldSize, version.IsBitfield));
        Assert.Equal(BitConverter.IsLittleEndian ? 4 : 0, version.BitOffset);
        Assert.False(Kernel.FindStruct("iphdr")!.Value.FindMember("ttl")!.Value.IsBitfield);
    }

    [Fact]
    public void Member_of_an_anonymous_union_has_its_offset_in_the_outer_struct()
    {
        BtfType common = Kernel.FindStruct("sock_common")!.Value;
        Assert.Equal(0, common.FindMember("skc_daddr")!.Value.Offset);
        Assert.Equal(4, common.FindMember("skc_rcv_saddr")!.Value.Offset);
        BtfMember port = common.FindMember("SKC_DPORT")!.Value;
        Assert.Equal((12, "skc_dport", "__be16"), (port.Offset, port.Name, port.Type.ToString()));
        Assert.Null(common.FindMember("skc_nothing"));
    }

    [Fact]
    public void Function_has_its_parameters()
    {
        BtfType function = Kernel.FindFunction("tcp_v4_connect")!.Value;
        Assert.Equal("int", function.Result.ToString());
        Assert.Equal(["sk", "uaddr", "addr_len"], function.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("struct sock *", function.Parameters[0].Type.ToString());
        Assert.StartsWith("int tcp_v4_connect(struct sock *sk, ", function.ToString());
    }

    [Fact]
    public void Typedefs_and_qualifiers_are_resolved()
    {
        BtfType size = Kernel.FindTypedef("size_t")!.Value;
        Assert.Equal(BtfKind.Int, size.Resolve().Kind);
        Assert.Equal(8, size.Size);
        Assert.False(size.Resolve().IsSigned);
        Assert.True(Kernel.FindTypedef("ssize_t")!.Value.Resolve().IsSigned);
        Assert.True(Kernel.FindTypedef("bool")!.Value.Resolve().IsBoolean);
    }

    [Fact]
    public void Enumeration_has_its_values()
    {
        BtfType action = Kernel.FindEnum("xdp_action")!.Value;
        Assert.Equal(
            ["XDP_ABORTED=0", "XDP_DROP=1", "XDP_PASS=2", "XDP_TX=3", "XDP_REDIRECT=4"],
            action.Values.Select(value => $"{value.Key}={value.Value}"));
    }

    [Fact]
    public void Unknown_names_are_not_found()
    {
        Assert.Null(Kernel.FindStruct("no_such_struct"));
        Assert.Null(Kernel.FindStruct(""));
        Assert.Null(Kernel.FindFunction("ethhdr"));
        Assert.Empty(Kernel.FindAll("no_such_thing"));
    }

    [Fact]
    [Trait("Category", "Timing")]
    public void Lookup_by_name_takes_a_few_milliseconds()
    {
        _ = Kernel.FindStruct("task_struct");
        var watch = Stopwatch.StartNew();
        string[] names =
            ["sk_buff", "file", "linux_binprm", "inode", "path", "dentry", "cgroup", "net_device", "sock", "cred"];
        foreach (string name in names) Assert.NotNull(Kernel.FindStruct(name));
        // Ten names at about half a millisecond each, with reserve for a busy machine.
        Assert.InRange(watch.ElapsedMilliseconds, 0, 200);
    }

    [Fact]
    public void Every_kernel_type_can_be_read_and_converted()
    {
        var kinds = new HashSet<BtfKind>();
        int structs = 0;
        foreach (BtfType type in Kernel.All)
        {
            kinds.Add(type.Kind);
            Assert.NotEmpty(type.ToString());
            Assert.InRange(type.Size, 0, int.MaxValue);
            EbpfType? converted = type.ToEbpfType();
            if (type.Kind is not (BtfKind.Struct or BtfKind.Union)) continue;
            structs++;
            Assert.Equal(type.Size, converted!.Size);
        }

        Assert.InRange(structs, 5_000, int.MaxValue);
        Assert.Superset(
            new HashSet<BtfKind>
            {
                BtfKind.Int, BtfKind.Pointer, BtfKind.Array, BtfKind.Struct, BtfKind.Union, BtfKind.Enum,
                BtfKind.Forward,
                BtfKind.Typedef, BtfKind.Const, BtfKind.Function, BtfKind.Prototype,
            },
            kinds);
    }

    [Fact]
    public void Per_cpu_variable_is_in_its_section()
    {
        BtfType? section = Kernel.Find(".data..percpu", BtfKind.Section);
        Assert.SkipWhen(section is null, "the kernel's BTF has no variables");
        Assert.Contains(
            section.Value.Variables, entry => entry.Variable.Name == "runqueues" && entry.Size == entry.Variable.Size);
    }

    [Fact]
    public void Kernel_types_become_types_that_read_values()
    {
        Assert.Equal(
            ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian), Kernel.FindTypedef("__be16")!.Value.ToEbpfType());
        Assert.Equal(AddressType.IPv4, Kernel.FindStruct("in_addr")!.Value.ToEbpfType());
        Assert.Equal(AddressType.IPv6, Kernel.FindStruct("in6_addr")!.Value.ToEbpfType());
        Assert.Equal(ScalarType.Boolean, Kernel.FindTypedef("bool")!.Value.ToEbpfType());
        BtfType task = Kernel.FindStruct("task_struct")!.Value;
        Assert.Equal(new StringType(16), task.FindMember("comm")!.Value.Type.ToEbpfType());
        Assert.Equal(ScalarType.Int32, task.FindMember("pid")!.Value.Type.ToEbpfType());
        Assert.Equal(ScalarType.UInt64, task.FindMember("mm")!.Value.Type.ToEbpfType());
        var action = Assert.IsType<EnumType>(Kernel.FindEnum("xdp_action")!.Value.ToEbpfType());
        Assert.Equal("XDP_DROP", action.Read(BitConverter.GetBytes(1)));
        var ethernet = Assert.IsType<StructType>(Kernel.FindStruct("ethhdr")!.Value.ToEbpfType());
        Assert.Equal((ushort)0x0800, ethernet.FindField("h_proto")!.Type.Read([8, 0]));
        Assert.Null(Kernel[0].ToEbpfType());
        Assert.Null(Kernel.FindFunction("tcp_v4_connect")!.Value.ToEbpfType());
    }

    [Fact]
    public void Module_types_extend_the_kernel_s_types()
    {
        string? module = Directory.EnumerateFiles("/sys/kernel/btf").Select(path => Path.GetFileName(path))
            .FirstOrDefault(name => name != "vmlinux");
        Assert.SkipWhen(module is null, "No kernel module is loaded.");
        BtfTypes types = BtfTypes.ForModule(module!)!;
        Assert.Equal(Kernel.FindStruct("sk_buff"), types.FindStruct("sk_buff"));
        Assert.All(types.All, type => Assert.NotEmpty(type.ToString()));
    }

    [Fact]
    public void Module_can_refer_to_kernel_strings_and_types()
    {
        // Written by hand: type 1 is an integer "shared", and a module's type 2 a typedef "own" of it, 3 one "shared"
        // of 2.
        BtfTypes kernel = BtfTypes.Parse(Blob([1, 1u << 24, 4, 32], "\0shared\0"));
        BtfTypes module = BtfTypes.Parse(Blob([8, 8u << 24, 1, 1, 8u << 24, 2], "own\0"), kernel);
        Assert.Equal(4, module.Count);
        Assert.Equal("own", module[2].Name);
        Assert.Equal(kernel[1].Name, module[2].Target.Name);
        Assert.Equal(4, module[3].Size);
        Assert.Equal(2, module.FindTypedef("own")!.Value.Id);
        Assert.Equal([1, 3], module.FindAll("shared").Select(type => type.Id));
    }

    [Theory]
    [InlineData("", "shorter than its header")]
    [InlineData("00000100180000000000000000000000000000000000000000", "no type information")]
    [InlineData("eb9f0100000000180000000000000000000000000000000000", "byte order")]
    [InlineData("9feb0100180000000000000010000000100000000100000000", "cut off")]
    public void Invalid_type_information_is_refused(string bytes, string reason)
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "The bytes are little-endian.");
        var error = Assert.Throws<BtfException>(() => BtfTypes.Parse(Convert.FromHexString(bytes)));
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Damaged_types_are_refused_without_endless_loops()
    {
        Assert.Contains(
            "kind 31", Assert.Throws<BtfException>(() => BtfTypes.Parse(Blob([0, 31u << 24, 0], "\0"))).Message);
        Assert.Throws<BtfException>(() => BtfTypes.Parse(Blob([0, (4u << 24) | 2, 8, 0, 0, 0], "\0")));
        Assert.Throws<BtfException>(() => BtfTypes.Parse(Blob([0, 2u << 24, 0], "\0x")));
        BtfType circle = BtfTypes.Parse(Blob([0, 8u << 24, 1], "\0"))[1];
        Assert.Throws<BtfException>(() => circle.Resolve());
        Assert.Throws<BtfException>(() => circle.Size);
        Assert.Throws<BtfException>(() => circle.ToEbpfType());
        Assert.Contains("...", BtfTypes.Parse(Blob([0, 2u << 24, 1], "\0"))[1].ToString());
        BtfType tight = BtfTypes.Parse(Blob([0, (4u << 24) | 1, 2, 1, 2, 0, 1, 1u << 24, 4, 32], "\0x\0"))[1];
        Assert.Throws<BtfException>(() => tight.ToEbpfType());
        BtfType astray = BtfTypes.Parse(Blob([99, 2u << 24, 0xffffffff], "\0"))[1];
        Assert.Throws<BtfException>(() => astray.Name);
        Assert.Throws<BtfException>(() => astray.Target);
    }

    [Fact]
    public void Function_that_refers_to_itself_has_no_parameters()
    {
        BtfType function = BtfTypes.Parse(Blob([1, 12u << 24, 1], "\0f\0"))[1];
        Assert.Empty(function.Parameters);
        Assert.Equal(BtfKind.Void, function.Result.Kind);
        Assert.Equal("void f()", function.ToString());
    }

    [Fact]
    public void Types_that_double_with_each_level_are_refused()
    {
        // Type n is a union of two members of type n + 1, without names or with; the last is an integer.
        uint[] words = [.. Enumerable.Range(2, 40).SelectMany(next =>
            new uint[] { 0, (5u << 24) | 2, 4, 0, (uint)next, 0, 0, (uint)next, 0 })];
        BtfType anonymous = BtfTypes.Parse(Blob([.. words, 0, 1u << 24, 4, 32], "\0"))[1];
        Assert.Contains("too many", Assert.Throws<BtfException>(() => anonymous.NamedMembers).Message);
        for (int index = 3; index < words.Length; index += 9) words[index] = words[index + 3] = 1;
        BtfType named = BtfTypes.Parse(Blob([.. words, 0, 1u << 24, 4, 32], "\0x\0"))[1];
        Assert.Contains("too many", Assert.Throws<BtfException>(() => named.ToEbpfType()).Message);
    }

    [Fact]
    public void Text_of_a_type_that_doubles_with_each_level_is_cut()
    {
        // A prototype with two parameters that are pointers to the next prototype.
        uint[] words = [.. Enumerable.Range(0, 30).Select(index => (uint)(2 * index + 2)).SelectMany(pointer =>
            new uint[] { 0, (13u << 24) | 2, 0, 0, pointer, 0, pointer, 0, 2u << 24, pointer + 1 })];
        string text = BtfTypes.Parse(Blob([.. words, 0, 1u << 24, 4, 32], "\0"))[1].ToString();
        Assert.InRange(text.Length, 100, 20_000);
    }

    [Fact]
    public void Size_beyond_2_GiB_is_refused()
    {
        uint[] words = [0, 3u << 24, 0, 2, 2, 0xffffffff, 0, 1u << 24, 4, 32];
        Assert.Throws<BtfException>(() => BtfTypes.Parse(Blob(words, "\0"))[1].Size);
    }

    [Fact]
    public void Changed_bytes_are_read_or_refused_but_never_crash()
    {
        var builder = new BtfBuilder();
        builder.AddType(EbpfType.FromDictionary(new Dictionary<string, object>
        {
            ["address"] = "ipaddress",
            ["port"] = "!H",
            ["name"] = "string[16]",
            ["counts"] = "uint64[4]",
        }));
        builder.AddType(new EnumType(ScalarType.Int32, [new("one", 1), new("two", -2)], "numbers"));
        builder.AddFunction("f", 0, ScalarType.UInt64, [new("value", ScalarType.UInt32), new("pointer", null)]);
        byte[] valid = builder.ToBytes();
        var random = new Random(1);
        for (int attempt = 0; attempt < 5_000; attempt++)
        {
            byte[] changed = [.. valid];
            for (int count = random.Next(1, 6); count > 0; count--)
                changed[random.Next(changed.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(16));
            Ignore(() =>
            {
                foreach (BtfType type in BtfTypes.Parse(changed).All) ReadAll(type);
            });
        }

        static void ReadAll(BtfType type)
        {
            Ignore(() => type.ToString());
            Ignore(() => _ = type.Size);
            Ignore(() => _ = (type.Members, type.Values, type.Parameters, type.Result, type.Variables));
            Ignore(() => type.FindMember("port"));
            Ignore(() => type.ToEbpfType());
        }

        static void Ignore(Action read)
        {
            try
            {
                read();
            }
            catch (BtfException)
            {
            }
        }
    }

    private static byte[] Blob(uint[] words, string strings)
    {
        byte[] text = [.. strings.Select(character => (byte)character)];
        uint length = (uint)words.Length * 4;
        uint[] header = [0x1eb9f, 24, 0, length, length, (uint)text.Length];
        return [.. MemoryMarshal.AsBytes(header.AsSpan()), .. MemoryMarshal.AsBytes(words.AsSpan()), .. text];
    }
}
