namespace EbpfCat.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Compares programs written in the kernel script's language with the same in C, compiled by clang. Needs root.

          --write           write the report to RESULTS.md beside the project too
          --only NAME       only the programs whose name contains NAME; no compile times
          --seconds N       seconds of processor time for timing the programs of a row (default 10); 0: no times
          --listings DIR    write the instructions of all programs to DIR
          --clang COMMANDS  the compilers to compare with (default clang-14,clang-19)
        """;

    public bool Write { get; private init; }

    public string? Only { get; private init; }

    public TimeSpan Budget { get; private init; } = TimeSpan.FromSeconds(10);

    public bool HasTimes => Budget > TimeSpan.Zero;

    public string? Listings { get; private init; }

    public string[] Clang { get; private init; } = ["clang-14", "clang-19"];

    /// <summary>Reads the command line; null where it is not understood.</summary>
    public static Options? Parse(string[] arguments)
    {
        var options = new Options();
        for (var index = 0; index < arguments.Length; index++)
        {
            var (name, value) = (arguments[index], index + 1 < arguments.Length ? arguments[index + 1] : null);
            if (name == "--write")
            {
                options = options with { Write = true };
                continue;
            }

            index++;
            if (value is null) return null;
            switch (name)
            {
                case "--only":
                    options = options with { Only = value };
                    break;
                case "--seconds" when double.TryParse(value, out var seconds):
                    options = options with { Budget = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--listings":
                    options = options with { Listings = value };
                    break;
                case "--clang":
                    options = options with { Clang = value.Split(',') };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
