# Loading, running and looking at programs.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    $counter = New-EbpfProgram -Name counter -Type Xdp |
        Add-EbpfVariable packets uint64 |
        Add-EbpfVariable limit uint32 -InitialValue 2 |
        Add-EbpfCode { $packets++; if ($packets -gt $limit) { 'Drop' } else { 'Pass' } }
}

Describe 'Import-EbpfProgram' {
    It 'loads a program, with an id and variables' {
        $program = $counter | Import-EbpfProgram
        try {
            $program | Should -BeOfType EbpfCat.Programs.LoadedProgram
            $program.Id | Should -BeGreaterThan 0
            $program.Variables.Keys | Should -Be packets, limit
            $program | Get-EbpfMapValue limit | Should -Be 2
        }
        finally { ${program}?.Dispose() }
    }

    It 'loads nothing with -WhatIf' {
        $counter | Import-EbpfProgram -WhatIf | Should -BeNullOrEmpty
    }

    It 'reports type errors at their place in the script' {
        $program = New-EbpfProgram -Type Xdp |
            Add-EbpfMap sources -Type Hash -Key ipaddress -Value uint64 -MaxEntries 4 |
            Add-EbpfCode { $sources['no address'] += 1 }
        $failure = { $program | Import-EbpfProgram } | Should -Throw -PassThru
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        "$failure" | Should -BeLike "$($PSCommandPath):*no address*~~*"
        $failure.InvocationInfo.Line | Should -BeLike "*'no address'*"
    }

    It 'explains refusals of the verifier at the line of the script' {
        # The verifier refuses a read at an unbounded offset of the packet, or an endless loop.
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable x uint64 | Add-EbpfCode {
            while ($true) { $x++ }
        }
        $failure = { $program | Import-EbpfProgram } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'ProgramRefused,*'
        "$failure" | Should -BeLike "*verifier*$($PSCommandPath):*loop*"
        $failure.Exception.Log | Should -Not -BeNullOrEmpty
    }
}

Describe 'Invoke-EbpfProgram' {
    It 'gives verdict, packet and time of a loaded program' {
        $program = $counter | Import-EbpfProgram
        try {
            $packet = New-Packet
            $first = $program | Invoke-EbpfProgram -Packet $packet
            $first.Verdict, $first.ReturnValue | Should -Be Pass, 2
            $first.Packet | Should -Be $packet
            ($program | Invoke-EbpfProgram $packet -Repeat 5).Verdict | Should -Be Drop
            $program | Get-EbpfMapValue packets | Should -Be 6
        }
        finally { ${program}?.Dispose() }
    }

    It 'runs a definition, loaded for the run' {
        (New-EbpfProgram -Type Xdp -Code { 'Tx' } | Invoke-EbpfProgram (New-Packet)).Verdict | Should -Be Tx
    }

    It 'has the context of the packet' {
        $program = New-EbpfProgram -Type Tc | Add-EbpfVariable mark uint32 | Add-EbpfVariable interface uint32 |
            Add-EbpfCode {
                $packet.Mark = 40
                $packet.Priority = $packet.Mark + 2
                $packet.Mark += 1
                $mark = $kernel.Context.mark * 1000 + $kernel.Context.priority
                $interface = $packet.InterfaceIndex -eq $kernel.Context.ifindex
            } | Import-EbpfProgram
        try {
            ($program | Invoke-EbpfProgram (New-Packet)).Verdict | Should -Be Unspec
            $program | Get-EbpfMapValue mark | Should -Be 41042
            $program | Get-EbpfMapValue interface | Should -Be 1
        }
        finally { $program.Dispose() }
        { New-EbpfProgram -Type Xdp -Code { $packet.Mark } | Import-EbpfProgram } | Should -Throw '*type Tc*have it*'
        { New-EbpfProgram -Type Xdp -Code { $kernel.Context.ingres_ifindex } | Import-EbpfProgram } |
            Should -Throw '*Did you mean ingress_ifindex*'
        { New-EbpfProgram -Type Xdp -Code { $packet.Queue = 1 } | Import-EbpfProgram } | Should -Throw '*only be read*'
    }

    It 'gives the packet as the program left it' {
        $run = New-EbpfProgram -Type Xdp | Add-EbpfPacketVariable etherType -Offset 12 -Type '!H' |
            Add-EbpfCode { $etherType = 0x1234; 'Pass' } | Invoke-EbpfProgram (New-Packet)
        $run.Packet[12..13] | Should -Be 0x12, 0x34
    }

    It 'takes the default action for a packet that is too short' {
        $program = New-EbpfProgram -Type Xdp -MinimumPacketSize 60 -DefaultAction Drop -Code { 'Pass' }
        ($program | Invoke-EbpfProgram ([byte[]]::new(40))).Verdict | Should -Be Drop
        ($program | Invoke-EbpfProgram ([byte[]]::new(60))).Verdict | Should -Be Pass
    }

    It 'runs with all bytes of a long packet, or names the limit' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable n uint32 |
            Add-EbpfCode { $n = $packet.Length; if ($n -eq 4000) { 'Tx' } }
        $bytes = [byte[]](1..4000 | ForEach-Object { $_ % 251 })
        if ((Get-EbpfFeature xdp_load_bytes).IsSupported -contains $true) {
            $run = $program | Invoke-EbpfProgram $bytes
            $run.Verdict | Should -Be Tx
            $run.Packet | Should -Be $bytes
        }
        $loaded = $program | Import-EbpfProgram
        try { { $loaded | Invoke-EbpfProgram $bytes -ErrorAction Stop } | Should -Throw '*4000 bytes*at most 3*' }
        finally { $loaded.Dispose() }
        $failure = { New-EbpfProgram -Type Tc -Code { } | Invoke-EbpfProgram $bytes -ErrorAction Stop } |
            Should -Throw '*4000 bytes*at most 3*' -PassThru
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
    }

    It 'ends the pipeline if the program does not compile or is refused' {
        foreach ($command in { Invoke-EbpfProgram (New-Packet) }, { Get-EbpfInstruction }, { Import-EbpfProgram }) {
            $program = New-EbpfProgram -Type Xdp |
                Add-EbpfMap sources -Type Hash -Key ipaddress -Value uint64 -MaxEntries 4 |
                Add-EbpfCode { $sources['no address'] += 1 }
            $script = [scriptblock]::Create("`$input | $command")
            $failure = { $program | & $script } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'WrongType,*' -Because $command
        }
        { New-EbpfProgram -Type Xdp | Add-EbpfVariable x uint64 | Add-EbpfCode { while ($true) { $x++ } } |
            Invoke-EbpfProgram (New-Packet) } | Should -Throw '*verifier*'
    }

    It 'refuses other objects' {
        { 5 | Invoke-EbpfProgram (New-Packet) -ErrorAction Stop } | Should -Throw '*no program*New-EbpfProgram*'
    }
}

