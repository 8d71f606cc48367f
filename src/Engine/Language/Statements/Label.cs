namespace EbpfCat.Language;

/// <summary>A place to jump to, for programs written in C#.</summary>
public sealed class Label(string? name = null)
{
    /// <summary>Its name, for messages.</summary>
    public string? Name { get; } = name;
}
