namespace EbpfCat.Traces;

/// <summary>
/// A system call that <see cref="SyscallTrace"/> reports: <c>Time</c>, <c>Syscall</c>, <c>ProcessName</c>,
/// <c>ProcessId</c>, <c>ThreadId</c>, <c>UserId</c>, <c>GroupId</c>, then its arguments by their names, and after its
/// end <c>ReturnValue</c> and <c>Duration</c>.
/// </summary>
public abstract class SyscallEvent : EventObject
{
    // The kernel returns errors as negative numbers from -1 down to this (MAX_ERRNO).
    private const long MinError = -4095;

    // AT_FDCWD: the directory of the process in place of a file descriptor (openat(2)).
    private const int CurrentDirectory = -100;

    /// <summary>
    /// The call as C would write it, with its result and the name of an error: <c>close(fd=3) = 0</c>, <c>close(fd=-1)
    /// = -9 EBADF</c>. Values that have names are written by name, other flags in hexadecimal, permissions in octal,
    /// control characters, quotation marks and backslashes escaped. A text that was cut off has <c>…</c> behind it; one
    /// that could not be read is shown by its address.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var properties = Properties;
        // A system call without a name on this machine is shown by its number.
        var name = Value(SyscallPrograms.Syscall)?.ToString() ?? "";
        text.Append(name).Append('(');
        var isUntyped = properties.Any(one => one.Name == SyscallPrograms.Arguments);
        var known = isUntyped ? null : Syscalls.Current[name].Arguments;
        var arguments = properties.Skip(SyscallPrograms.CommonCount)
            .Where(one => one.Name is not (SyscallPrograms.ReturnValue or SyscallPrograms.Duration));
        foreach (var (index, property) in arguments.Index())
        {
            if (index > 0) text.Append(", ");
            var value = property.GetValue(this);
            if (known is not null) text.Append(property.Name).Append('=');
            text.Append(known is null
                ? Text(value)
                : Incomplete(property.Name, value) ?? NameOf(name, known[index], value)
                    ?? Text(value, known[index].Kind));
        }

        text.Append(')');
        if (Value(SyscallPrograms.ReturnValue) is { } result) text.Append(" = ").Append(Result(name, result));
        return text.ToString();

        object? Value(string name) => properties.FirstOrDefault(one => one.Name == name)?.GetValue(this);
    }

    // A text, or a list of texts, that is not whole; null for others.
    private string? Incomplete(string property, object? value)
    {
        switch (value)
        {
            case null or string:
                if (FindIncomplete(property) is not { } text) return null;
                return value is null ? $"0x{text.Address:x}" : Text(value) + "…";
            case string?[] texts when GetIncompleteTexts().Count > 0:
                var words = texts.Select((one, index) => Incomplete($"{property}[{index}]", one) ?? Text(one)).ToList();
                if (FindIncomplete(property) is not null) words.Add("…");
                return $"[{string.Join(", ", words)}]";
            default: return null;
        }
    }

    private static string? NameOf(string syscall, SyscallArgument argument, object? value) => value switch
    {
        int number => SyscallValueNames.Find(syscall, argument.Name, (uint)number),
        uint number => SyscallValueNames.Find(syscall, argument.Name, number),
        ulong number => SyscallValueNames.Find(syscall, argument.Name, number),
        _ => null,
    };

    private static string Result(string syscall, object result) => result switch
    {
        long and < 0 and >= MinError and var number => $"{number} {Enum.GetName((Errno)(int)-number)}".TrimEnd(),
        long address when SyscallFacts.GiveAddresses.Contains(syscall) => Hexadecimal(address),
        _ => Text(result),
    };

    private static string Text(object? value, SyscallArgumentKind kind) => (kind, value) switch
    {
        (SyscallArgumentKind.FileDescriptor, CurrentDirectory) => "AT_FDCWD",
        (SyscallArgumentKind.Flags, IFormattable flags and not Enum) => Hexadecimal(flags),
        (SyscallArgumentKind.Mode, IConvertible mode and not Enum) =>
            "0" + Convert.ToString(mode.ToInt64(CultureInfo.InvariantCulture), 8).TrimStart('0'),
        _ => Text(value),
    };

    private static string Hexadecimal(IFormattable number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);

    // A text ends at its quotation mark, whatever the process put into it.
    private static string Quoted(string text) => TerminalText.Escape(
        text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        string text => $"\"{Quoted(text)}\"",
        string[] texts => $"[{string.Join(", ", texts.Select(Text))}]",
        ulong[] numbers => string.Join(", ", numbers.Select(number => Text(number))),
        // Large numbers are mostly addresses.
        ulong and > 0xffff and var number => Hexadecimal(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => TerminalText.Escape(value.ToString() ?? ""),
    };
}
