using System.Management.Automation;
using EbpfCat.Completion;
using EbpfCat.Language;
using EbpfCat.ScriptBlocks;
using EbpfCat.Types;

namespace EbpfCat.Commands;

/// <summary>Declares a variable that a program shares with user space.</summary>
[Cmdlet(VerbsCommon.Add, "EbpfVariable")]
[OutputType(typeof(ProgramDefinition))]
public sealed class AddEbpfVariableCommand : DefinitionCommand
{
    /// <summary>The variable's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    /// <summary>The variable's type.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [KernelType]
    [ArgumentCompleter(typeof(KernelTypeCompleter))]
    public EbpfType Type { get; set; } = null!;

    /// <summary>Where the variable lives.</summary>
    [Parameter]
    public VariableStorage Storage { get; set; }

    /// <summary>What the variable holds when the program is loaded.</summary>
    [Parameter]
    public object? InitialValue { get; set; }

    /// <inheritdoc/>
    protected override void Add()
    {
        var initial = SessionValue.Unwrap(InitialValue);
        // A value that does not fit is this line's mistake, not that of the line that loads the program.
        if (initial is not null) _ = Type.ToBytes(initial);
        Program.AddVariable(Name, Type, Storage, initial);
    }
}
