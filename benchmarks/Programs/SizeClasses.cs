using EbpfCat.Language;
using EbpfCat.Types;
using static EbpfCat.Benchmarks.Packets.Frames;
using P = EbpfCat.Language.Packet;

namespace EbpfCat.Benchmarks.Programs;

internal sealed class SizeClasses : Benchmark
{
    private static readonly int[] Limits = [65, 128, 256, 512, 1024];

    public override string Name => "size_classes";

    public override string Title => "Histogram of size classes by a chain of conditions";

    public override string WhereClangWins =>
        "the script compares the end of the packet with its start plus each size; the C computes the length once.";

    public override byte[] Packet => Ethernet(EtherTypeIPv4, new byte[300]);

    public override IEnumerable<byte[]> Packets =>
        Limits.SelectMany(limit => new[] { limit - 1, limit, limit + 1 }).Select(size => new byte[size]);

    protected override void Write(ProgramDefinition program, CodeBuilder code)
    {
        var classes = program.AddMap("classes", MapType.Array, ScalarType.UInt32, ScalarType.UInt64, Limits.Length + 1);
        var size = CodeBuilder.Local("class");
        Choose(code, 0);
        code.Increment(classes[size]).Return("Pass");

        void Choose(CodeBuilder branch, int number)
        {
            if (number == Limits.Length)
            {
                branch.Assign(size, number);
                return;
            }

            branch.If(P.Length < Limits[number], then => then.Assign(size, number),
                @else => Choose(@else, number + 1));
        }
    }
}
