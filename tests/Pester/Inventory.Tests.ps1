# Maps without programs, programs and maps of all processes, pins, and features of the kernel.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $packet = New-Packet
}

Describe 'New-EbpfMap' {
    It 'creates a map that can be read and set' {
        $map = New-EbpfMap inventory -Type Hash -Key ipaddress -Value uint64 -MaxEntries 8
        try {
            $map | Should -BeOfType EbpfCat.Maps.LiveMap
            $map | Set-EbpfMapValue -Key 10.0.0.1 -Value 5
            $map | Get-EbpfMapValue -Key 10.0.0.1 | Should -Be 5
        }
        finally { $map.Dispose() }
    }

    It 'creates nothing with -WhatIf' {
        New-EbpfMap none -Type Array -Value uint64 -MaxEntries 1 -WhatIf | Should -BeNullOrEmpty
    }

    It 'names the missing parameter: <Missing>' -ForEach @(
        @{ Missing = 'Key'; Map = @{ Type = 'Hash'; Value = 'uint64'; MaxEntries = 1 } }
        @{ Missing = 'Value'; Map = @{ Type = 'Queue'; MaxEntries = 1 } }
        @{ Missing = 'MaxEntries'; Map = @{ Type = 'Array'; Value = 'uint64' } }
        @{ Missing = 'InnerMap'; Map = @{ Type = 'ArrayOfMaps'; MaxEntries = 1 } }
    ) {
        { New-EbpfMap wrong @Map } | Should -Throw "*-$Missing*"
    }
}

Describe 'Add-EbpfMap with an existing map' {
    BeforeAll {
        $map = New-EbpfMap together -Type Hash -Key uint32 -Value uint64 -MaxEntries 8
        function Add-One([scriptblock] $Add) {
            $program = New-EbpfProgram -Name adder -Type Xdp | & $Add | Add-EbpfCode { $counts[1] += 1; 'Pass' } |
                Import-EbpfProgram
            $null = $program | Invoke-EbpfProgram $packet
            $program.Dispose()
        }
    }

    BeforeEach { $map | Clear-EbpfMap }
    AfterAll { ${map}?.Dispose() }

    It 'lets several programs share it' {
        Add-One { $input | Add-EbpfMap counts -Map $map }
        Add-One { $input | Add-EbpfMap counts -Map $map }
        $map | Get-EbpfMapValue -Key 1 | Should -Be 2
    }

    It 'takes the map by its id' {
        Add-One { $input | Add-EbpfMap counts -Id $map.Id }
        $map | Get-EbpfMapValue -Key 1 | Should -Be 1
    }

    It 'takes the map as Get-EbpfMap gives it' {
        Add-One { $input | Add-EbpfMap counts -Map (Get-EbpfMap together) }
        $map | Get-EbpfMapValue -Key 1 | Should -Be 1
    }

    It 'takes the map by its pin, also in another process' {
        $map | Add-EbpfPin test-together
        try {
            Add-One { $input | Add-EbpfMap counts -Path test-together }
            $code = @'
                Import-Module $env:EBPFCAT_MODULE
                New-EbpfProgram -Type Xdp | Add-EbpfMap counts -Path test-together |
                    Add-EbpfCode { $counts[1] += 1; 'Pass' } |
                    Invoke-EbpfProgram ([byte[]]::new(64)) | ForEach-Object Verdict
'@
            Invoke-PowerShell $code | Should -Be Pass
            $map | Get-EbpfMapValue -Key 1 | Should -Be 2
        }
        finally { Remove-EbpfPin test-together }
    }

    It 'refuses types that do not fit the map' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfMap counts -Id $map.Id -Value uint32 |
            Add-EbpfCode { $counts[1] = 1; 'Pass' }
        { $program | Import-EbpfProgram } | Should -Throw '*counts*cannot be shared*'
    }

    It 'uses the name of the map by default' {
        (New-EbpfProgram -Type Xdp | Add-EbpfMap -Map $map).Maps.Name | Should -Be together
    }
}

