namespace EbpfCat.Tests.Reference;

/// <summary>Where a program continues after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
    Goto,
}
