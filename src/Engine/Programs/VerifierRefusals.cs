using System.Globalization;
using System.Text.RegularExpressions;
using EbpfCat.Language;

namespace EbpfCat.Programs;

/// <summary>The verifier's common refusals in words: a table of what it says and what that means.</summary>
internal static partial class VerifierRefusals
{
    private const int TailLength = 1 << 16;

    // What the verifier says, as a pattern; what it means; what to do. Checked in order, so the special come first.
    private static readonly (string Pattern, string Problem, string? Remedy)[] Table =
    [
        (@"^verifier bug: |^verifier internal error",
            "the verifier of this kernel ran into a fault of its own",
            "Write what stands there a little differently, or use a newer kernel."),
        (@"BPF program is too large\. Processed (\d+) insn",
            "the program is too complex: its paths together have more than 1,000,000 instructions",
            "Give loops fewer rounds, or divide the work among several programs."),
        (@"cannot pass map_type (?<map>\d+) into func (?<helper>[\w#]+)",
            "it does something to a map of type {map} that such maps cannot: the helper is {helper}",
            "Declare a map of another type, or use what maps of this type have."),
        // The second is what older kernels say, 6.1 among them.
        (@"expected prog array map for tail call|^kernel subsystem misconfigured verifier$",
            "it goes on in a program of a map that holds no programs",
            "Declare the map with -Type ProgramArray."),
        (@"write into map forbidden",
            "it writes to a map that was made for programs to read only",
            "Make the map without the flag ReadOnlyProgram."),
        (@"read from map forbidden",
            "it reads a map that was made for programs to write only",
            "Make the map without the flag WriteOnlyProgram."),
        (@"reference leak|Unreleased reference",
            "it ends without giving back what it got from the kernel, such as a reserved record",
            "Submit or discard the record, or release the object, on every way to the end."),
        (@"might sleep in a non-sleepable|sleepable helper",
            "it calls a helper that may sleep, where programs of this type may not",
            "Use a helper that does not sleep, such as probe_read_user."),
        (@"invalid zero-sized read",
            "it lets a helper read nothing at all",
            "Give a size of at least 1."),
        (@"type=\w+_or_null expected=",
            "it gives a helper a pointer that may be null",
            "Compare it with 0 first, and call the helper where it is not."),
        (@"pointer arithmetic (?:with|on)|math between",
            "it calculates with an address as if it were a number",
            "Addresses can be moved by a number only: add to them or subtract from them."),
        (@"invalid (?:read|write) (?:from|to) stack R10 off=-(?:51[3-9]|5[2-9]\d|[6-9]\d\d|\d{4,})",
            "it reads or writes the stack outside its 512 bytes, or where nothing was stored",
            "Set local values before they are read."),
        (@"invalid (?:indirect )?(?:read|write|access) (?:from|to) stack R\d+ off=\S+ size=(?<size>\d+)",
            "it lets a helper read or write {size} bytes of the stack where there are fewer",
            "Give no larger size than the text or struct has bytes."),
        (@"infinite loop detected",
            "a loop comes round without any change, so it would never end",
            "Make the loop count towards a constant limit."),
        (@"back-edge from insn (?<slot>\d+) to \d+",
            "it has a loop, which kernels before 5.3 do not run",
            "Use a newer kernel, or write the rounds out."),
        (@"The sequence of \d+ jumps is too complex",
            "it has too many branches one after the other for the verifier to follow",
            "Divide the code among functions, or branch less."),
        (@"combined stack size of \d+ calls is (\d+)\. Too large|combined stack size|stack depth \d+ exceeds|call stack of \d+ frames is too deep|the call stack of \d+",
            "its functions together need more than the stack of 512 bytes, or call one another too deeply",
            "Use fewer and smaller local values, or keep large ones in a map."),
        (@"invalid (?:\w+ )*(?:read|write|access)?\s*(?:from|to|into|of)?\s*stack",
            "it reads or writes the stack outside its 512 bytes, or where nothing was stored",
            "Set local values before they are read."),
        (@"invalid access to packet",
            "it reads or writes the packet beyond what was checked to be there",
            "Test the packet's length first, or give the program a MinimumPacketSize."),
        (@"invalid access to map value|invalid access to map key",
            "it reads or writes beyond the end of a map's value",
            "Keep the index within the size of the value, for example with -band."),
        (@"invalid access to memory|invalid (?:mem|memory) access '(?:map_value_or_null|ptr_or_null_|\w+_or_null)",
            "it uses a pointer that may be null",
            "Test first that the key or object is there."),
        (@"(?:R\d+ )?invalid mem access '(?:inv|scalar)'",
            "it uses a number as an address",
            "Read kernel memory through $event, or with a helper such as probe_read_kernel."),
        (@"unbounded min value|unbounded memory access|min value is (?:negative|outside)|max value is outside",
            "it calculates an address from a number whose limits the verifier cannot see",
            "Limit the number before it is used, for example with -band or a comparison."),
        (@"offset is outside of the packet|min value is outside of the allowed memory range",
            "it reads or writes outside of what it may",
            "Test the index against the limits first."),
        (@"R\d+ !read_ok|R\d+ is uninitialized",
            "it reads a value that was not set on every way that leads here",
            "Give the variable a value before the branch."),
        (@"unknown func (?<helper>[\w#]+)|invalid func (?<helper>[\w#]+)",
            "it calls the helper {helper}, which this kernel does not have for this type of program",
            "Use another helper or program type, or a newer kernel."),
        (@"program of this type cannot use helper (?<helper>[\w#]+)|helper call is not allowed in probe",
            "it calls the helper {helper}, which programs of this type may not call",
            "Use another helper or another type of program."),
        (@"cannot call GPL-restricted function|cannot call GPL only function",
            "it calls a helper that is for programs under the GPL alone",
            "Declare the program with -License GPL."),
        (@"unreachable insn (?<slot>\d+)",
            "it has an instruction that no way leads to", null),
        (@"jump out of range from insn (?<slot>\d+)|jump into the middle of ldimm64 insn (?<slot>\d+)",
            "a jump leads out of the program", null),
        (@"last insn is not an exit or jmp",
            "it runs past its end", null),
        (@"At program exit the register R0 has .*|R0 .*should have been in|At program exit the register R0 is not",
            "its result is not one that this type of program may give",
            "Return one of the type's verdicts."),
        (@"R0 leaks addr as return value|leaks addr",
            "it would give an address of the kernel away",
            "Return or store a number."),
        (@"cannot write into packet|cannot write into rdonly_",
            "it writes where this type of program may only read", null),
        (@"misaligned (?:\w+ )*access",
            "it reads or writes at an address that is not a multiple of the size",
            "Align the field, or read it byte by byte."),
        (@"dereference of modified (?:ctx|.*) ptr|invalid bpf_context access",
            "it reads the context where nothing is for this type of program", null),
        (@"unknown opcode|invalid BPF_\w+ (?:insn|instruction)|BPF_\w+ uses reserved fields",
            "it has an instruction that this kernel does not know",
            "Compile it for an older instruction set."),
        (@"attach_btf_id|is not allowed in|not a supported",
            "it cannot be attached where it is meant for", null),
        (@"type=(?<given>\w+) expected=(?<wanted>[\w, ]+)",
            "it gives a helper or function a {given} where that takes: {wanted}", null),
        (@"cannot access ptr member|access beyond struct|only read is supported|access beyond the end of member",
            "it reads a field of a kernel structure in a way that is not allowed", null),
    ];

