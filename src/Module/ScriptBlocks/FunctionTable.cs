using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>
/// The functions that a block can call: those of earlier blocks, and its own wherever in it they are written. Each is
/// translated when it is first called, so that a caller knows whether it gives a value.
/// </summary>
internal sealed class FunctionTable(ProgramTranslation translation)
{
    // The machine passes arguments in five registers.
    private const int MaxParameters = 5;

    private readonly Dictionary<string, Function> _translated =
        translation.Definition.Functions.ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, FunctionDefinitionAst> _declared = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<FunctionDefinitionAst> _underway = [];
    private readonly HashSet<FunctionDefinitionAst> _failed = [];
    private readonly List<Function> _new = [];

    public IReadOnlyCollection<string> Names =>
        [.. _translated.Keys.Union(_declared.Keys, StringComparer.OrdinalIgnoreCase)];

    public bool Contains(string? name) => name is not null && Find(name) is not null;

    // A block of a part finds the functions of that part first.
    private string? Find(string name) => Array.Find([InPart(name), name], key =>
        _translated.ContainsKey(key) || _declared.ContainsKey(key));

    private string InPart(string name) => translation.Part is { } part ? $"{part}.{name}" : name;

    /// <summary>Notes the functions that a block defines.</summary>
    public void Declare(IReadOnlyList<StatementAst> statements)
    {
        foreach (var definition in statements.OfType<FunctionDefinitionAst>())
        {
            var name = InPart(definition.Name);
            if (!_translated.ContainsKey(name) && _declared.TryAdd(name, definition)) continue;
            translation.Diagnostics.Add(translation.Error(definition, DiagnosticIds.DuplicateName,
                $"The program has a function '{name}' already.",
                "Give it another name; case does not count."));
        }
    }

    /// <summary>A function by name.</summary>
    /// <param name="name">The name of one that there is.</param>
    /// <param name="call">The call.</param>
    /// <returns>The function; null for one whose definition fails, which is reported.</returns>
    public Function? Get(string name, Ast call)
    {
        name = Find(name)!;
        if (_translated.TryGetValue(name, out var function)) return function;
        var definition = _declared[name];
        if (!_underway.Add(definition))
        {
            throw translation.Error(call, DiagnosticIds.RecursiveFunction,
                $"The function '{definition.Name}' calls itself.",
                "The kernel's stack is too small for recursion: write a loop.");
        }

        if (_failed.Contains(definition)) return null;
        function = translation.TryElsewhere(definition, Translate);
        _underway.Remove(definition);
        if (function is null)
        {
            _failed.Add(definition);
            return null;
        }

        _translated.Add(name, function);
        _new.Add(function);
        return function;
    }

    /// <summary>Translates uncalled functions too, and gives all, each behind those it calls.</summary>
    public IReadOnlyList<Function> TranslateAll()
    {
        foreach (var (name, definition) in _declared) Get(name, definition);
        return _new;
    }

    private Function Translate(FunctionDefinitionAst definition)
    {
        using var level = translation.Enter(definition);
        if (definition.IsFilter || definition.IsWorkflow)
        {
            throw translation.Error(definition, DiagnosticIds.UnsupportedStatement,
                "A filter works on a pipeline, and the kernel has none.", "Write function.");
        }

        var parameters = ModernSyntax.ParametersOf(definition) ?? definition.Body.ParamBlock?.Parameters
            ?? (IReadOnlyList<ParameterAst>)[];
        if (parameters.Count > MaxParameters)
        {
            throw translation.Error(parameters[MaxParameters], DiagnosticIds.WrongArguments,
                $"A function has at most {MaxParameters} parameters.",
                "Pass several values together in a shared variable or a map.");
        }

        var outside = new BlockTranslation(translation, new Scope(definition.Body));
        var locals = parameters.Select(p => new Local(NameOf(p, outside), Attributes(p.Attributes, outside))).ToArray();
        var block = new BlockTranslation(translation, new Scope(definition.Body, locals));
        var statements = block.Statements.Body(BlockShape.StatementsOf(definition.Body, translation));
        return new Function(InPart(definition.Name), locals, statements)
        {
            Source = translation.Positions.Of(definition),
            Defaults = [.. parameters.Select(p => DefaultOf(p, block))],
            ReturnType = ReturnTypeOf(definition.Body.ParamBlock, block),
        };
    }

    private string NameOf(ParameterAst parameter, BlockTranslation outside)
    {
        var name = Scope.NameOf(parameter.Name);
        return outside.Names.Resolve(name).Kind is NameKind.Unknown or NameKind.Local
            ? name
            : throw translation.Error(parameter, DiagnosticIds.DuplicateName,
                $"${name} means something else in this program.", "Give the parameter another name.");
    }

    private static EbpfCat.Types.EbpfType? Attributes(IReadOnlyList<AttributeBaseAst> attributes,
        BlockTranslation block)
    {
        if (attributes.OfType<AttributeAst>().FirstOrDefault() is { } attribute) return block.Casts.Declared(attribute);
        return attributes.OfType<TypeConstraintAst>().LastOrDefault() is { } type ? block.Casts.Declared(type) : null;
    }

    private static ConstantExpression? DefaultOf(ParameterAst parameter, BlockTranslation block) =>
        parameter.DefaultValue is null ? null
        : block.Expressions.Of(parameter.DefaultValue) as ConstantExpression
        ?? throw block.Error(parameter.DefaultValue, DiagnosticIds.NotConstant,
            "A parameter's default is fixed when the program is built.",
            "Write a constant, or pass the value in each call.");

    // [OutputType([uint16])] says what a function gives, where inference is not to decide.
    private static EbpfCat.Types.EbpfType? ReturnTypeOf(ParamBlockAst? parameters, BlockTranslation block)
    {
        EbpfCat.Types.EbpfType? type = null;
        foreach (var attribute in parameters?.Attributes ?? (IReadOnlyList<AttributeAst>)[])
        {
            if (CastTranslator.IsNamed(attribute.TypeName, "OutputType")
                && attribute.PositionalArguments is [TypeExpressionAst output])
            {
                type = block.Casts.Declared(new TypeConstraintAst(output.Extent, output.TypeName));
            }
            else if (!CastTranslator.IsNamed(attribute.TypeName, "CmdletBinding"))
            {
                throw block.Error(attribute, DiagnosticIds.UnsupportedExpression,
                    "This attribute has no meaning in the kernel.",
                    "[OutputType([uint32])] tells the type of a function's value.");
            }
        }

        return type;
    }
}
