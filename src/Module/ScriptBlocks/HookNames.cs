namespace EbpfCat.ScriptBlocks;

/// <summary>
/// The hook that a program is translated for: <c>$event.Hook</c>. It is a constant, and statements that a condition on
/// it excludes are no part of the program.
/// </summary>
/// <param name="Current">The name of the program's hook.</param>
/// <param name="All">The names of all hooks that the script is translated for.</param>
public sealed record HookNames(string Current, IReadOnlyList<string> All);
