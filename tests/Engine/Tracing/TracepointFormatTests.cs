using EbpfCat.Tracing;
using EbpfCat.Types;

namespace EbpfCat.Tests.Tracing;

public sealed class TracepointFormatTests
{
    private const string Common = """
            field:unsigned short common_type;	offset:0;	size:2;	signed:0;
            field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
            field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
            field:int common_pid;	offset:4;	size:4;	signed:1;

        """;

    [Fact]
    public void Format_of_sched_switch_has_the_documented_fields()
    {
        var format = TraceFs.Current.GetFormat("sched/sched_switch");

        var name = format["prev_comm"];
        Assert.Equal((8, 16, "char[16]"), (name.Offset, name.Size, name.TypeText));
        Assert.Equal(new StringType(16), name.Type);
        Assert.True(name.IsString && !name.IsDynamic && name.Pointer == PointerTarget.None);
        Assert.Equal(16, name.ArrayLength);
        Assert.Equal(ScalarType.Int32, format["next_pid"].Type);
        Assert.Equal(ScalarType.Int64, format["prev_state"].Type);
        Assert.True(format["common_pid"].IsCommon);
        Assert.DoesNotContain(format.OwnFields, field => field.IsCommon);
        Assert.Equal(format["next_prio"].Offset + 4, format.Size);
    }

    [Fact]
    public void Addresses_are_recognized_by_field_name()
    {
        var format = TraceFs.Current.GetFormat("sock/inet_sock_set_state");

        Assert.Equal(AddressType.IPv4, format["saddr"].Type);
        Assert.Equal(AddressType.IPv6, format["daddr_v6"].Type);
        Assert.True(format["skaddr"].IsKernelPointer);
        Assert.Equal(ScalarType.UInt64, format["skaddr"].Type);
    }

    [Fact]
    public void Values_printed_by_name_form_an_enumeration()
    {
        var format = TraceFs.Current.GetFormat("sock/inet_sock_set_state");

        var state = format["newstate"];
        Assert.Equal(ScalarType.Int32, state.Type);
        Assert.Equal(state.Type, state.Enumeration!.Underlying);
        Assert.Contains(new("TCP_ESTABLISHED", 1), state.Enumeration.Members);
        Assert.Contains(new("TCP_LISTEN", 10), state.Enumeration.Members);
        Assert.Null(format["sport"].Enumeration);
    }

    [Theory]
    [InlineData("__data_loc char[] name", FieldPlacement.DataLocation)]
    [InlineData("__rel_loc char[] name", FieldPlacement.RelativeLocation)]
    public void Dynamic_text_is_found_by_its_locator(string declaration, FieldPlacement placement)
    {
        var field = Field($"{declaration};\toffset:8;\tsize:4;\tsigned:0;");

        Assert.Equal(("name", "char[]", placement), (field.Name, field.TypeText, field.Placement));
        Assert.True(field.IsString && field.IsDynamic);
        Assert.Equal(ScalarType.UInt32, field.Type);
    }

    [Fact]
    public void Dynamic_array_keeps_its_element_type()
    {
        var field = Field("__data_loc u64[] values;\toffset:8;\tsize:4;\tsigned:0;");
        Assert.True(field.IsDynamic && !field.IsString);
        Assert.Equal(ScalarType.UInt64, field.ElementType);
    }

    [Theory]
    [InlineData("unsigned long args[6]", 48, 0, "uint64[6]")]
    [InlineData("long values[3]", 24, 1, "int64[3]")]
    [InlineData("u8 fsid[16]", 16, 0, "byte[16]")]
    [InlineData("u8 saddr[4]", 4, 0, "ipv4")]
    [InlineData("unsigned char addr[6]", 6, 0, "mac")]
    [InlineData("char comm[TASK_COMM_LEN]", 16, 1, "string[16]")]
    [InlineData("char buf[]", 0, 0, "byte[0]")]
    [InlineData("bool enabled", 1, 0, "bool")]
    [InlineData("__be16 port", 2, 0, "uint16 (big-endian)")]
    [InlineData("dev_t dev", 4, 0, "uint32")]
    [InlineData("enum zone_type zone", 4, 0, "uint32")]
    [InlineData("s8 level", 1, 1, "int8")]
    [InlineData("struct pair pair", 24, 0, "byte[24]")]
    public void Type_follows_from_the_declaration(string declaration, int size, int signed, string type) =>
        Assert.Equal(type, Field($"{declaration};\toffset:8;\tsize:{size};\tsigned:{signed};").Type.Name);

