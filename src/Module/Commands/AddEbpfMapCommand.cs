using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Declares a map of a program.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfMap")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfMapCommand : DefinitionCommand
{
    private static readonly HashSet<MapType> Keyless =
        [MapType.Queue, MapType.Stack, MapType.BloomFilter, MapType.RingBuffer];

    /// <summary>The map's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    /// <summary>The map's kind.</summary>
    [Parameter(Mandatory = true)]
    [ArgumentCompleter(typeof(MapTypeCompleter))]
    public MapType Type { get; set; }

    /// <summary>The type of the keys; arrays take uint32 and need not be told.</summary>
    [Parameter]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Key { get; set; }

    /// <summary>The type of the values.</summary>
    [Parameter]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType? Value { get; set; }

    /// <summary>How many entries the map can hold; for a ring buffer its size in bytes.</summary>
    [Parameter(Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int MaxEntries { get; set; }

    /// <inheritdoc/>
    protected override void Add()
    {
        if (Type is MapType.Array or MapType.PerCpuArray) Key ??= ScalarType.UInt32;
        if (Key is null && !Keyless.Contains(Type))
            throw new CompileException("MissingKeyType", $"A map of type {Type} has keys.", null,
                "Give their type, such as -Key uint32.");
        if (Key is not null && Keyless.Contains(Type))
            throw new CompileException("UnexpectedKeyType", $"A map of type {Type} has no keys.", null, "Leave out -Key.");
        if (Value is null && Type != MapType.RingBuffer)
            throw new CompileException("MissingValueType", $"A map of type {Type} has values.", null,
                "Give their type, such as -Value uint64.");
        Program.AddMap(Name, Type, Key, Value, MaxEntries);
    }
}
