using EbpfCat.Language;
using EbpfCat.Types;
using FsCheck;
using FsCheck.Fluent;
using static EbpfCat.Tests.Reference.Generators;

namespace EbpfCat.Tests.Reference;

/// <summary>
/// Random programs that are well typed and small enough for the verifier. What has effects stands alone or is assigned
/// to a local at once, so that no program depends on an order that the language leaves open.
/// </summary>
internal static partial class ProgramGenerator
{
    /// <summary>
    /// Maps that evict must have more room than a program can use: the kernel evicts well before the last entry.
    /// </summary>
    private const int EvictingEntries = 512;

    private static readonly ScalarType[] Scalars =
    [
        ScalarType.UInt8, ScalarType.UInt16, ScalarType.UInt32, ScalarType.UInt64,
        ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Fixed, ScalarType.Boolean,
    ];

    private static readonly AddressType[] Addresses =
        [AddressType.IPv4, AddressType.IPv6, AddressType.IPAddress, AddressType.Mac];

    private static readonly StringType[] Texts = [new(4), new(8), new(13)];

    // Most programs are small: the verifier's time grows faster than the size of a program.
    private static readonly Gen<int> Depths = Gen.Frequency((6, Gen.Constant(1)), (3, Gen.Constant(2)),
        (1, Gen.Constant(3)));

    private static readonly Gen<ScalarType> Scalar = Gen.Elements(Scalars);

    // Padding in the middle and at the end, byte orders, addresses, a struct within a struct.
    private static readonly StructType[] Structs = MakeStructs();

    private static readonly ProgramType[] Types =
        [ProgramType.Xdp, ProgramType.Xdp, ProgramType.Xdp, ProgramType.Tc, ProgramType.Tc, ProgramType.SocketFilter];

    /// <summary>A program for packets with all that it declares.</summary>
    public static Gen<ProgramDefinition> Program { get; } =
        from type in Gen.Elements(Types)
        from depth in Depths
        from hasTunnels in OnceIn(4)
        let info = ProgramTypes.Get(type)
        from variables in Several(1, 5, Declaration)
        from maps in Several(0, 3, MapDeclaration)
        from packetVariables in Several(0, 2, PacketDeclaration)
        from minimum in Weighted((4, () => Gen.Constant(0)), (1, () => Gen.Choose(1, 60)))
        from @default in Gen.Elements<object?>([null, null, 7, .. info.Verdicts.Keys])
        let program = Declare(type, variables, maps, packetVariables, minimum, @default)
        let shared = new ProgramScope
        {
            Type = info,
            Depth = depth,
            HasTunnels = hasTunnels,
            Variables = program.Variables,
            Maps = program.Maps,
            PacketVariables = program.PacketVariables,
        }
        from functions in Functions(shared)
        from locals in LocalSet("l")
        from body in Body(shared with { Functions = functions, Locals = locals }, depth + 2)
        select Complete(program, functions, body);

    private static Gen<ScalarType> OrderedScalar =>
        from type in Scalar
        from order in Gen.Elements(ByteOrder.Native, ByteOrder.Native, ByteOrder.LittleEndian, ByteOrder.BigEndian)
        from isBits in OnceIn(4)
        from first in Gen.Choose(0, type.Bits - 1)
        from count in Gen.Choose(1, type.Bits - first)
        let ordered = type.IsBoolean ? type : type.WithByteOrder(order)
        select isBits && !type.IsFixed ? ordered.WithBits(first, type.IsBoolean ? 1 : count) : ordered;

    private static Gen<EbpfType> ArrayOf(int count) =>
        OrderedScalar.Where(type => type.BitCount == 0).Select(type => ArrayType.Of(type, count));

    private static Gen<Variable> Declaration =>
        from type in Weighted<EbpfType>(
            (12, () => OrderedScalar.Select(t => (EbpfType)t)),
            (2, () => Gen.Elements<EbpfType>(Addresses)),
            (2, () => Gen.Elements<EbpfType>(Structs)),
            (1, () => Gen.Elements<EbpfType>(Texts)),
            (1, () => ArrayOf(4)))
        from storage in Gen.Elements(
            VariableStorage.Array, VariableStorage.Array, VariableStorage.PerCpu, VariableStorage.Hash)
        from initial in InitialValue(type)
        select new Variable(
            "v", type, storage == VariableStorage.Hash && type.Size > 8 ? VariableStorage.Array : storage, initial);

    private static Gen<object?> InitialValue(EbpfType type) => type switch
    {
        ScalarType { IsBoolean: true } => Gen.Elements<object?>(null, true),
        ScalarType { IsFixed: true } => Gen.Elements<object?>(null, null, -2.5, 0.00001, 100),
        ScalarType scalar => Weighted(
            (2, () => Gen.Constant<object?>(null)),
            (1, () => Gen.Choose((int)Math.Max(scalar.MinValue, -100), (int)Math.Min(scalar.MaxValue, 100))
                .Select(n => (object?)n)),
            (1, () => Gen.Elements<object?>(scalar.MinValue, scalar.MaxValue))),
        StringType => Gen.Elements<object?>(null, "Get", "a"),
        _ => Gen.Constant<object?>(null),
    };

    private static Gen<Map> MapDeclaration =>
        from type in Gen.Elements(MapType.Hash, MapType.Hash, MapType.Array, MapType.LruHash, MapType.PerCpuArray,
            MapType.PerCpuHash, MapType.Queue, MapType.Stack)
        from key in KeyType(type)
        from value in Weighted<EbpfType>(
            (5, () => OrderedScalar.Select(t => (EbpfType)t)),
            (1, () => Gen.Elements<EbpfType>(Addresses)),
            (1, () => Gen.Elements<EbpfType>(Texts)),
            (4, () => Gen.Elements<EbpfType>(Structs)))
        from entries in Gen.Elements(1, 2, 3, 8, 64)
        select new Map("m", type, key, value, type == MapType.LruHash ? EvictingEntries : entries);