    [Theory]
    [InlineData("sched", "const void * skb", PointerTarget.Kernel, false)]
    [InlineData("sched", "const void* skb", PointerTarget.Kernel, false)]
    [InlineData("sched", "const char * name", PointerTarget.Kernel, true)]
    [InlineData("sched", "const char __user * name", PointerTarget.User, false)]
    [InlineData("syscalls", "const char * name", PointerTarget.User, true)]
    [InlineData("syscalls", "struct stat * statbuf", PointerTarget.User, false)]
    [InlineData("syscalls", "const char *const * argv", PointerTarget.User, false)]
    [InlineData("syscalls", "cap_user_header_t header", PointerTarget.User, false)]
    public void Pointer_tells_kernel_from_user_memory(
        string category, string declaration, PointerTarget target, bool text)
    {
        var field = Field($"{declaration};\toffset:8;\tsize:8;\tsigned:0;", category);
        Assert.Equal((target, text), (field.Pointer, field.IsString));
        Assert.Equal(ScalarType.UInt64, field.Type);
    }

    [Fact]
    public void Field_names_are_case_insensitive() =>
        Assert.Same(
            TraceFs.Current.GetFormat("sched/sched_switch")["next_pid"],
            TraceFs.Current.GetFormat("sched/sched_switch")["Next_Pid"]);

    [Fact]
    public void Unknown_field_is_refused_with_similar_names()
    {
        var format = TraceFs.Current.GetFormat("sched/sched_switch");
        var refusal = Assert.Throws<UnknownNameException>(() => format["next_conm"]);
        Assert.Equal("There is no field 'next_conm' in sched/sched_switch; did you mean next_comm?", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name: x\nformat:\n")]
    [InlineData("name: x\nID: 3\nformat:\n\tfield:int a; size:4;")]
    public void Invalid_format_is_refused(string text) =>
        Assert.Throws<FormatException>(() => TracepointFormat.Parse("sched", text));

    [Fact]
    public void Value_names_parse_with_numbers_in_any_form()
    {
        const string Names =
            """{ 0x1f, "HEX" }, { -1, "NEGATIVE" }, { (7), "INNER" }, { 1 << 2, "SUM" }, { 8UL, "LONG" }""";
        var format = TracepointFormat.Parse("x", $$"""
            name: x
            ID: 7
            format:
            {{Common}}	field:int kind;	offset:8;	size:4;	signed:1;

            print fmt: "%s", __print_symbolic(REC->kind, {{Names}})
            """);

        Assert.Equal(
            [new("HEX", 31), new("NEGATIVE", -1), new("INNER", 7), new("LONG", 8)],
            format["kind"].Enumeration!.Members);
    }

    [Fact]
    public void Copied_text_is_not_an_argument_of_the_system_call()
    {
        // As Linux 7.2 has it.
        var format = TracepointFormat.Parse("syscalls", $$"""
            name: sys_enter_unlink
            ID: 760
            format:
            {{Common}}	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
            	field:const char * pathname;	offset:16;	size:8;	signed:0;
            	field:__data_loc char[] __pathname_val;	offset:24;	size:4;	signed:0;

            print fmt: "pathname: 0x%08lx \"%s\"", ((unsigned long)(REC->pathname)), __get_str(__pathname_val)
            """);

        Assert.Equal(["pathname"], format.SyscallArguments.Select(field => field.Name));
    }

    private static TracepointField Field(string line, string category = "sched") =>
        TracepointFormat.Parse(
            category, $"name: x\nID: 1\nformat:\n{Common}\tfield:{line}\n\nprint fmt: \"\"\n").OwnFields.Single();
}
