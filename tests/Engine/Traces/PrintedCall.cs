using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using EbpfCat.Kernel;
using EbpfCat.Types;

namespace EbpfCat.Tests.Traces;

/// <summary>
/// A system call as <see cref="EbpfCat.Traces.SyscallEvent"/> or strace(1) prints it, in one notation: without names of
/// arguments, numbers in decimal, text as the trace escapes it.
/// </summary>
internal sealed partial record PrintedCall(string Name, IReadOnlyList<string> Arguments, string Result)
{
    /// <summary>Reads a call of the trace.</summary>
    public static PrintedCall OfTrace(string text) =>
        Parse(text, argument => Number(NameOfArgument().Replace(argument, "")));

    /// <summary>Reads a line of strace; null for one that is no call, or a call that did not return.</summary>
    public static PrintedCall? OfStrace(string line)
    {
        if (!Call().IsMatch(line) || line.EndsWith("= ?", StringComparison.Ordinal)) return null;
        var call = Parse(line, argument => Number(OfStraceArgument(argument)));
        // The C library returns -1 for an error; the trace has the number that the kernel returned.
        var error = ErrorResult().Match(call.Result);
        if (!error.Success) return call;
        var name = error.Groups[1].Value;
        return call with { Result = $"-{(int)Enum.Parse<Errno>(name)} {name}" };
    }

    public bool Equals(PrintedCall? other) => ToString() == other?.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"{Name}({string.Join(", ", Arguments)}) = {Result}";

    private static PrintedCall Parse(string text, Func<string, string> convert)
    {
        var groups = Call().Match(text).Groups;
        return new(groups[1].Value, [.. Split(groups[2].Value).Select(convert)], Number(groups[3].Value));
    }

    private static string OfStraceArgument(string argument) => argument switch
    {
        ['"', ..] => OfStraceText(argument),
        ['[', .. var list, ']'] => $"[{string.Join(", ", Split(list).Select(OfStraceArgument))}]",
        ['{', ..] => OfStraceAddress(argument),
        // A note, such as the number of variables in an environment.
        _ => argument.Split(" /* ")[0],
    };

    private static string OfStraceText(string argument)
    {
        var end = argument.LastIndexOf('"');
        return $"\"{Escape(argument[1..end])}\"{(argument[end..] is "\"..." ? "…" : "")}";
    }

    private static string OfStraceAddress(string argument)
    {
        var fields = AddressFields().Match(argument).Groups;
        var port = fields["port"].Value;
        return fields["family"].Value switch
        {
            "AF_INET" => $"{fields["address"]}:{port}",
            "AF_INET6" => $"[{IPAddress.Parse(fields["address"].Value)}]:{port}",
            "AF_UNIX" => fields["abstract"].Value + Escape(fields["path"].Value),
            "AF_NETLINK" => $"netlink:{port} groups 0x{fields["groups"].Value.TrimStart('0')}",
            _ => argument,
        };
    }

    // Replaces the escapes of strace, which has octal ones for bytes that are not ASCII, by those of the trace.
    private static string Escape(string text)
    {
        byte[] bytes = [.. Escaped().Matches(text).SelectMany(match => match.Value switch
        {
            ['\\', >= '0' and <= '7', ..] octal => [Convert.ToByte(octal[1..], 8)],
            ['\\', var letter] => [(byte)("abtnvfr".IndexOf(letter) is >= 0 and var index ? '\a' + index : letter)],
            var plain => Encoding.UTF8.GetBytes(plain),
        })];
        var plain = Encoding.UTF8.GetString(bytes).Replace("\\", "\\\\", StringComparison.Ordinal);
        return TerminalText.Escape(plain.Replace("\"", "\\\"", StringComparison.Ordinal));
    }

    private static string Number(string text) => text switch
    {
        ['0', 'x', .. var digits] => $"{ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)}",
        "NULL" => "0",
        _ => text,
    };

    // Splits at commas that are in no text, list or struct.
    private static IEnumerable<string> Split(string text)
    {
        var (start, depth, isText) = (0, 0, false);
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '\\' when isText: index++; break;
                case '"': isText = !isText; break;
                case '[' or '{' or '(' when !isText: depth++; break;
                case ']' or '}' or ')' when !isText: depth--; break;
                case ',' when !isText && depth == 0:
                    yield return text[start..index].Trim();
                    start = index + 1;
                    break;
                default: break;
            }
        }

        if (text.Length > 0) yield return text[start..].Trim();
    }

    [GeneratedRegex(@"^(\w+)\((.*)\) += (.*)$")]
    private static partial Regex Call();

    [GeneratedRegex(@"^\w+=")]
    private static partial Regex NameOfArgument();

    [GeneratedRegex(@"^(?:-1|\?) (E\w+)")]
    private static partial Regex ErrorResult();

    [GeneratedRegex(
        """
        ^\{sa_family=(?<family>\w+)(,\ sun_path=(?<abstract>@?)"(?<path>.*)"|
        ,\ sin6?_port=htons\((?<port>\d+)\)|,\ nl_pad=\w+|,\ nl_pid=(?<port>\d+)|,\ nl_groups=0x(?<groups>\w+)|
        ,\ sin6_\w+=[^,]+|,\ sin_addr=inet_addr\("(?<address>.*?)"\)|
        ,\ inet_pton\(AF_INET6,\ "(?<address>.*?)",\ &sin6_addr\))*\}$
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex AddressFields();

    [GeneratedRegex(@"\\[0-7]{1,3}|\\.|[^\\]+")]
    private static partial Regex Escaped();
}