Describe 'Get-EbpfInstruction' {
    It 'shows a definition in the notation of the verifier, with its source' {
        $instructions = New-EbpfProgram -Type Xdp -Code { 'Drop' } | Get-EbpfInstruction
        $instructions.Text | Should -Be 'r0 = 1', 'exit'
        $instructions[0].Source.File | Should -Be $PSCommandPath
    }

    It 'shows a loaded program, and how the kernel translated it' {
        $program = $counter | Import-EbpfProgram
        try {
            ($program | Get-EbpfInstruction)[-1].Text | Should -Be exit
            ($program | Get-EbpfInstruction -Translated)[-1].Text | Should -Be exit
        }
        finally { ${program}?.Dispose() }
    }

    It 'counts IPv4 packets, with up to two tags or none, in 29 instructions' {
        $program = New-EbpfProgram -Name ipv4 -Type Xdp | Add-EbpfVariable packets uint64 |
            Add-EbpfCode { if ($packet.IPv4) { $packets++ }; 'Pass' }
        ($program | Get-EbpfInstruction | ForEach-Object { $_.Instruction.SlotCount } | Measure-Object -Sum).Sum |
            Should -BeLessOrEqual 29
    }
}

Describe 'The views' {
    It 'have a table for <Type>' -ForEach @(
        foreach ($name in 'Language.ProgramDefinition', 'Programs.LoadedProgram', 'Programs.ProgramRun',
            'Commands.ProgramInstruction', 'Commands.SharedValue', 'Attachments.XdpAttachment',
            'Attachments.XdpAttachmentInfo', 'Maps.MapEntry', 'Maps.LiveMap', 'Maps.LiveVariable') {
            @{ Type = "EbpfCat.$name" }
        }
    ) {
        (Get-FormatData $Type -PowerShellVersion 7.6).FormatViewDefinition[0].Control |
            Should -BeOfType System.Management.Automation.TableControl
    }

    It 'show a program in one line' {
        $counter | Out-String | Should -Match 'counter +Xdp +packets, limit'
    }
}