    private static readonly Lazy<(Regex Pattern, string Problem, string? Remedy)[]> Patterns = new(() =>
        [.. Table.Select(row => (new Regex(row.Pattern, RegexOptions.CultureInvariant), row.Problem, row.Remedy))]);

    /// <summary>What a log says, in words, and the instruction it is about.</summary>
    /// <param name="log">The verifier's log.</param>
    /// <returns>No explanation where the log gives no reason.</returns>
    public static (VerifierExplanation? Explanation, int? Slot) Explain(string log)
    {
        // The end tells it; what came before may be millions of lines.
        var lines = log[Math.Max(0, log.Length - TailLength)..].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var slot = LastInstruction(lines);
        // The reason follows the instruction that it is about; where several lines do, they say the same more and less.
        string[] reasons = [.. lines.Skip(Array.FindLastIndex(lines, IsInstruction) + 1).Where(line => !IsStatistics(line)).Select(WithoutStatistics)];
        foreach (var (pattern, problem, remedy) in Patterns.Value)
        {
            if (reasons.FirstOrDefault(line => pattern.IsMatch(line)) is not { } reason) continue;
            var match = pattern.Match(reason);
            if (match.Groups["slot"] is { Success: true } named)
                slot = int.Parse(named.ValueSpan, CultureInfo.InvariantCulture);
            return (new VerifierExplanation(Fill(problem, match), remedy, reason), slot);
        }

        return reasons is [.., var last] ? (new VerifierExplanation("it is not safe", "The verifier's log tells more.", last), slot) : (null, slot);
    }

    private static string Fill(string problem, Match match)
    {
        foreach (Group group in match.Groups)
        {
            if (group.Success) problem = problem.Replace($"{{{group.Name}}}", Name(group), StringComparison.Ordinal);
        }

        return problem.Replace("the helper {helper}", "a helper", StringComparison.Ordinal);
    }

    // Types of maps are told by number; a number is a scalar, which verifiers before Linux 5.18 call inv.
    private static string Name(Group group) => (group.Name, group.Value) switch
    {
        ("map", var number) => Enum.GetName((MapType)int.Parse(number, CultureInfo.InvariantCulture)) ?? number,
        ("given", "inv") => "scalar",
        (_, var text) => text,
    };

    private static int? LastInstruction(string[] lines)
    {
        var last = lines.LastOrDefault(IsInstruction);
        return last is null ? null : int.Parse(last[..last.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    // Some reasons end without a line end.
    private static string WithoutStatistics(string line) =>
        line.IndexOf("processed ", StringComparison.Ordinal) is > 0 and var at ? line[..at].TrimEnd() : line;

    private static bool IsInstruction(string line) => InstructionLine().IsMatch(line);

    private static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal) || line.StartsWith("verification time", StringComparison.Ordinal)
        || line.StartsWith("stack depth ", StringComparison.Ordinal) || line.StartsWith(';') || line.Length == 0;

    [GeneratedRegex(@"^\d+: \([0-9a-f]{2}\) ")]
    private static partial Regex InstructionLine();
}
