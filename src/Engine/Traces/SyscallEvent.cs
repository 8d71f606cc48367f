using System.Globalization;
using System.Text;
using EbpfCat.Events;
using EbpfCat.Kernel;

namespace EbpfCat.Traces;

/// <summary>
/// A system call as <see cref="SyscallTrace"/> saw it: <c>Time</c>, <c>Syscall</c>, <c>ProcessName</c>, <c>ProcessId</c>,
/// <c>ThreadId</c>, <c>UserId</c>, <c>GroupId</c>, then its arguments by their names, and where it was seen to end
/// <c>ReturnValue</c> and <c>Duration</c>.
/// </summary>
public abstract class SyscallEvent : EventObject
{
    // The kernel gives errors as the negatives of their numbers, and no other result is among these.
    private const long LeastError = -4095;

    /// <summary>
    /// The call as C would write it, with its result where it has one, and the name of an error: <c>close(fd=3) = 0</c>,
    /// <c>close(fd=-1) = -9 EBADF</c>.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var properties = Properties;
        text.Append(Value(SyscallPrograms.Syscall)).Append('(');
        var separator = "";
        foreach (var property in properties.Skip(SyscallPrograms.CommonCount).Where(one => one.Name is not (SyscallPrograms.ReturnValue or SyscallPrograms.Duration)))
        {
            text.Append(separator);
            if (property.Name != SyscallPrograms.Arguments) text.Append(property.Name).Append('=');
            text.Append(Text(property.GetValue(this)));
            separator = ", ";
        }

        text.Append(')');
        if (Value(SyscallPrograms.ReturnValue) is { } result) text.Append(CultureInfo.InvariantCulture, $" = {result}{NameOfError(result)}");
        return text.ToString();

        object? Value(string name) => properties.FirstOrDefault(one => one.Name == name)?.GetValue(this);
    }

    private static string NameOfError(object result) =>
        result is long and < 0 and >= LeastError and var number && Enum.GetName((Errno)(int)-number) is { } name ? " " + name : "";

    private static string Text(object? value) => value switch
    {
        string text => $"\"{text}\"",
        ulong[] numbers => string.Join(", ", numbers.Select(number => Text(number))),
        // Addresses for the most part.
        ulong and > 0xffff and var number => string.Create(CultureInfo.InvariantCulture, $"0x{number:x}"),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
