using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Gives a place in the packet a name and a type.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfPacketVariable")]
[OutputType(typeof(Language.ProgramDefinition))]
public sealed class AddEbpfPacketVariableCommand : DefinitionCommand
{
    /// <summary>The variable's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    /// <summary>How many bytes it is from the packet's start.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateRange(0, 65535)]
    public int Offset { get; set; }

    /// <summary>Its type, with its byte order: <c>'!H'</c> is 16 bits, unsigned, in network order.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType Type { get; set; } = null!;

    /// <summary>Of a bit field its least significant bit, counted from 0 in what the bytes are read as.</summary>
    [Parameter]
    [ValidateRange(0, 63)]
    public int Bit { get; set; }

    /// <summary>How many bits a bit field has; 1 where -Bit alone is given.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int BitCount { get; set; }

    /// <inheritdoc/>
    protected override void Add() => Program.AddPacketVariable(
        Name, Offset, Type, Bit, BitCount == 0 && MyInvocation.BoundParameters.ContainsKey(nameof(Bit)) ? 1 : BitCount);
}