Describe 'Clear-EbpfMap' {
    It 'empties a map of type <Type>' -ForEach @(
        @{ Type = 'Hash'; Key = 'uint32' }
        @{ Type = 'LruHash'; Key = 'uint32' }
        @{ Type = 'PerCpuHash'; Key = 'uint32' }
        @{ Type = 'LpmTrie'; Key = 'prefix4' }
    ) {
        $map = New-EbpfMap full -Type $Type -Key $Key -Value uint64 -MaxEntries 8
        try {
            $map | Set-EbpfMapValue -Key ($Type -eq 'LpmTrie' ? '10.0.0.0/8' : 1) -Value 1
            $map | Clear-EbpfMap
            $map | Get-EbpfMapValue | Should -BeNullOrEmpty
        }
        finally { $map.Dispose() }
    }

    It 'sets the entries of an array to zero' {
        $map = New-EbpfMap full -Type Array -Value uint64 -MaxEntries 3
        try {
            0..2 | ForEach-Object { $map | Set-EbpfMapValue -Key $_ -Value 9 }
            $map | Clear-EbpfMap
            ($map | Get-EbpfMapValue).Value | Should -Be 0, 0, 0
        }
        finally { $map.Dispose() }
    }

    It 'clears nothing with -WhatIf' {
        $map = New-EbpfMap full -Type Hash -Key byte -Value byte -MaxEntries 3
        try {
            $map | Set-EbpfMapValue -Key 1 -Value 1
            $map | Clear-EbpfMap -WhatIf
            @($map | Get-EbpfMapValue).Count | Should -Be 1
        }
        finally { $map.Dispose() }
    }

    It 'clears a map of a program by its name, and refuses a variable' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable number uint64 |
            Add-EbpfMap entries -Type Hash -Key byte -Value byte -MaxEntries 3 |
            Add-EbpfCode { $entries[1] = 1; 'Pass' } | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram $packet
            $program | Clear-EbpfMap entries
            $program | Get-EbpfMapValue entries | Should -BeNullOrEmpty
            { $program | Clear-EbpfMap number -ErrorAction Stop } | Should -Throw '*variable*'
        }
        finally { $program.Dispose() }
    }
}