    private static Gen<EbpfType?> KeyType(MapType type) => type switch
    {
        MapType.Queue or MapType.Stack => Gen.Constant<EbpfType?>(null),
        MapType.Array or MapType.PerCpuArray => Gen.Constant<EbpfType?>(ScalarType.UInt32),
        _ => Weighted<EbpfType?>(
            (3, () => OrderedScalar.Select(EbpfType? (t) => t)),
            (2, () => Gen.Elements<EbpfType?>(Addresses)),
            (1, () => Gen.Elements<EbpfType?>(Texts)),
            (3, () => Gen.Elements<EbpfType?>(Structs))),
    };

    private static Gen<PacketVariable> PacketDeclaration =>
        from offset in Gen.Choose(0, 40)
        from type in Weighted<EbpfType>(
            (6, () => OrderedScalar.Select(t => (EbpfType)t)),
            (1, () => Gen.Elements<EbpfType>(Addresses)))
        select new PacketVariable("p", offset, type);

    private static ProgramDefinition Declare(
        ProgramType type, Variable[] variables, Map[] maps, PacketVariable[] packetVariables, int minimum,
        object? @default)
    {
        var program = new ProgramDefinition("random", type) { MinimumPacketSize = minimum, DefaultAction = @default };
        for (var i = 0; i < variables.Length; i++) program.AddVariable(variables[i] with { Name = $"v{i}" });
        for (var i = 0; i < maps.Length; i++) program.AddMap(maps[i] with { Name = $"m{i}" });
        for (var i = 0; i < packetVariables.Length; i++)
            program.AddPacketVariable(packetVariables[i] with { Name = $"p{i}" });
        return program;
    }

    private static ProgramDefinition Complete(ProgramDefinition program, Function[] functions, Statement[] body)
    {
        foreach (var function in functions) program.AddFunction(function);
        program.Append(body);
        return program;
    }

    private static Gen<Local[]> LocalSet(string name) =>
        from types in Several(2, 5, Weighted<EbpfType?>(
            (5, () => Gen.Constant<EbpfType?>(null)),
            (4, () => Scalar.Select(EbpfType? (t) => t)),
            (1, () => Gen.Elements<EbpfType?>(Addresses)),
            (1, () => Gen.Elements<EbpfType?>(Texts)),
            (1, () => Gen.Elements(3, 4).SelectMany(ArrayOf).Select(EbpfType? (t) => t)),
            (1, () => Gen.Elements<EbpfType?>(Structs))))
        select types.Select((type, i) => new Local($"{name}{i}", type)).ToArray();

    // Each may call those before it.
    private static Gen<Function[]> Functions(ProgramScope scope) =>
        from count in Gen.Elements(0, 0, 1, 1, 2)
        from functions in Enumerable.Range(0, count).Aggregate(Gen.Constant<Function[]>([]), (previous, number) =>
            from before in previous
            from next in OneFunction(scope with { Functions = before }, number)
            select (Function[])[.. before, next])
        select functions;

    private static Gen<Function> OneFunction(ProgramScope scope, int number) =>
        from types in Several(0, 3, Weighted<EbpfType>(
            (6, () => Scalar.Select(t => (EbpfType)t)),
            (1, () => Gen.Elements<EbpfType>(Addresses))))
        let parameters = types.Select((type, i) => new Local($"f{number}a{i}", type)).ToArray()
        from locals in LocalSet($"f{number}l")
        from returns in Weighted<EbpfType?>(
            (1, () => Gen.Constant<EbpfType?>(null)), (2, () => Scalar.Select(EbpfType? (t) => t)))
        from body in Body(scope with { Locals = [.. parameters, .. locals], InFunction = true }, scope.Depth)
        select new Function($"f{number}", parameters, body) { ReturnType = returns };

    private static StructType[] MakeStructs()
    {
        static KeyValuePair<string, EbpfType> Field(string name, EbpfType type) => new(name, type);
        var flow = StructType.Create(
        [
            Field("Source", AddressType.IPv4), Field("Port", ScalarType.UInt16.WithByteOrder(ByteOrder.BigEndian)),
            Field("Protocol", ScalarType.UInt8),
        ]);
        return
        [
            flow,
            StructType.Create(
                [Field("A", ScalarType.UInt32), Field("B", ScalarType.Int16), Field("C", ScalarType.Boolean)]),
            StructType.Create(
                [Field("Small", ScalarType.Int8), Field("Large", ScalarType.UInt64), Field("Part", ScalarType.Fixed)]),
            StructType.Create([Field("Flow", flow), Field("Count", ScalarType.Int32)]),
            StructType.Create([Field("Name", new StringType(6)), Field("Size", ScalarType.UInt16)]),
            StructType.Create(
                [Field("Mac", AddressType.Mac), Field("Number", ScalarType.UInt64.WithByteOrder(ByteOrder.BigEndian))]),
            StructType.Create(
            [
                Field("Low", ScalarType.UInt16.WithBits(0, 5)), Field("High", ScalarType.UInt16.WithBits(0, 7)),
                Field("Signed", ScalarType.Int8.WithBits(2, 4)), Field("Flag", ScalarType.Boolean.WithBits(3, 1)),
            ]),
            StructType.CreatePacked(
                [Field("X", ScalarType.UInt8), Field("Y", ScalarType.Int32), Field("Z", ScalarType.UInt16)]),
        ];
    }
}
