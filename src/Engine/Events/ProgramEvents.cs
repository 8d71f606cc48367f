namespace EbpfCat.Events;

/// <summary>The output of a program as objects of a type of the author's.</summary>
[SupportedOSPlatform("linux")]
public static class ProgramEvents
{
    extension(LoadedProgram program)
    {
        /// <summary>The number of records lost since the program was loaded: the buffer was full.</summary>
        public long LostEvents => EventReader.LostBy(program);

        /// <summary>Reads what the program puts out, as it comes.</summary>
        /// <typeparam name="T">
        /// A class or struct, such as a record, whose constructor parameters, settable properties and public fields are
        /// named as fields of the output; case does not count, and fields may be left out. Integers and enumerations
        /// must have at least the size of the field. A program that puts out several kinds of records gives those that
        /// have all the fields of the type.
        /// </typeparam>
        /// <param name="cancellation">Ends the enumeration; no exception is thrown.</param>
        /// <returns>The records in their order. Those that are not enumerated stay in the buffer.</returns>
        /// <exception cref="ArgumentException">
        /// The program puts out nothing, another process loaded it, or none of its records has the fields of the type;
        /// the message names the nearest.
        /// </exception>
        /// <exception cref="KernelException">The kernel refuses to map the buffer.</exception>
        /// <example>
        /// <code>
        /// await foreach (var open in loaded.Events&lt;Open&gt;(cancellation))
        ///     Console.WriteLine($"{open.ProcessId} opens {open.File}");
        ///
        /// internal sealed record Open(uint ProcessId, string File);
        /// </code>
        /// </example>
        public IAsyncEnumerable<T> Events<[DynamicallyAccessedMembers(RecordMapping.Members)] T>(
            CancellationToken cancellation = default)
        {
            ArgumentNullException.ThrowIfNull(program);
            var sources = new RecordSources(program);
            var decoders = TypedDecoder<T>.ForAll(program);
            return Read<T>(sources, Decode, cancellation);

            bool Decode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T one)
            {
                var decoder = decoders[sources.Find(0, bytes).Kind];
                one = decoder is null ? default : decoder.Decode(bytes[RecordSources.NumberSize..]);
                return decoder is not null;
            }
        }
    }

    private delegate bool Decoder<T>(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T one);

    // Records are taken out one by one, so that those after the last one read stay in the buffer.
    private static async IAsyncEnumerable<T> Read<T>(
        RecordSources sources, Decoder<T> decode, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = sources.Open();
        T? current = default;
        var isMatch = false;
        RecordHandler handler = (_, bytes) => isMatch = decode(bytes, out current);
        var count = 0;
        while (!cancellation.IsCancellationRequested)
        {
            if (reader.Drain(handler, 1) > 0)
            {
                count++;
                if (isMatch) yield return current!;
                continue;
            }

            var isBusy = count is > 0 and < RecordReader.PauseThreshold;
            count = 0;
            if (isBusy) await Task.Delay(1, CancellationToken.None);
            else await WaitAsync(reader, cancellation);
        }
    }

    // The wait blocks its thread, so it takes none of the pool.
    private static Task WaitAsync(RecordReader reader, CancellationToken cancellation) => Task.Factory.StartNew(
        () => reader.Wait(Timeout.InfiniteTimeSpan, cancellation),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
