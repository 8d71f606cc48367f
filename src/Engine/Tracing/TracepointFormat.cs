namespace EbpfCat.Tracing;

/// <summary>The record of a tracepoint, from its <c>format</c> file (<c>Documentation/trace/events.rst</c>).</summary>
public sealed class TracepointFormat
{
    /// <summary>The category of tracepoints of system calls, whose pointers lead to the process's memory.</summary>
    public const string SyscallCategory = "syscalls";

    private readonly Dictionary<string, TracepointField> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TracepointField> _byAnyCase = new(StringComparer.OrdinalIgnoreCase);

    private TracepointFormat(string category, string name, int id, IReadOnlyList<TracepointField> fields, string print)
    {
        (Category, Name, Id, Fields, PrintFormat) = (category, name, id, fields, print);
        foreach (var field in fields)
        {
            _byName.TryAdd(field.Name, field);
            _byAnyCase.TryAdd(field.Name, field);
        }
    }

    /// <summary>The category: <c>sched</c>.</summary>
    public string Category { get; }

    /// <summary>The name within the category: <c>sched_switch</c>.</summary>
    public string Name { get; }

    /// <summary>Category and name: <c>sched/sched_switch</c>.</summary>
    public string FullName => $"{Category}/{Name}";

    /// <summary>The tracepoint's id: the <c>config</c> of perf_event_open(2).</summary>
    public int Id { get; }

    /// <summary>The fields in order, those common to all tracepoints first.</summary>
    public IReadOnlyList<TracepointField> Fields { get; }

    /// <summary>How the kernel prints a record, as a C format and expressions.</summary>
    public string PrintFormat { get; }

    /// <summary>The fields of only this tracepoint, in order, which a program can read.</summary>
    public IEnumerable<TracepointField> OwnFields => Fields.Where(each => !each.IsCommon);

    /// <summary>
    /// The arguments of the entry of a system call; the first field is the number of the system call. Copies of the
    /// text that arguments point to, which Linux 7.2 adds to the record, are not arguments.
    /// </summary>
    internal IEnumerable<TracepointField> SyscallArguments => OwnFields.Where(each => !each.IsDynamic).Skip(1);

    /// <summary>The end of the last field, in bytes; dynamic text and arrays follow it.</summary>
    public int Size => Fields.Count == 0 ? 0 : Fields.Max(each => each.Offset + each.Size);

    /// <summary>The field with a name, case-insensitive unless two names differ only in case.</summary>
    /// <exception cref="UnknownNameException">There is none; the message names similar ones.</exception>
    public TracepointField this[string name] => Find(name)
        ?? throw new UnknownNameException("field", name, OwnFields.Select(each => each.Name), $"in {FullName}");

    /// <summary>The field of a name, or null.</summary>
    /// <param name="name">The name; its case counts only where two names differ by nothing else.</param>
    public TracepointField? Find(string name) => _byName.GetValueOrDefault(name) ?? _byAnyCase.GetValueOrDefault(name);

    /// <summary>Reads the text of a <c>format</c> file.</summary>
    /// <exception cref="FormatException">The text is not a format.</exception>
    public static TracepointFormat Parse(string category, ReadOnlySpan<char> text)
    {
        string? name = null;
        var id = -1;
        var fields = new List<TracepointField>();
        var print = "";
        foreach (var each in text.EnumerateLines())
        {
            var line = each.Trim();
            if (Take(ref line, "field:")) fields.Add(TracepointFieldParser.Parse(line, category));
            else if (Take(ref line, "name:")) name = line.Trim().ToString();
            else if (Take(ref line, "ID:"))
                id = int.Parse(line, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            else if (Take(ref line, "print fmt:")) print = line.Trim().ToString();
        }

        if (name is null || id < 0)
            throw new FormatException($"This is no format of a tracepoint: '{text[..Math.Min(80, text.Length)]}'.");
        for (var i = 0; i < fields.Count; i++)
        {
            if (PrintedNames.Find(print, fields[i]) is { } names) fields[i] = fields[i] with { Enumeration = names };
        }

        return new TracepointFormat(category, name, id, fields, print);
    }

    internal static TracepointFormat Parse(string category, ReadOnlySpan<byte> text) =>
        Parse(category, Encoding.UTF8.GetString(text).AsSpan());

    private static bool Take(ref ReadOnlySpan<char> line, string prefix)
    {
        if (!line.StartsWith(prefix, StringComparison.Ordinal)) return false;
        line = line[prefix.Length..];
        return true;
    }
}
