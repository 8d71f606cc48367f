namespace EbpfCat.Language;

/// <summary>The ids of errors and warnings. Each has one meaning.</summary>
public static class DiagnosticIds
{
    /// <summary>An address is compared with a text that is a network or a beginning.</summary>
    public const string AddressAsText = nameof(AddressAsText);

    /// <summary>break stands outside a loop or switch.</summary>
    public const string BreakOutsideLoop = nameof(BreakOutsideLoop);

    /// <summary>An expression that is evaluated when the program is built failed.</summary>
    public const string ConstantFailed = nameof(ConstantFailed);

    /// <summary>continue stands outside a loop.</summary>
    public const string ContinueOutsideLoop = nameof(ContinueOutsideLoop);

    /// <summary>A warning: a constant does not fit into the place that it is assigned to.</summary>
    public const string CutConstant = nameof(CutConstant);

    /// <summary>A warning: a comparison is never true or never false.</summary>
    public const string DecidedComparison = nameof(DecidedComparison);

    /// <summary>A warning: a local copy is changed instead of its source.</summary>
    public const string DiscardedWrite = nameof(DiscardedWrite);

    /// <summary>A label is marked twice.</summary>
    public const string DuplicateLabel = nameof(DuplicateLabel);

    /// <summary>A name is taken.</summary>
    public const string DuplicateName = nameof(DuplicateName);

    /// <summary>An array has no such element.</summary>
    public const string IndexOutOfRange = nameof(IndexOutOfRange);

    /// <summary>Something that cannot be assigned to is assigned to.</summary>
    public const string InvalidAssignment = nameof(InvalidAssignment);

    /// <summary>A packet variable has bits beyond its type.</summary>
    public const string InvalidBitField = nameof(InvalidBitField);

    /// <summary>A name has a meaning of its own in kernel scripts.</summary>
    public const string InvalidName = nameof(InvalidName);

    /// <summary>A loop has more rounds than the kernel allows.</summary>
    public const string LoopTooLong = nameof(LoopTooLong);

    /// <summary>A map of maps says nothing of the maps in it.</summary>
    public const string MissingInnerMap = nameof(MissingInnerMap);

    /// <summary>A map that has keys is declared without their type.</summary>
    public const string MissingKeyType = nameof(MissingKeyType);

    /// <summary>A map is declared without a size.</summary>
    public const string MissingMaxEntries = nameof(MissingMaxEntries);

    /// <summary>A map that has values is declared without their type.</summary>
    public const string MissingValueType = nameof(MissingValueType);

    /// <summary>The program is nested too deeply.</summary>
    public const string NestedTooDeeply = nameof(NestedTooDeeply);

    /// <summary>A program that is run for packets asks for an event.</summary>
    public const string NoEvent = nameof(NoEvent);

    /// <summary>A map without inner maps is used as a map of maps.</summary>
    public const string NoInnerMap = nameof(NoInnerMap);

    /// <summary>A map without keys is used with a key.</summary>
    public const string NoKey = nameof(NoKey);

    /// <summary>Values without an order are compared by it.</summary>
    public const string NoOrder = nameof(NoOrder);

    /// <summary>A program to trace has no output.</summary>
    public const string NoOutput = nameof(NoOutput);

    /// <summary>A program without a packet, or without this part of it, asks for it.</summary>
    public const string NoPacket = nameof(NoPacket);

    /// <summary>A helper is to write more than the place holds.</summary>
    public const string NoRoom = nameof(NoRoom);

    /// <summary>A program without a target asks for its event.</summary>
    public const string NoTarget = nameof(NoTarget);

    /// <summary>A map without values is used for its values.</summary>
    public const string NoValue = nameof(NoValue);

    /// <summary>A helper writes into a value.</summary>
    public const string NotAPlace = nameof(NotAPlace);

    /// <summary>A field of a value that is no struct.</summary>
    public const string NotAStruct = nameof(NotAStruct);

    /// <summary>Something that is no value, such as a map, is used as one.</summary>
    public const string NotAValue = nameof(NotAValue);

    /// <summary>A map that holds no statistics is to observe a value.</summary>
    public const string NotAnAggregate = nameof(NotAnAggregate);

    /// <summary>An element of a value that is no array.</summary>
    public const string NotAnArray = nameof(NotAnArray);

    /// <summary>A value is not available to this program.</summary>
    public const string NotAvailable = nameof(NotAvailable);

    /// <summary>Two values of these types cannot be compared.</summary>
    public const string NotComparable = nameof(NotComparable);

    /// <summary>Something that is fixed when the program is built is not constant.</summary>
    public const string NotConstant = nameof(NotConstant);

    /// <summary>A number is too large.</summary>
    public const string NumberOutOfRange = nameof(NumberOutOfRange);

    /// <summary>A packet has no such byte.</summary>
    public const string OffsetOutOfRange = nameof(OffsetOutOfRange);

    /// <summary>A warning: a result is overwritten by a later one.</summary>
    public const string OverwrittenResult = nameof(OverwrittenResult);

