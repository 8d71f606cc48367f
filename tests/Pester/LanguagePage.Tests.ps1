# The examples of docs/language.md run in order and give the output that the page shows.

BeforeDiscovery {
    $page = [IO.File]::ReadAllLines("$PSScriptRoot/../../docs/language.md")
    $examples = [Collections.Generic.List[hashtable]]::new()
    for ($at = 0; $at -lt $page.Count; $at++) {
        if ($page[$at] -notmatch '^```(\w+)$') { continue }
        $kind, $first = $Matches[1], ($at + 1)
        while ($page[++$at] -ne '```') { }
        $text = $page[$first..($at - 1)] -join "`n"
        if ($at -eq $first) { $text = '' }
        if ($kind -eq 'powershell') { $examples.Add(@{ Line = $first; Code = $text; Output = $null }) }
        elseif ($kind -eq 'output') { $examples[-1].Output = $text }
        else { throw "docs/language.md:$($first): a block of kind '$kind' is neither run nor compared." }
    }
}

Describe 'docs/language.md' {
    BeforeAll {
        # This session formats the output, with the views of the module.
        Import-Module $env:EBPFCAT_MODULE
        # A separate session runs the examples, so that they see no variables of the tests.
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$env:EBPFCAT_MODULE'; `$ErrorActionPreference = 'Stop'").Invoke()
        $shell.HadErrors | Should -BeFalse
    }

    AfterAll { ${shell}?.Dispose() }

    It 'has an example in line <Line> that runs' -ForEach $examples {
        $shell.Commands.Clear()
        $shell.Streams.ClearStreams()
        $null = $shell.AddScript($Code)
        try { $given = ($shell.Invoke() | Out-String -Stream) -join "`n" }
        catch { throw $_.Exception.InnerException ?? $_.Exception }
        $shell.Streams.Error | Should -BeNullOrEmpty
        if ($null -ne $Output) { $given.Trim() | Should -Be $Output }
        else { $given.Trim() | Should -BeNullOrEmpty -Because 'an example that gives something says what' }
    }

    It 'lists the headers and all their fields' {
        $page = Get-Content "$PSScriptRoot/../../docs/language.md"
        foreach ($header in [EbpfCat.Language.PacketHeaders]::All) {
            $fields = ($header.Fields.Name | ForEach-Object { "``$_``" }) -join ', '
            $page | Should -Contain "| ``$($header.Name)`` | $fields |"
        }
    }

    It 'lists the members of <Name>' -ForEach @{ Name = 'Kernel' }, @{ Name = 'Process' } {
        $tables = [EbpfCat.Commands.NewEbpfProgramCommand].Assembly.GetType('EbpfCat.ScriptBlocks.MemberTable')
        $table = $tables.GetField($Name).GetValue($null)
        $text = [IO.File]::ReadAllText("$PSScriptRoot/../../docs/language.md")
        foreach ($member in $table.Keys) { $text | Should -Match "``(\`$$Name\.)?$member``" }
    }
}
