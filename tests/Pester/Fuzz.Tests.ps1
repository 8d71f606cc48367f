# Whatever stands in a script block, it is compiled or refused in words, and so it is with the verifier. EBPFCAT_FUZZ says how many
# scripts are tried, EBPFCAT_FUZZ_FIRST with which to begin.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/Fuzzer.psm1 -Force

    # The blocks of the language's page, and what it shows too seldom.
    $page = [IO.File]::ReadAllText("$PSScriptRoot/../../docs/language.md")
    $blocks = [regex]::Matches($page, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object {
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($_.Groups[1].Value, [ref] $null, [ref] $null)
        foreach ($block in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.ScriptBlockExpressionAst] }, $true)) {
            $block.Extent.Text.Substring(1, $block.Extent.Text.Length - 2)
        }
    }

    $corpus = @(
        $blocks
        'if ($packet.IPv4) { $result++; $sources[$packet.IPv4.Source] += 1 } "Pass"'
        'foreach ($i in 0..7) { if ($packet.Byte($i) -eq 0xff) { continue }; $result += $i } return "Drop"'
        'switch ($packet.Ethernet.EtherType) { 0x800 { "Drop" } 0x86dd { $result = 6 } default { "Pass" } }'
        '$flow = @{ Source = $packet.IPv4.Source; Port = $packet.Tcp.DestinationPort }; $flows[$flow].Packets += 1'
        'function Get-Sum([int64] $a, $b = 3) { return $a + $b } $result = Get-Sum $packet.Length -b 2'
        '$share = [Math]::Floor($packet.Length / 3) * 0.5; if ($share -gt 1.25 -and -not ($result -band 7)) { $fraction = $share }'
        'if ($packet.IPv4.Source -in $sources -or $packet.Length -in 1..5) { [void]$sources.Remove($packet.IPv4.Source) }'
        'while ($result -lt 100) { $result++; if ($kernel.Random -shr 3 -bxor 5) { break } } $packet.Byte(0) = [byte]$result'
        '$packet.IPv4.TimeToLive--; $packet.UInt16(2 + ($result -band 31)) = [uint16]$kernel.Time; Write-Debug "saw $result"'
    )
    $parts = Get-ScriptPart $corpus

    function New-Subject {
        New-EbpfProgram -Name fuzz -Type Xdp |
            Add-EbpfVariable -Name result -Type int64 |
            Add-EbpfVariable -Name fraction -Type x |
            Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 64 |
            Add-EbpfMap -Name flows -Type Hash -Key ([ordered]@{ Source = 'ipv4'; Port = 'uint16' }) -Value ([ordered]@{ Packets = 'uint64'; Bytes = 'uint32' }) -MaxEntries 64
    }

    # What happens to a script: compiled and loaded, or refused by whom; a failure has a sentence.
    function Test-Script([string] $Script) {
        try { $block = [scriptblock]::Create($Script) } catch { return @{ By = 'Parser' } }
        try { $definition = New-Subject | Add-EbpfCode $block 3>$null } catch {
            if ($_.Exception -is [EbpfCat.Language.CompileException]) { return @{ By = 'Translator' } }
            return @{ By = 'Nobody'; Problem = "$($_.FullyQualifiedErrorId): $($_.Exception)" }
        }

        try {
            $loaded = $definition | Import-EbpfProgram
            $loaded.Dispose()
            @{ By = 'None' }
        } catch {
            $cause = $_.Exception
            if ($cause -is [EbpfCat.Language.CompileException]) { return @{ By = 'Compiler' } }
            if ($cause -is [EbpfCat.Programs.VerifierException] -and $cause.Explanation) { return @{ By = 'Verifier' } }
            @{ By = 'Nobody'; Problem = "$($_.FullyQualifiedErrorId): $cause" }
        }
    }
}

Describe 'Any script' {
    It 'is compiled, or refused in words' {
        $count = [int]($env:EBPFCAT_FUZZ ?? 1000)
        $first = [int]($env:EBPFCAT_FUZZ_FIRST ?? 1)
        $ends = @{}
        $failures = [System.Collections.Generic.List[string]]::new()
        for ($number = $first; $number -lt $first + $count -and $failures.Count -lt 10; $number++) {
            $script = New-MutatedScript $corpus $parts $number
            $end = Test-Script $script
            $ends[$end.By]++
            if ($end.Problem) { $failures.Add("EBPFCAT_FUZZ_FIRST=${number}:`n$script`n$($end.Problem)") }
        }

        Write-Host ('    ' + (($ends.GetEnumerator() | Sort-Object Name | ForEach-Object { "$($_.Key) $($_.Value)" }) -join ', '))
        $failures -join "`n`n" | Should -BeNullOrEmpty
        # Mutations that are all refused, or all taken, try nothing.
        $ends['None'] | Should -BeGreaterThan ($count / 20)
        $ends['Translator'] | Should -BeGreaterThan ($count / 20)
    }
}
