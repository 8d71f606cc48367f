namespace EbpfCat.Tracing;

/// <summary>
/// Reads the descriptions of USDT arguments: <c>[size@]operand</c>, the operand in assembler notation, separated by
/// spaces (the SystemTap wiki, "UserSpaceProbeImplementation").
/// </summary>
/// <param name="addressOf">The address of a symbol of the file, or null.</param>
/// <param name="wordSize">The default size of an argument in bytes.</param>
internal sealed class UsdtArgumentParser(Registers registers, Func<string, ulong?> addressOf, int wordSize = 8)
{
    public IReadOnlyList<UsdtArgument> ParseAll(string text)
    {
        var arguments = new List<UsdtArgument>();
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var end = EndOfFirst(rest);
            arguments.Add(Parse(rest[..end].ToString()));
            rest = rest[end..].TrimStart();
        }

        return arguments;
    }

    public UsdtArgument Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var size = at < 0 ? "" : text[..at];
        var isFloat = size.EndsWith('f');
        if (isFloat) size = size[..^1];
        if (!int.TryParse(size, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes))
            bytes = wordSize;
        var operand = text.AsSpan(at + 1).Trim();
        var isKnownSize = Math.Abs(bytes) is 1 or 2 or 4 or 8;
        return new UsdtArgument(
            isKnownSize ? Math.Abs(bytes) : wordSize, bytes < 0, isFloat,
            !isKnownSize ? null : registers.Processor == Architecture.Arm64 ? ParseArm64(operand) : ParseX64(operand),
            text);
    }

    // Spaces separate arguments, except inside the brackets of arm64's memory operands.
    private static int EndOfFirst(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '[' or '(') depth++;
            else if (text[i] is ']' or ')') depth--;
            else if (depth <= 0 && char.IsWhiteSpace(text[i])) return i;
        }

        return text.Length;
    }

    private UsdtOperand? ParseX64(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("$")) return TryNumber(text[1..], out var value) ? new UsdtOperand.Constant(value) : null;
        if (text.StartsWith("%") && !text.Contains(':'))
            return Register(text) is { } register ? new UsdtOperand.InRegister(register) : null;
        var open = text.IndexOf('(');
        var place = open < 0 ? text : text[..open];
        if (!TryDisplacement(place, out var displacement, out var symbol)) return null;
        RegisterSlot? from = null, index = null;
        var scale = 1;
        if (open >= 0)
        {
            if (!text.EndsWith(")")) return null;
            var parts = text[(open + 1)..^1].ToString().Split(',');
            if (parts.Length > 3) return null;
            if (parts[0].Trim() is { Length: > 0 } first && (from = Register(first)) is null) return null;
            if (parts is [_, var second, ..] && second.Trim() is { Length: > 0 } && (index = Register(second)) is null)
                return null;
            if (parts is [_, _, var third] &&
                !int.TryParse(third, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out scale))
            {
                return null;
            }
        }

        // symbol(%rip) is the symbol's own address: the assembler computes the distance.
        var isRelative = symbol is not null && (from is null || from == registers.InstructionPointer);
        if (isRelative) from = null;
        else if (symbol is not null) return null;
        return new UsdtOperand.InMemory(from, index, scale, displacement, isRelative, symbol);
    }

    private UsdtOperand? ParseArm64(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("["))
        {
            if (Register(text) is { } register) return new UsdtOperand.InRegister(register);
            return TryNumber(text.TrimStart('#'), out var value) ? new UsdtOperand.Constant(value) : null;
        }

        if (!text.EndsWith("]")) return null;
        var parts = text[1..^1].ToString().Split(',', StringSplitOptions.TrimEntries);
        if (Register(parts[0]) is not { } from) return null;
        switch (parts)
        {
            case [_]: return new UsdtOperand.InMemory(from, null, 1, 0);
            case [_, var second] when TryNumber(second.AsSpan().TrimStart('#'), out var displacement):
                return new UsdtOperand.InMemory(from, null, 1, displacement);
            case [_, var second] when Register(second) is { } index:
                return new UsdtOperand.InMemory(from, index, 1, 0);
            case [_, var second, var shift] when Register(second) is { } index && TryShift(shift, out var scale):
                return new UsdtOperand.InMemory(from, index, scale, 0);
            default: return null;
        }
    }

    /// <summary>The number or symbol before the brackets: <c>-16</c>, <c>global+8</c>, <c>8+global</c>.</summary>
    private bool TryDisplacement(ReadOnlySpan<char> text, out long displacement, out string? symbol)
    {
        displacement = 0;
        symbol = null;
        for (var rest = text.Trim(); !rest.IsEmpty;)
        {
            var end = rest[1..].IndexOfAny('+', '-') + 1;
            var term = end > 0 ? rest[..end] : rest;
            rest = rest[term.Length..];
            if (TryNumber(term.TrimStart('+'), out var number))
            {
                displacement += number;
                continue;
            }

            if (symbol is not null || term[0] == '-') return false;
            symbol = term.TrimStart('+').Trim().ToString();
            if (addressOf(symbol) is not { } address) return false;
            displacement += (long)address;
        }

        return true;
    }

    private RegisterSlot? Register(ReadOnlySpan<char> text) => registers.Find(text.Trim().TrimStart('%').ToString());

    // "lsl 3", "lsl #3", "sxtw 2", "uxtx 3": the index is shifted to the left.
    private static bool TryShift(string text, out int scale)
    {
        var number = text.AsSpan(text.IndexOf(' ', StringComparison.Ordinal) + 1).TrimStart('#');
        var isShift = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits < 8;
        scale = 1 << (isShift ? bits : 0);
        return isShift || !text.Contains(' ', StringComparison.Ordinal);
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long value)
    {
        text = text.Trim();
        var isNegative = text.StartsWith("-");
        var digits = isNegative ? text[1..] : text;
        var isRead = digits.StartsWith("0x")
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out bits);
        value = isNegative ? -(long)bits : (long)bits;
        return isRead;
    }
}
