# Kernel scripts made from others by small changes: of tokens, and of the parts of their syntax tree.

using namespace System.Collections.Generic
using namespace System.Management.Automation.Language

# What a script is made of: the tokens' texts, and the texts of its nodes by their kind.
function Get-ScriptPart([string[]] $Script) {
    $tokens = [List[string]]::new()
    $nodes = [Dictionary[string, List[string]]]::new()
    foreach ($text in $Script) {
        $found, $problems = $null
        $tree = [Parser]::ParseInput($text, [ref] $found, [ref] $problems)
        foreach ($token in $found) { if ($token.Text.Trim()) { $tokens.Add($token.Text) } }
        foreach ($node in $tree.FindAll({ $true }, $true)) {
            $kind = Get-NodeKind $node
            if (-not $nodes.ContainsKey($kind)) { $nodes[$kind] = [List[string]]::new() }
            $nodes[$kind].Add($node.Extent.Text)
        }
    }

    @{ Tokens = $tokens; Nodes = $nodes }
}

# Any expression may stand where another stands, and any statement.
function Get-NodeKind([Ast] $Node) {
    if ($Node -is [ExpressionAst]) { 'Expression' } elseif ($Node -is [StatementAst]) { 'Statement' } else { $Node.GetType().Name }
}

function Get-TokenMutation([string] $Script, $Parts, [Random] $Random) {
    $found, $problems = $null
    $null = [Parser]::ParseInput($Script, [ref] $found, [ref] $problems)
    $tokens = @($found | Where-Object { $_.Text.Trim() })
    if ($tokens.Count -lt 2) { return $Script }
    $one = $tokens[$Random.Next($tokens.Count)].Extent
    $other = $tokens[$Random.Next($tokens.Count)].Extent
    $foreign = $Parts.Tokens[$Random.Next($Parts.Tokens.Count)]
    $replacement = switch ($Random.Next(5)) {
        0 { '' }
        1 { "$($one.Text) $($one.Text)" }
        2 { $other.Text }
        3 { $foreign }
        4 { "$foreign $($one.Text)" }
    }

    $Script.Remove($one.StartOffset, $one.EndOffset - $one.StartOffset).Insert($one.StartOffset, $replacement)
}

function Get-TreeMutation([string] $Script, $Parts, [Random] $Random) {
    $found, $problems = $null
    $tree = [Parser]::ParseInput($Script, [ref] $found, [ref] $problems)
    $nodes = @($tree.FindAll({ $args[0] -is [ExpressionAst] -or $args[0] -is [StatementAst] }, $true))
    if ($nodes.Count -eq 0) { return $Script }
    $node = $nodes[$Random.Next($nodes.Count)]
    $candidates = $Parts.Nodes[(Get-NodeKind $node)]
    $replacement = $candidates[$Random.Next($candidates.Count)]
    $Script.Remove($node.Extent.StartOffset, $node.Extent.Text.Length).Insert($node.Extent.StartOffset, $replacement)
}

# The same number makes the same script of the same corpus.
function New-MutatedScript([string[]] $Corpus, $Parts, [int] $Number) {
    $random = [Random]::new($Number)
    $script = $Corpus[$random.Next($Corpus.Count)]
    foreach ($change in 0..$random.Next(3)) {
        $script = if ($random.Next(4) -eq 0) { Get-TokenMutation $script $Parts $random } else { Get-TreeMutation $script $Parts $random }
        if ($script.Length -gt 4000) { break }
    }

    $script
}

Export-ModuleMember Get-ScriptPart, New-MutatedScript
