namespace EbpfCat.Tracing;

/// <summary>
/// Makes the names of C++ and Rust functions out of symbols, by <c>__cxa_demangle</c> of the C++ library (Itanium C++
/// ABI), which the runtime loads on most systems. Symbols stay as they are where there is none.
/// </summary>
internal static unsafe class Demangler
{
    private const string Anonymous = "(anonymous namespace)";

    private static readonly delegate* unmanaged<byte*, byte*, nuint*, int*, byte*> Demangled = Find();

    private static readonly (string, string)[] Escapes =
    [
        ("$LT$", "<"), ("$GT$", ">"), ("$RF$", "&"), ("$BP$", "*"), ("$LP$", "("), ("$RP$", ")"), ("$C$", ","),
        ("$SP$", "@"), ("$u20$", " "), ("$u27$", "'"), ("$u5b$", "["), ("$u5d$", "]"), ("$u7b$", "{"), ("$u7d$", "}"),
        ("$u7e$", "~"), ("$u3b$", ";"), ("$u2b$", "+"), ("$u22$", "\""),
    ];

    /// <summary>The name of a function with its parameters, <c>ns::Foo::bar(int)</c>; else the symbol.</summary>
    public static string Demangle(string symbol)
    {
        if (!IsMangled(symbol) || Demangled == null) return symbol;
        byte* text;
        var status = 0;
        fixed (byte* name = Text.ToCString(symbol)) text = Demangled(name, null, null, &status);
        if (text == null) return symbol;
        try
        {
            return FromRust(Marshal.PtrToStringUTF8((nint)text)!);
        }
        finally
        {
            NativeMemory.Free(text);
        }
    }

    /// <summary>Whether a symbol is the name of a C++ or Rust function in another form.</summary>
    public static bool IsMangled(string symbol) => symbol.StartsWith("_Z", StringComparison.Ordinal);

    /// <summary>Whether a name is of the form that <see cref="Demangle"/> gives, rather than of a symbol.</summary>
    public static bool IsDemangled(string name) => name.AsSpan().ContainsAny(':', '(', '<');

    /// <summary>
    /// The forms that a function is known by: with parameters, without, and without template arguments at the end.
    /// </summary>
    public static IEnumerable<string> Forms(string symbol)
    {
        var whole = Demangle(symbol);
        yield return whole;
        // A part of a function that the compiler split off.
        if (whole.Contains(" [clone", StringComparison.Ordinal)) yield break;
        var name = WithoutParameters(whole);
        yield return name;
        if (name.EndsWith('>') && !name.Contains("operator", StringComparison.Ordinal))
            yield return name[..StartOfBrackets(name)];
    }

    /// <summary>A function without its parameters and, for a template, the type of its result.</summary>
    internal static string WithoutParameters(string whole)
    {
        var depth = 0;
        var start = 0;
        for (var at = 0; at < whole.Length; at++)
        {
            var rest = whole.AsSpan(at);
            if (depth == 0 && rest.StartsWith("operator", StringComparison.Ordinal))
                return whole[start..EndOfOperator(whole, at)];
            if (rest.StartsWith(Anonymous, StringComparison.Ordinal)) at += Anonymous.Length - 1;
            else if (whole[at] == '(' && depth == 0) return whole[start..at];
            else if (whole[at] is '<' or '(' or '[' or '{') depth++;
            else if (whole[at] is '>' or ')' or ']' or '}') depth--;
            else if (whole[at] == ' ' && depth == 0) start = at + 1;
        }

        return whole[start..];
    }

    // The parameters of an operator begin at the last bracket on the outer level: operator()(int), operator bool().
    private static int EndOfOperator(string whole, int at)
    {
        var from = at + "operator".Length;
        if (whole.AsSpan(from).StartsWith("()", StringComparison.Ordinal)) from += 2;
        var end = whole.IndexOf('(', from);
        return end < 0 ? whole.Length : end;
    }

    private static int StartOfBrackets(string name)
    {
        var depth = 0;
        for (var at = name.Length - 1; at > 0; at--)
        {
            if (name[at] == '>') depth++;
            else if (name[at] == '<' && --depth == 0) return at;
        }

        return name.Length;
    }

    // A Rust symbol ends with a hash, and has escapes in place of characters (rustc, "legacy" symbol mangling).
    private static string FromRust(string name)
    {
        const int hashLength = 19;
        if (name.Length <= hashLength
            || !name.AsSpan(name.Length - hashLength).StartsWith("::h", StringComparison.Ordinal)
            || !name[^16..].All(char.IsAsciiHexDigitLower))
        {
            return name;
        }

        var text = new StringBuilder(name[..^hashLength]);
        foreach (var (escape, character) in Escapes) text.Replace(escape, character);
        return text.Replace("_<", "<").Replace("..", "::").ToString();
    }

    private static delegate* unmanaged<byte*, byte*, nuint*, int*, byte*> Find() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "__cxa_demangle", out var found)
            ? (delegate* unmanaged<byte*, byte*, nuint*, int*, byte*>)found : null;
}
