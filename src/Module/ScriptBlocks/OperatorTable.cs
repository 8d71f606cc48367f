using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>PowerShell's operators and what they are in the language, as a table of facts.</summary>
internal static class OperatorTable
{
    /// <summary>The operators of two values.</summary>
    public static readonly IReadOnlyDictionary<TokenKind, BinaryOperator> Binary = new Dictionary<TokenKind,
        BinaryOperator>
    {
        [TokenKind.Plus] = BinaryOperator.Add,
        [TokenKind.Minus] = BinaryOperator.Subtract,
        [TokenKind.Multiply] = BinaryOperator.Multiply,
        [TokenKind.Divide] = BinaryOperator.Divide,
        [TokenKind.Rem] = BinaryOperator.Remainder,
        [TokenKind.Band] = BinaryOperator.BitAnd,
        [TokenKind.Bor] = BinaryOperator.BitOr,
        [TokenKind.Bxor] = BinaryOperator.BitXor,
        [TokenKind.Shl] = BinaryOperator.ShiftLeft,
        [TokenKind.Shr] = BinaryOperator.ShiftRight,
        [TokenKind.And] = BinaryOperator.LogicalAnd,
        [TokenKind.Or] = BinaryOperator.LogicalOr,
        [TokenKind.Xor] = BinaryOperator.LogicalXor,
        [TokenKind.Ieq] = BinaryOperator.Equal,
        [TokenKind.Ine] = BinaryOperator.NotEqual,
        [TokenKind.Ilt] = BinaryOperator.Less,
        [TokenKind.Ile] = BinaryOperator.LessOrEqual,
        [TokenKind.Igt] = BinaryOperator.Greater,
        [TokenKind.Ige] = BinaryOperator.GreaterOrEqual,
        [TokenKind.Ceq] = BinaryOperator.CaseSensitiveEqual,
        [TokenKind.Cne] = BinaryOperator.CaseSensitiveNotEqual,
        [TokenKind.Clt] = BinaryOperator.Less,
        [TokenKind.Cle] = BinaryOperator.LessOrEqual,
        [TokenKind.Cgt] = BinaryOperator.Greater,
        [TokenKind.Cge] = BinaryOperator.GreaterOrEqual,
    };

    /// <summary>The operators of compound assignments; null for the plain one.</summary>
    public static readonly IReadOnlyDictionary<TokenKind, BinaryOperator?> Assignment = new Dictionary<TokenKind,
        BinaryOperator?>
    {
        [TokenKind.Equals] = null,
        [TokenKind.PlusEquals] = BinaryOperator.Add,
        [TokenKind.MinusEquals] = BinaryOperator.Subtract,
        [TokenKind.MultiplyEquals] = BinaryOperator.Multiply,
        [TokenKind.DivideEquals] = BinaryOperator.Divide,
        [TokenKind.RemainderEquals] = BinaryOperator.Remainder,
    };

    /// <summary>The operators of one value.</summary>
    public static readonly IReadOnlyDictionary<TokenKind, UnaryOperator> Unary = new Dictionary<TokenKind,
        UnaryOperator>
    {
        [TokenKind.Minus] = UnaryOperator.Negate,
        [TokenKind.Bnot] = UnaryOperator.BitNot,
        [TokenKind.Not] = UnaryOperator.LogicalNot,
        [TokenKind.Exclaim] = UnaryOperator.LogicalNot,
    };

    /// <summary>What to write for an operator that the kernel does not have.</summary>
    /// <param name="text">The operator as it is written.</param>
    public static string InsteadOf(string text) => text.TrimStart('-').ToLowerInvariant() switch
    {
        "match" or "imatch" or "cmatch" or "notmatch" or "inotmatch" or "cnotmatch" =>
            "-like 'prefix*' tests how text begins, -eq the whole of it.",
        "replace" or "ireplace" or "creplace" or "split" or "isplit" or "csplit" or "join" or "f" =>
            "Put the parts out and work on the text in user space: [pscustomobject]@{ Name = $process.Name }.",
        "is" or "isnot" => "Types are settled when the program is built; cast with [uint16].",
        ".." => "Ranges work with -in and foreach.",
        "," => "Lists work with -in, -contains and foreach.",
        "??" => "A map gives 0 for an absent key; test with key -in $map, or write condition ? a : b.",
        _ => "There are + - * / %, -band -bor -bxor -bnot -shl -shr, -eq -ne -lt -le -gt -ge, -and -or -not -xor, -in, "
            + "-contains and -like 'prefix*'.",
    };
}
