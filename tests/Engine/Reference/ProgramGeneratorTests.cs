using EbpfCat.Language;

namespace EbpfCat.Tests.Reference;

public class ProgramGeneratorTests
{
    [Fact]
    public void Same_seed_and_number_give_the_same_program()
    {
        Assert.Equal(
            ProgramText.Of(ReferenceTests.Case(7, 3).Program), ProgramText.Of(ReferenceTests.Case(7, 3).Program));
        Assert.NotEqual(
            ProgramText.Of(ReferenceTests.Case(7, 3).Program), ProgramText.Of(ReferenceTests.Case(7, 4).Program));
    }

    [Fact]
    public void Programs_can_be_evaluated_and_most_reach_their_end()
    {
        var (runs, changed) = (0, 0);
        for (var number = 0; number < 300; number++)
        {
            var made = ReferenceTests.Case(1, number);
            var state = new ReferenceState(made.Program);
            var evaluator = new Evaluator(made.Program, state);
            foreach (var packet in made.Packets)
            {
                runs++;
                var before = Snapshot(made.Program, state);
                var result = evaluator.Run(packet);
                var isSame = result.Verdict == 2 && result.Packet.SequenceEqual(packet) &&
                    before == Snapshot(made.Program, state);
                if (!isSame) changed++;
            }
        }

        Assert.True(changed > runs * 2 / 3, $"Only {changed} of {runs} runs had an effect.");
    }

    private static string Snapshot(ProgramDefinition program, ReferenceState state) => string.Join(" ",
        [.. program.Variables.Select(v => Convert.ToHexString(state[v])),
            .. program.Maps.SelectMany(m => state[m].Entries)
            .Select(e => Convert.ToHexString([.. e.Key, .. e.Value]))]);
}
