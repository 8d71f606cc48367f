namespace EbpfCat.Types;

/// <summary>A text of an event that is not whole.</summary>
/// <param name="Property">The property of the event, <c>filename</c>, or an element of it, <c>argv[3]</c>.</param>
/// <param name="Fault">What it lacks.</param>
/// <param name="Address">The address of the text in the memory of the process; of an element, that of its list.</param>
public sealed record IncompleteText(string Property, TextFault Fault, ulong Address);

/// <summary>What a text lacks.</summary>
public enum TextFault
{
    /// <summary>Its end, or the end of a list: it was longer than a record holds.</summary>
    Truncated,
    /// <summary>All: its memory could not be read. The text is null.</summary>
    Unreadable,
}
