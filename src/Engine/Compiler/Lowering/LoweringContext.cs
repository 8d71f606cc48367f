namespace EbpfCat.Compiler;

/// <summary>
/// What the classes that lower one program share: the program, the function being built, and each other. A class uses
/// those that are constructed before it, and those for expressions and statements, which contain one another.
/// </summary>
internal sealed class LoweringContext
{
    public LoweringContext(BoundProgram program, CompilerOptions options)
    {
        Options = options;
        Program = program;
        Builder = new IrBuilder(new IrFunction(program.Definition.Name, 1));
        Temporaries = new Temporaries(Builder.Function);
        Frame = new Frame(isFunction: false, Builder.NewBlock());
        Builder.Start(Builder.NewBlock());
        ContextPointer = Builder.Context();
        DefaultExit = Builder.NewBlock();
        Memory = new MemoryLowering(this);
        Conversions = new ConversionLowering(this);
        Arithmetic = new ArithmeticLowering(this);
        Locals = new LocalLowering(this);
        Packet = new PacketLowering(this);
        Headers = new HeaderLowering(this);
        Checksums = new ChecksumLowering(this);
        Structs = new StructLowering(this);
        TextLists = new TextListLowering(this);
        Events = new EventLowering(this);
        SystemValues = new SystemValueLowering(this);
        Maps = new MapLowering(this);
        Places = new PlaceLowering(this);
        Aggregates = new AggregateLowering(this);
        Texts = new TextComparisonLowering(this);
        Conditions = new ConditionLowering(this);
        Assignments = new AssignmentLowering(this);
        Calls = new CallLowering(this);
        Output = new OutputLowering(this);
        Debug = new DebugLowering(this);
        Expressions = new ExpressionLowering(this);
        Statements = new StatementLowering(this);
    }

    public BoundProgram Program { get; }

    public CompilerOptions Options { get; }

    /// <summary>Whether packets may lie in several buffers, of which the packet pointers bound the first.</summary>
    public bool HasFragments { get; init; }

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

    public MemoryLowering Memory { get; }

    public ConversionLowering Conversions { get; }

    public ArithmeticLowering Arithmetic { get; }

    public LocalLowering Locals { get; }

    public PacketLowering Packet { get; }

    public HeaderLowering Headers { get; }

    public ChecksumLowering Checksums { get; }

    public StructLowering Structs { get; }

    public TextListLowering TextLists { get; }

    public EventLowering Events { get; }

    public SystemValueLowering SystemValues { get; }

    public MapLowering Maps { get; }

    public AggregateLowering Aggregates { get; }

    public PlaceLowering Places { get; }

    public TextComparisonLowering Texts { get; }

    public ConditionLowering Conditions { get; }

    public AssignmentLowering Assignments { get; }

    public CallLowering Calls { get; }

    public OutputLowering Output { get; }

    public DebugLowering Debug { get; }

    public ExpressionLowering Expressions { get; }

    public StatementLowering Statements { get; }
}
