namespace EbpfCat.Programs;

/// <summary>The kind of a pinned object.</summary>
public enum PinKind
{
    /// <summary>Something that is none of the others, such as type information.</summary>
    Other,
    /// <summary>A program.</summary>
    Program,
    /// <summary>A map.</summary>
    Map,
    /// <summary>The link of a program to where it is attached.</summary>
    Link,
    /// <summary>An attachment with its program and maps: a directory.</summary>
    Attachment,
}
