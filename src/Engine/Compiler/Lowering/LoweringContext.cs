namespace EbpfCat.Compiler;

/// <summary>
/// What the classes that lower one program share: the program, the function being built, and each other. They depend
/// on one another in the order of the properties, but for expressions within expressions and calls within expressions.
/// </summary>
internal sealed class LoweringContext
{
    public LoweringContext(BoundProgram program, CompilerOptions options)
    {
        Program = program;
        Options = options;
        Builder = new IrBuilder(new IrFunction(program.Definition.Name, 1));
        Temporaries = new Temporaries(Builder.Function);
        Frame = new Frame(isFunction: false, Builder.NewBlock());
        Builder.Start(Builder.NewBlock());
        ContextPointer = Builder.Context();
        DefaultExit = Builder.NewBlock();
        Memory = new MemoryLowering(this);
        Conversions = new ConversionLowering(this);
        Locals = new LocalLowering(this);
        Structs = new StructLowering(this);
        Packet = new PacketLowering(this);
        Headers = new HeaderLowering(this);
        Maps = new MapLowering(this);
        Places = new PlaceLowering(this);
        Events = new EventLowering(this);
        SystemValues = new SystemValueLowering(this);
        Arithmetic = new ArithmeticLowering(this);
        Aggregates = new AggregateLowering(this);
        Output = new OutputLowering(this);
        Debug = new DebugLowering(this);
        Calls = new CallLowering(this);
        Expressions = new ExpressionLowering(this);
        Texts = new TextComparisonLowering(this);
        Conditions = new ConditionLowering(this);
        Assignments = new AssignmentLowering(this);
        Statements = new StatementLowering(this);
    }

    public BoundProgram Program { get; }

    /// <summary>Whether packets may lie in several buffers, of which the packet pointers bound the first.</summary>
    public bool HasFragments { get; init; }

    public CompilerOptions Options { get; }

    public ProgramTypeInfo Info => Program.Info;

    public ProgramResources Resources => Program.Resources;

    public IrBuilder Builder { get; }

    public Temporaries Temporaries { get; }

    /// <summary>The program, or the function that is being inlined.</summary>
    public Frame Frame { get; set; }

    /// <summary>The pointer to the context that the kernel passes to the program.</summary>
    public Value ContextPointer { get; }

    /// <summary>Returns the default result.</summary>
    public Block DefaultExit { get; }

    /// <summary>The number of calls in the statement that may write to memory.</summary>
    public int WritingCalls { get; set; }

    /// <summary>The number of calls in the statement that the expression is an argument of.</summary>
    public int CallDepth { get; set; }

    public StatementLowering Statements { get; }

    public AssignmentLowering Assignments { get; }

    public ConditionLowering Conditions { get; }

    public TextComparisonLowering Texts { get; }

    public ExpressionLowering Expressions { get; }

    public CallLowering Calls { get; }

    public DebugLowering Debug { get; }

    public OutputLowering Output { get; }

    public AggregateLowering Aggregates { get; }

    public ArithmeticLowering Arithmetic { get; }

    public SystemValueLowering SystemValues { get; }

    public EventLowering Events { get; }

    public PlaceLowering Places { get; }

    public MapLowering Maps { get; }

    public HeaderLowering Headers { get; }

    public PacketLowering Packet { get; }

    public StructLowering Structs { get; }

    public LocalLowering Locals { get; }

    public ConversionLowering Conversions { get; }

    public MemoryLowering Memory { get; }
}