    /// <summary>The program has more instructions than the kernel allows.</summary>
    public const string ProgramTooLong = nameof(ProgramTooLong);

    /// <summary>A program that cannot change the packet writes to it.</summary>
    public const string ReadOnlyPacket = nameof(ReadOnlyPacket);

    /// <summary>A function calls itself.</summary>
    public const string RecursiveFunction = nameof(RecursiveFunction);

    /// <summary>A warning: bytes read in the processor's order become an address.</summary>
    public const string ReversedAddress = nameof(ReversedAddress);

    /// <summary>An operation changes a bit field that processors share.</summary>
    public const string SharedBits = nameof(SharedBits);

    /// <summary>The program needs more stack than the kernel allows.</summary>
    public const string StackTooLarge = nameof(StackTooLarge);

    /// <summary>
    /// A warning: a checksum does not follow an assignment, because the program assigns it elsewhere.
    /// </summary>
    public const string StaleChecksum = nameof(StaleChecksum);

    /// <summary>A line of the trace log has more values than it can take.</summary>
    public const string TooManyDebugValues = nameof(TooManyDebugValues);

    /// <summary>A map has more programs than entries.</summary>
    public const string TooManyPrograms = nameof(TooManyPrograms);

    /// <summary>A list has too many values.</summary>
    public const string TooManyValues = nameof(TooManyValues);

    /// <summary>A map is not part of the program.</summary>
    public const string UndeclaredMap = nameof(UndeclaredMap);

    /// <summary>A variable is not part of the program.</summary>
    public const string UndeclaredVariable = nameof(UndeclaredVariable);

    /// <summary>A warning: a field is read or written, and nothing asks whether its header is there.</summary>
    public const string UnguardedField = nameof(UnguardedField);

    /// <summary>A map that is no map of maps is given an inner one.</summary>
    public const string UnexpectedInnerMap = nameof(UnexpectedInnerMap);

    /// <summary>A map that has no keys is given their type.</summary>
    public const string UnexpectedKeyType = nameof(UnexpectedKeyType);

    /// <summary>A map that holds no programs is given their names.</summary>
    public const string UnexpectedPrograms = nameof(UnexpectedPrograms);

    /// <summary>There is no such field.</summary>
    public const string UnknownField = nameof(UnknownField);

    /// <summary>The kernel has no such helper.</summary>
    public const string UnknownHelper = nameof(UnknownHelper);

    /// <summary>A label is jumped to and not marked.</summary>
    public const string UnknownLabel = nameof(UnknownLabel);

    /// <summary>There is no such method.</summary>
    public const string UnknownMethod = nameof(UnknownMethod);

    /// <summary>A map has no program of that name.</summary>
    public const string UnknownProgram = nameof(UnknownProgram);

    /// <summary>A warning: a number of unknown type is compared with a negative one.</summary>
    public const string UnknownSign = nameof(UnknownSign);

    /// <summary>There is no such type.</summary>
    public const string UnknownType = nameof(UnknownType);

    /// <summary>A number has no value of that name.</summary>
    public const string UnknownValueName = nameof(UnknownValueName);

    /// <summary>There is no such variable.</summary>
    public const string UnknownVariable = nameof(UnknownVariable);

    /// <summary>There is no such verdict.</summary>
    public const string UnknownVerdict = nameof(UnknownVerdict);

    /// <summary>The bytes of a number whose width is not declared are reversed.</summary>
    public const string UnknownWidth = nameof(UnknownWidth);

    /// <summary>A program is named in a map whose programs have no names.</summary>
    public const string UnnamedPrograms = nameof(UnnamedPrograms);

    /// <summary>A command cannot be run in the kernel.</summary>
    public const string UnsupportedCommand = nameof(UnsupportedCommand);

    /// <summary>A value of the session cannot be used in the kernel.</summary>
    public const string UnsupportedConstant = nameof(UnsupportedConstant);

    /// <summary>The kernel has no such expression.</summary>
    public const string UnsupportedExpression = nameof(UnsupportedExpression);

    /// <summary>A map of this kind has no such operation.</summary>
    public const string UnsupportedOperation = nameof(UnsupportedOperation);

    /// <summary>The kernel has no such operator.</summary>
    public const string UnsupportedOperator = nameof(UnsupportedOperator);

    /// <summary>The kernel has no such statement.</summary>
    public const string UnsupportedStatement = nameof(UnsupportedStatement);

    /// <summary>A variable is too large for its storage.</summary>
    public const string VariableTooLarge = nameof(VariableTooLarge);

    /// <summary>A call has too few, too many or wrong arguments.</summary>
    public const string WrongArguments = nameof(WrongArguments);

    /// <summary>A map is declared with a type of keys that its kind does not have.</summary>
    public const string WrongKeyType = nameof(WrongKeyType);

    /// <summary>A value of this type cannot be used here.</summary>
    public const string WrongType = nameof(WrongType);
}