Describe 'Get-EbpfMap and Get-EbpfProgram' {
    BeforeAll {
        $program = New-EbpfProgram -Name inventoried -Type Xdp | Add-EbpfVariable number uint64 |
            Add-EbpfMap stock -Type Hash -Key ipaddress -Value uint64 -MaxEntries 3 |
            Add-EbpfCode { $number++; $stock[$packet.IPv4.Source] = 1; 'Pass' } | Import-EbpfProgram
    }

    AfterAll { ${program}?.Dispose() }

    It 'finds a program by name, wildcard, id and type' {
        (Get-EbpfProgram inventoried).Id | Should -Be $program.Id
        (Get-EbpfProgram 'INVENT*').Id | Should -Be $program.Id
        (Get-EbpfProgram -Id $program.Id).Name | Should -Be inventoried
        (Get-EbpfProgram -Type Xdp).Id | Should -Contain $program.Id
        Get-EbpfProgram inventoried -Type Tc -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'shows what the kernel knows about a program' {
        $found = Get-EbpfProgram inventoried
        $found.Type | Should -Be Xdp
        $found.Tag | Should -Be $program.Tag
        $found.MapIds | Should -Contain $program.Maps['stock'].Id
        $found.LoadTime | Should -BeGreaterThan (Get-Date).AddMinutes(-10)
        $found.LoadTime | Should -BeLessOrEqual (Get-Date).AddSeconds(5)
    }

    It 'finds a map by name, wildcard, id, type and program' {
        $id = $program.Maps['stock'].Id
        (Get-EbpfMap stock).Id | Should -Contain $id
        (Get-EbpfMap 'sto*' -Type Hash).Id | Should -Contain $id
        (Get-EbpfMap -Id $id).Name | Should -Be stock
        ($program | Get-EbpfMap stock).Id | Should -Be $id
        (Get-EbpfProgram inventoried | Get-EbpfMap stock).Id | Should -Be $id
    }

    It 'reads the types of a map from its BTF' {
        $null = $program | Invoke-EbpfProgram $packet
        $map = Get-EbpfMap -Id $program.Maps['stock'].Id
        "$($map.KeyType) $($map.ValueType)" | Should -Be 'ipaddress uint64'
        ($map | Get-EbpfMapValue).Key | Should -Be ([ipaddress]'10.77.0.2')
        $map | Get-EbpfMapValue -Key 10.77.0.2 | Should -Be 1
        Get-EbpfProgram inventoried | Get-EbpfMapValue number | Should -BeGreaterThan 0
    }

    It 'reports names and ids that do not exist' {
        Get-EbpfProgram nobody -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure[0].CategoryInfo.Category | Should -Be ObjectNotFound
        Get-EbpfMap -Id 4294967295 -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        "$failure" | Should -BeLike '*4294967295*'
        Get-EbpfMap 'nobody*' | Should -BeNullOrEmpty
    }

    It 'does not keep found objects alive' {
        $gone = New-EbpfProgram -Name vanishing -Type Xdp -Code { 'Pass' } | Import-EbpfProgram
        $found = Get-EbpfProgram vanishing
        $gone.Dispose()
        Get-EbpfProgram 'vanishing*' | Should -BeNullOrEmpty
        { $found | Get-EbpfMapValue -ErrorAction Stop } | Should -Throw '*no longer*'
    }

    It 'completes names' {
        (TabExpansion2 'Get-EbpfProgram invento').CompletionMatches.CompletionText | Should -Contain inventoried
        (TabExpansion2 'Get-EbpfMap stoc').CompletionMatches.CompletionText | Should -Contain stock
    }
}

Describe 'Pins' {
    BeforeAll {
        $program = New-EbpfProgram -Name pinned -Type Xdp | Add-EbpfVariable number uint64 |
            Add-EbpfVariable each uint64 -Storage PerCpu |
            Add-EbpfVariable slow uint64 -Storage Hash |
            Add-EbpfMap stock -Type Hash -Key ipaddress -Value uint64 -MaxEntries 3 |
            Add-EbpfCode { $number++; $each++; $slow++; $stock[$packet.IPv4.Source] = 7; 'Pass' } | Import-EbpfProgram
        $null = $program | Invoke-EbpfProgram $packet
    }

    AfterAll { ${program}?.Dispose() }
    AfterEach {
        Get-EbpfPin 'test-*' | Remove-EbpfPin
        if (Test-Path /sys/fs/bpf/test-maps) { Remove-EbpfPin test-maps -Recurse }
    }

    It 'keep a program, with its variables and maps' {
        $program | Add-EbpfPin test-program
        $pin = Get-EbpfPin test-program
        $pin.Kind | Should -Be Program
        $pin.Id | Should -Be $program.Id
        Get-EbpfMapValue -Path test-program -Name number | Should -Be 1
        Get-EbpfMapValue -Path /sys/fs/bpf/test-program -Name stock -Key 10.77.0.2 | Should -Be 7
    }

    It 'keep a map' {
        $program.Maps['stock'] | Add-EbpfPin -Path /sys/fs/bpf/test-map
        (Get-EbpfPin test-map).Kind | Should -Be Map
        (Get-EbpfMapValue -Path test-map).Value | Should -Be 7
    }

    It 'keep all maps of a program under a prefix, for another process, without the program' {
        $other = New-EbpfProgram -Name short -Type Xdp | Add-EbpfVariable number uint64 |
            Add-EbpfVariable each uint64 -Storage PerCpu |
            Add-EbpfVariable slow uint64 -Storage Hash |
            Add-EbpfMap stock -Type Hash -Key ipaddress -Value uint64 -MaxEntries 3 |
            Add-EbpfCode { $number += 41; $each++; $slow += 5; $stock[$packet.IPv4.Source] = 7; 'Pass' } |
                Import-EbpfProgram
        $null = $other | Invoke-EbpfProgram $packet
        $other | Add-EbpfPin test-maps -Maps
        $other.Dispose()
        Get-EbpfProgram 'short*' | Should -BeNullOrEmpty
        $code = @'
            Import-Module $env:EBPFCAT_MODULE
            Set-EbpfMapValue -Path test-maps -Name number -Value 42
            Get-EbpfMapValue -Path test-maps -Name number
            Get-EbpfMapValue -Path test-maps -Name slow
            (Get-EbpfMapValue -Path test-maps -Name each | Measure-Object -Sum).Sum
            Get-EbpfMapValue -Path test-maps -Name stock -Key 10.77.0.2
'@
        Invoke-PowerShell $code | Should -Be 42, 5, 1, 7
        Get-EbpfMapValue -Path test-maps -Name number | Should -Be 42
        (Get-EbpfPin /sys/fs/bpf/test-maps).Kind | Should -Be Map, Map, Map, Map
        { Remove-EbpfPin test-maps -ErrorAction Stop } | Should -Throw '*is a directory with pins*-Recurse*'
        Remove-EbpfPin test-maps -Recurse -WhatIf
        (Get-EbpfPin /sys/fs/bpf/test-maps).Kind | Should -Be Map, Map, Map, Map
        Remove-EbpfPin test-maps -Recurse
        Test-Path /sys/fs/bpf/test-maps | Should -BeFalse
    }

    It 'release what they kept when removed' {
        $map = New-EbpfMap keepsake -Type Array -Value byte -MaxEntries 1
        $map | Add-EbpfPin test-keepsake
        $map.Dispose()
        (Get-EbpfMap keepsake).Name | Should -Be keepsake
        Get-EbpfPin test-keepsake | Remove-EbpfPin
        Get-EbpfMap 'keepsake*' | Should -BeNullOrEmpty
    }

    It 'stay with -WhatIf' {
        $program | Add-EbpfPin test-stays -WhatIf
        Get-EbpfPin 'test-*' | Should -BeNullOrEmpty
        $program | Add-EbpfPin test-stays
        Remove-EbpfPin test-stays -WhatIf
        (Get-EbpfPin test-stays).Kind | Should -Be Program
    }

    It 'report taken names, unknown names and impossible paths' {
        $program | Add-EbpfPin test-taken
        { $program | Add-EbpfPin test-taken -ErrorAction Stop } | Should -Throw '*test-taken*'
        { Remove-EbpfPin test-nothing -ErrorAction Stop } | Should -Throw '*test-nothing*no such pin*'
        { Remove-EbpfPin / -ErrorAction Stop -WhatIf } | Should -Throw '*no name for a pin*'
        { $program | Add-EbpfPin / -ErrorAction Stop } | Should -Throw '*no name for a pin*'
        { $program | Add-EbpfPin /tmp/test-elsewhere -ErrorAction Stop } | Should -Throw '*BPF file system*'
        { $program | Add-EbpfPin test.dot -ErrorAction Stop } | Should -Throw '*dot*'
    }

    It 'are completed' {
        $program | Add-EbpfPin test-completed
        (TabExpansion2 'Remove-EbpfPin ').CompletionMatches.CompletionText | Should -Not -Contain ebpfcat
        (TabExpansion2 'Remove-EbpfPin test-c').CompletionMatches.CompletionText | Should -Contain test-completed
        (TabExpansion2 'Get-EbpfPin /sys/fs/bpf/test-c').CompletionMatches.CompletionText |
            Should -Contain /sys/fs/bpf/test-completed
    }

    It 'keep an attachment' {
        Enter-TestNetwork
        try {
            $attachment = New-EbpfProgram -Name attached -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0
            $attachment | Add-EbpfPin test-attached
            $pin = Get-EbpfPin test-attached
            $pin.Kind | Should -Be Attachment
            $pin.Name | Should -Be attached
            $attachment.Dispose()
            (Get-XdpAttachment near0).ProgramName | Should -Be attached
            Remove-EbpfPin test-attached
            for ($i = 0; $i -lt 50 -and (Get-XdpAttachment near0); $i++) { Start-Sleep -Milliseconds 100 }
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }
        finally { Exit-TestNetwork }
    }

    It 'can be removed from an attachment that stays' {
        Enter-TestNetwork
        try {
            $attachment = New-EbpfProgram -Name attached -Type Xdp -Code { 'Pass' } |
                New-XdpAttachment near0 -Pin test-off
            Get-EbpfPin test-off | Remove-EbpfPin
            $attachment.PinPath | Should -BeNullOrEmpty
            $attachment.IsAttached | Should -BeTrue
            (Get-XdpAttachment near0).ProgramName | Should -Be attached
            $attachment | Remove-EbpfAttachment
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }
        finally { Exit-TestNetwork }
    }
}

Describe 'Get-EbpfFeature' {
    It 'lists program types' {
        (Get-EbpfFeature Xdp -Kind ProgramType).IsSupported | Should -BeTrue
        (Get-EbpfFeature -Kind ProgramType | Where-Object IsSupported).Name | Should -Contain SocketFilter
    }

    It 'lists map types' {
        (Get-EbpfFeature Hash, Array, LpmTrie -Kind MapType).IsSupported | Should -Be $true, $true, $true
        (Get-EbpfFeature RingBuffer).Since | Should -Be ([version]'5.8')
    }

    It 'lists the program types that may call a helper' {
        $redirect = Get-EbpfFeature redirect_map
        $redirect.IsSupported | Should -BeTrue
        $redirect.ProgramTypes | Should -Contain Xdp
        $redirect.ProgramTypes | Should -Not -Contain SocketFilter
        (Get-EbpfFeature bpf_redirect_map -ProgramType SocketFilter).IsSupported | Should -BeFalse
    }

    It 'gives the instruction set' {
        (Get-EbpfFeature V2 -Kind InstructionSet).IsSupported | Should -BeTrue
    }

    It 'lists kinds of attachments' {
        (Get-EbpfFeature Xdp -Kind Attachment).Since | Should -Be ([version]'5.9')
    }

    It 'probes the kernel once' -Tag Timing {
        $null = Get-EbpfFeature -Kind Helper -ProgramType Xdp
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $features = Get-EbpfFeature -Kind Helper -ProgramType Xdp
        $clock.ElapsedMilliseconds | Should -BeLessThan 500
        $features.Count | Should -Be ([EbpfCat.Bytecode.HelperTable]::All.Count)
    }

    It 'reports an unknown feature' {
        Get-EbpfFeature no_such_thing -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}

Describe 'Import-EbpfProgram with a log' {
    It 'keeps the requested log' {
        $program = New-EbpfProgram -Type Xdp -Code { 'Drop' } | Import-EbpfProgram -LogLevel 2
        try { $program.Log | Should -BeLike '*0: (b7) r0 = 1*' }
        finally { $program.Dispose() }
    }

    It 'keeps no log by default' {
        $program = New-EbpfProgram -Type Xdp -Code { 'Drop' } | Import-EbpfProgram
        try { $program.Log | Should -BeNullOrEmpty }
        finally { $program.Dispose() }
    }

    It 'writes the log with -Verbose' {
        $output = New-EbpfProgram -Type Xdp -Code { 'Drop' } | Import-EbpfProgram -LogLevel 4 -Verbose 4>&1
        "$output" | Should -BeLike '*processed * insns*'
        $output[-1].Dispose()
    }

    It 'truncates the log to -LogSize' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable x uint64 |
            Add-EbpfCode { foreach ($i in 0..60) { if ($packet.Length -gt $i) { $x += $i } }; 'Pass' } |
            Import-EbpfProgram -LogLevel 2 -LogSize 1024
        try {
            $program.Log.Length | Should -BeGreaterThan 100
            $program.Log.Length | Should -BeLessOrEqual 1024
        }
        finally { $program.Dispose() }
    }
}

Describe 'The views of the inventory' {
    It 'have a table for <_>' -ForEach 'Programs.KernelMap', 'Programs.KernelProgram', 'Programs.KernelFeature',
        'Programs.PinInfo' {
        (Get-FormatData "EbpfCat.$_" -PowerShellVersion 7.6).FormatViewDefinition[0].Control |
            Should -BeOfType System.Management.Automation.TableControl
    }
}
