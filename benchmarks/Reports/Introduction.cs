using EbpfCat.Benchmarks.Clang;
using EbpfCat.Benchmarks.Running;

namespace EbpfCat.Benchmarks.Reports;

/// <summary>The text before the table.</summary>
internal static class Introduction
{
    public static string Write(
        IReadOnlyList<Column> columns, IReadOnlyList<ClangCompiler> missing, Options options)
    {
        var compilers = columns.Where(c => c.Clang is not null)
            .Select(c => $"- {c.Title}: {c.Clang!.Version}, `{ClangCompiler.ArgumentsFor(c.InstructionSet)}`");
        var absent = missing.Select(clang => $"- {clang.Command} is not installed: its columns are left out.");
        return $"""
            # Benchmarks

            Each program is written twice, in the language of kernel scripts and in C. Verdict, packet, variables and
            maps of all are compared on the same packets before anything is measured. Both find headers behind up to two
            VLAN tags, and TCP and UDP behind up to eight IPv6 extension headers. Instructions are counted in slots of
            eight bytes. The number in parentheses is the script's value over that of clang for the same instruction
            set: below 1, the script is better.

            {string.Join('\n', compilers.Concat(absent))}


            """ + (options.HasTimes ? Times() : "");
    }

    private static string Times() => $"""
        A time is the lower quartile of many samples of several thousand runs each (BPF_PROG_TEST_RUN); samples of the
        programs of a row alternate. All are loaded {Timing.Loads} times, and the minimum counts, because the addresses
        of a program and its maps change its time by a few percent. Linux
        {Environment.OSVersion.Version.ToString(2)} ran them.


        """;
}
