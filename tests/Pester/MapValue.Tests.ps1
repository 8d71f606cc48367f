# Variables and maps, read and set from the session.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    $program = New-EbpfProgram -Name values -Type Xdp |
        Add-EbpfVariable small byte -InitialValue 7 |
        Add-EbpfVariable large uint64 |
        Add-EbpfVariable fraction x |
        Add-EbpfVariable each uint64 -Storage PerCpu |
        Add-EbpfMap numbers -Type Hash -Key uint32 -Value uint64 -MaxEntries 4 |
        Add-EbpfMap many -Type Hash -Key uint32 -Value uint64 -MaxEntries 50000 |
        Add-EbpfMap addresses -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 64 |
        Add-EbpfMap slots -Type Array -Value uint16 -MaxEntries 3 |
        Add-EbpfMap percpu -Type PerCpuHash -Key byte -Value uint64 -MaxEntries 4 |
        Add-EbpfMap flows -Type Hash -Key ([ordered]@{ Source = 'ipv4'; Port = 'uint16' }) `
            -Value ([ordered]@{ Packets = 'uint64'; Bytes = 'uint64' }) -MaxEntries 8 |
        Add-EbpfCode { $large++; $each++; 'Pass' } |
        Import-EbpfProgram
    $processors = @($program | Get-EbpfMapValue each).Count
}

AfterAll {
    ${program}?.Dispose()
}

Describe 'Get-EbpfMapValue' {
    It 'gives the typed value of a variable' {
        $value = $program | Get-EbpfMapValue -Name small
        $value | Should -Be 7
        $value | Should -BeOfType byte
        $program | Get-EbpfMapValue fraction | Should -BeOfType double
    }

    It 'reads what the program counted' {
        $before = $program | Get-EbpfMapValue large
        $null = $program | Invoke-EbpfProgram (New-Packet) -Repeat 10
        ($program | Get-EbpfMapValue large) - $before | Should -Be 10
    }

    It 'gives the values of a per-CPU variable, one for each processor' {
        ($program | Get-EbpfMapValue each | Measure-Object -Sum).Sum |
            Should -Be ($program | Get-EbpfMapValue large)
    }

    It 'gives all variables and maps without a name' {
        $all = $program | Get-EbpfMapValue
        $all.Name | Should -Be small, large, fraction, each, numbers, many, addresses, slots, percpu, flows
        ($all | Where-Object Name -eq small).Value | Should -Be 7
    }

    It 'reports an absent key and continues' {
        $value = $program | Get-EbpfMapValue numbers -Key 12345 -ErrorVariable failure -ErrorAction SilentlyContinue
        $value | Should -BeNullOrEmpty
        $failure[0].CategoryInfo.Category | Should -Be ObjectNotFound
        "$failure" | Should -BeLike '*numbers*12345*'
    }

    It 'suggests names' {
        $null = $program | Get-EbpfMapValue numbres -ErrorVariable failure -ErrorAction SilentlyContinue
        "$failure" | Should -BeLike "*values*numbres*Did you mean numbers*"
        $failure[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'opens a map by its id' {
        $program | Set-EbpfMapValue addresses -Key 10.0.0.1 -Value 5
        Get-EbpfMapValue -Id $program.Maps['addresses'].Id -Key 10.0.0.1 | Should -Be 5
    }

    It 'opens a map by its pin' {
        $null = [EbpfCat.Maps.PinPath]::MakeDirectory([EbpfCat.Maps.PinPath]::Root)
        $pin = "$([EbpfCat.Maps.PinPath]::Root)/ebpfcat_test_slots"
        try {
            $program | Set-EbpfMapValue slots -Key 2 -Value 22
            $program.Maps['slots'].Pin($pin)
            (Get-EbpfMapValue -Path $pin).Value | Should -Be 0, 0, 22
            Set-EbpfMapValue -Path $pin -Key 2 -Value 0
            Get-EbpfMapValue -Path $pin -Key 2 | Should -Be 0
        }
        finally { Remove-Item $pin -ErrorAction Ignore }
    }

    It 'refuses objects without maps' {
        { 'text' | Get-EbpfMapValue x -ErrorAction Stop } | Should -Throw '*String*loaded program*'
    }

    It 'completes the names of variables and maps' {
        $global:completed = $program
        try {
            (TabExpansion2 '$completed | Get-EbpfMapValue -Name f').CompletionMatches.CompletionText |
                Should -Be fraction, flows
            (TabExpansion2 'Get-EbpfMapValue -InputObject $completed -Name sl').CompletionMatches.CompletionText |
                Should -Be slots
        }
        finally { Remove-Variable completed -Scope Global }
    }
}

Describe 'Set-EbpfMapValue' {
    It 'sets a variable' {
        $program | Set-EbpfMapValue -Name large -Value 100
        $program | Get-EbpfMapValue large | Should -Be 100
        $program | Set-EbpfMapValue fraction -Value 1.5
        $program | Get-EbpfMapValue fraction | Should -Be 1.5
    }

    It 'sets an entry: <Key>' -ForEach @(
        @{ Map = 'numbers'; Key = 5; Value = 50 }
        @{ Map = 'addresses'; Key = [ipaddress]'fd00::1'; Value = 6 }
        @{ Map = 'addresses'; Key = '192.0.2.1'; Value = 7 }
        @{ Map = 'slots'; Key = 1; Value = 65535 }
    ) {
        $program | Set-EbpfMapValue $Map -Key $Key -Value $Value
        $program | Get-EbpfMapValue $Map -Key $Key | Should -Be $Value
    }

    It 'takes structs as hashtables and objects, and gives them as objects' {
        $key = @{ Source = '10.0.0.1'; Port = 53 }
        $program | Set-EbpfMapValue flows -Key $key -Value @{ Packets = 1; Bytes = 60 }
        $entry = $program | Get-EbpfMapValue flows
        $entry.Key.Source | Should -Be ([ipaddress]'10.0.0.1')
        $entry.Key.Port, $entry.Value.Bytes | Should -Be 53, 60
        $entry.Value.Packets = 2
        $entry | Set-EbpfMapValue -InputObject $program -Name flows
        ($program | Get-EbpfMapValue flows -Key $key).Packets | Should -Be 2
    }

    It 'refuses a key without one of its fields' {
        { $program | Set-EbpfMapValue flows -Key @{ Port = 53 } -Value @{ Packets = 1 } -ErrorAction Stop } |
            Should -Throw "*'Source' is missing*"
    }

    It 'sets one value for each processor, or the same for all' {
        $program | Set-EbpfMapValue percpu -Key 1 -Value 3
        @($program | Get-EbpfMapValue percpu -Key 1) | Should -Be (@(3) * $processors)
        $program | Set-EbpfMapValue percpu -Key 1 -Value (1..$processors)
        $program | Get-EbpfMapValue percpu -Key 1 | Should -Be (1..$processors)
    }

    It 'takes entries from the pipeline' {
        1..40000 | ForEach-Object { [pscustomobject]@{ Key = $_; Value = 2 * $_ } } |
            Set-EbpfMapValue -InputObject $program -Name many
        @($program | Get-EbpfMapValue many).Count | Should -Be 40000
        $program | Get-EbpfMapValue many -Key 12345 | Should -Be 24690
    }

    It 'takes keys from a file, or an array' {
        $list = New-Item (Join-Path $TestDrive list.txt) -Value "192.0.2.7`nfd00::7`n"
        $map = $program.Maps['addresses']
        Get-Content $list | Set-EbpfMapValue -Id $map.Id -Value 1
        $program | Get-EbpfMapValue addresses -Key 192.0.2.7, fd00::7 | Should -Be 1, 1
        $program | Set-EbpfMapValue addresses -Key 192.0.2.8, fd00::8 -Value 2
        Get-Content $list | Set-EbpfMapValue -InputObject $program -Name addresses -Value 3
        $program | Get-EbpfMapValue addresses -Key 192.0.2.7, fd00::8 | Should -Be 3, 2
        Get-Content $list | Remove-EbpfMapValue -Id $map.Id
        $program | Remove-EbpfMapValue addresses -Key 192.0.2.8, fd00::8
        $program | Get-EbpfMapValue addresses -Key 192.0.2.7, fd00::8 -ErrorAction SilentlyContinue -ErrorVariable absent
        $absent.Count | Should -Be 2
    }

    It 'takes the entries of a CSV file' {
        $file = Join-Path $TestDrive list.csv
        "Key,Value`n192.0.2.9,4`nfd00::9,5" | Set-Content $file
        Import-Csv $file | Set-EbpfMapValue -Id $program.Maps['addresses'].Id
        $program | Get-EbpfMapValue addresses -Key 192.0.2.9, fd00::9 | Should -Be 4, 5
        $program | Get-EbpfMapValue addresses | Set-EbpfMapValue -Id $program.Maps['addresses'].Id
    }

    It 'makes a map what a list says, and changes nothing else' {
        $program | Clear-EbpfMap numbers
        $program | Set-EbpfMapValue numbers -Key 1, 2, 3, 4 -Value 1
        $changes = 2, 3, 5 | ForEach-Object { [pscustomobject]@{ Key = $_; Value = $_ -eq 2 ? 1 : 9 } } |
            Set-EbpfMapValue -InputObject $program -Name numbers -Sync -Verbose 4>&1
        "$changes" | Should -BeLike '*2 entries set, 2 removed*'
        $program | Get-EbpfMapValue numbers | Sort-Object Key | ForEach-Object { "$($_.Key)=$($_.Value)" } |
            Should -Be 2=1, 3=9, 5=9
        1..5 | Set-EbpfMapValue -Id $program.Maps['numbers'].Id -Value 1 -Sync -ErrorAction SilentlyContinue -ErrorVariable full
        "$full" | Should -BeLike '*numbers*full*4*'
        6, 'x' | Set-EbpfMapValue -Id $program.Maps['numbers'].Id -Value 1 -Sync -ErrorAction SilentlyContinue
        @($program | Get-EbpfMapValue numbers).Count | Should -Be 3
        @() | Set-EbpfMapValue -Id $program.Maps['numbers'].Id -Value 1 -Sync -WhatIf
        @($program | Get-EbpfMapValue numbers).Count | Should -Be 3
        @() | Set-EbpfMapValue -Id $program.Maps['numbers'].Id -Value 1 -Sync
        $program | Get-EbpfMapValue numbers | Should -BeNullOrEmpty
        { $program | Set-EbpfMapValue slots -Key 1 -Value 1 -Sync -ErrorAction Stop } | Should -Throw '*entries stay*'
        { $program | Set-EbpfMapValue large -Value 1 -Sync -ErrorAction Stop } | Should -Throw '*maps with keys*'
    }

    It 'changes nothing for a value out of range, and names the range' {
        $program | Set-EbpfMapValue small -Value 256 -ErrorAction SilentlyContinue -ErrorVariable failure
        "$failure" | Should -BeLike '*small*256*uint8*0 to 255*'
        $failure[0].CategoryInfo.Category | Should -Be InvalidData
        $program | Get-EbpfMapValue small | Should -Be 7
        { $program | Set-EbpfMapValue slots -Key 1 -Value -1 -ErrorAction Stop } | Should -Throw '*-1*uint16*'
        $program | Get-EbpfMapValue slots -Key 1 | Should -Be 65535
    }

    It 'reports a full map, the refused entries and the remedy' {
        1..9 | ForEach-Object { [pscustomobject]@{ Key = $_; Value = 1 } } |
            Set-EbpfMapValue -InputObject $program -Name numbers -ErrorAction SilentlyContinue -ErrorVariable failure
        @($program | Get-EbpfMapValue numbers).Count | Should -Be 4
        $failure.Count | Should -Be 5
        "$($failure[0])" | Should -BeLike '*numbers*full*4*MaxEntries*LruHash*'
        $failure[0].CategoryInfo.Category | Should -Be ResourceUnavailable
    }

    It 'reports an index beyond the array' {
        { $program | Set-EbpfMapValue slots -Key 3 -Value 1 -ErrorAction Stop } | Should -Throw '*slots*3*0 to 2*'
    }

    It 'changes nothing with -WhatIf' {
        $program | Set-EbpfMapValue large -Value 1 -WhatIf
        $program | Get-EbpfMapValue large | Should -Not -Be 1
        $program | Set-EbpfMapValue many -Key 1 -Value 77 -WhatIf
        $program | Get-EbpfMapValue many -Key 1 | Should -Be 2
    }
}

Describe 'Remove-EbpfMapValue' {
    It 'removes an entry' {
        $program | Set-EbpfMapValue many -Key 7 -Value 1
        $program | Remove-EbpfMapValue many -Key 7
        { $program | Get-EbpfMapValue many -Key 7 -ErrorAction Stop } | Should -Throw '*7*'
    }

    It 'takes entries from the pipeline' {
        $program | Get-EbpfMapValue addresses | Remove-EbpfMapValue -InputObject $program -Name addresses
        $program | Get-EbpfMapValue addresses | Should -BeNullOrEmpty
    }

    It 'reports an absent key' {
        $program | Remove-EbpfMapValue many -Key 49999 -ErrorAction SilentlyContinue -ErrorVariable failure
        "$failure" | Should -BeLike '*many*49999*'
        $failure[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'gives the entries that it removed' {
        $program | Set-EbpfMapValue addresses -Key 192.0.2.1 -Value 11
        $removed = $program | Remove-EbpfMapValue addresses -Key 192.0.2.1 -PassThru
        $removed.Key, $removed.Value | Should -Be ([ipaddress]'192.0.2.1'), 11
        $program | Remove-EbpfMapValue addresses -ErrorAction SilentlyContinue -ErrorVariable failure
        "$failure" | Should -BeLike '*-Key*Clear-EbpfMap*'
    }

    It 'takes values out of a queue, which Get-EbpfMapValue only looks at' {
        $queue = New-EbpfMap waiting -Type Queue -Value uint32 -MaxEntries 4
        1..3 | ForEach-Object { $queue | Set-EbpfMapValue -Value $_ }
        $queue | Get-EbpfMapValue | Should -Be 1
        $queue | Remove-EbpfMapValue -PassThru | Should -Be 1
        $queue | Remove-EbpfMapValue
        $queue | Get-EbpfMapValue | Should -Be 3
        $queue | Remove-EbpfMapValue -WhatIf
        $queue | Remove-EbpfMapValue -PassThru | Should -Be 3
        $queue | Remove-EbpfMapValue -PassThru | Should -BeNullOrEmpty
        $queue | Get-EbpfMapValue | Should -BeNullOrEmpty
        $queue.Dispose()
    }

    It 'reports that an array keeps its entries' {
        { $program | Remove-EbpfMapValue slots -Key 1 -ErrorAction Stop } | Should -Throw '*slots*'
    }
}

Describe 'A map that was full' {
    BeforeAll {
        $code = { $counts[$round % 10] += 1; $round++; [pscustomobject]@{ Round = $round } }
        $program = New-EbpfProgram full -Type Xdp | Add-EbpfVariable round uint32 |
            Add-EbpfMap counts -Type Hash -Key uint32 -Value uint64 -MaxEntries 4 |
            Add-EbpfCode $code | Import-EbpfProgram
        $null = $program | Invoke-EbpfProgram ([byte[]]::new(64)) -Repeat 20
    }

    AfterAll { $program.Dispose() }

    It 'says how many updates were lost, once' {
        ($program | Get-EbpfMapValue counts -WarningVariable warnings 3>$null) | Should -HaveCount 4
        "$warnings" | Should -BeLike "The map 'counts' was full with 4 entries: updates of other keys were lost, 12 so far.*"
        $program | Get-EbpfMapValue counts -WarningVariable again 3>$null | Should -HaveCount 4
        $again | Should -BeNullOrEmpty
        $program.Maps['counts'].LostUpdates | Should -Be 12
    }

    It 'is told of while the output of its program is received' {
        $other = New-EbpfProgram full -Type Xdp | Add-EbpfVariable round uint32 |
            Add-EbpfMap counts -Type Hash -Key uint32 -Value uint64 -MaxEntries 4 |
            Add-EbpfCode $code | Import-EbpfProgram
        $null = $other | Invoke-EbpfProgram ([byte[]]::new(64)) -Repeat 5
        $other | Receive-EbpfEvent -Timeout 0 -WarningVariable warnings 3>$null | Should -HaveCount 5
        "$warnings" | Should -BeLike '*lost, 1 so far.*'
        $other.Dispose()
    }
}
