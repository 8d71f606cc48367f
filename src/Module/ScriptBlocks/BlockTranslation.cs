namespace EbpfCat.ScriptBlocks;

/// <summary>The translators of one block or function: they share its names.</summary>
internal sealed class BlockTranslation
{
    public BlockTranslation(ProgramTranslation program, Scope scope)
    {
        (Program, Scope) = (program, scope);
        Names = new NameTranslator(this);
        Hooks = new HookTranslator(this);
        Constants = new ConstantEvaluator(this);
        Expressions = new ExpressionTranslator(this);
        Operators = new OperatorTranslator(this);
        Lists = new ListTranslator(this);
        Casts = new CastTranslator(this);
        Members = new MemberTranslator(this);
        Methods = new MethodTranslator(this);
        Targets = new TargetTranslator(this);
        Commands = new CommandTranslator(this);
        Statements = new StatementTranslator(this);
    }

    public ProgramTranslation Program { get; }
    public Scope Scope { get; }
    public NameTranslator Names { get; }
    public HookTranslator Hooks { get; }
    public ConstantEvaluator Constants { get; }
    public ExpressionTranslator Expressions { get; }
    public OperatorTranslator Operators { get; }
    public ListTranslator Lists { get; }
    public CastTranslator Casts { get; }
    public MemberTranslator Members { get; }
    public MethodTranslator Methods { get; }
    public TargetTranslator Targets { get; }
    public CommandTranslator Commands { get; }
    public StatementTranslator Statements { get; }

    public CompileException Error(System.Management.Automation.Language.Ast ast, string id, string problem,
        string? suggestion = null) => Program.Error(ast, id, problem, suggestion);

    /// <summary>Translates an expression; a failure is reported, and gives an <see cref="ErrorExpression"/>.</summary>
    public Expression Try<T>(T ast, Func<T, Expression> translate) where T
        : System.Management.Automation.Language.Ast => At(ast, Program.Try(ast, translate) ?? new ErrorExpression());

    /// <summary>Marks where an expression is written.</summary>
    public T At<T>(System.Management.Automation.Language.Ast ast, T expression) where T : Expression
    {
        expression.SetSource(Program.Positions.Of(ast));
        return expression;
    }
}
