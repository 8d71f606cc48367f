using System.Management.Automation.Language;

namespace EbpfCat.ScriptBlocks;

/// <summary>Turns PowerShell's extents into places in the source.</summary>
internal sealed class SourcePositions
{
    // An extent cuts its line out of the script each time it is asked.
    private readonly Dictionary<int, string> _lines = [];

    /// <summary>The place of a node: its first line, and the part of it on that line.</summary>
    public SourceSpan Of(Ast ast)
    {
        var extent = ast.Extent;
        if (!_lines.TryGetValue(extent.StartLineNumber, out var line))
        {
            line = (extent.StartScriptPosition.Line ?? "").TrimEnd('\r', '\n');
            _lines.Add(extent.StartLineNumber, line);
        }

        var end = extent.EndLineNumber == extent.StartLineNumber ? extent.EndColumnNumber : line.Length + 1;
        return new SourceSpan(extent.File, extent.StartLineNumber, extent.StartColumnNumber, line,
            Math.Max(1, end - extent.StartColumnNumber));
    }
}
