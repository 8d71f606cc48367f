# Constructs of kernel scripts that are allowed, but rarely intended.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force

    function Get-ScriptWarning([scriptblock] $Code) {
        $null = New-EbpfProgram -Type Xdp |
            Add-EbpfVariable packets uint64 |
            Add-EbpfMap devices -Type DevMap -MaxEntries 8 |
            Add-EbpfMap flows -Type Hash -Key uint16 -MaxEntries 8 `
                -Value ([ordered]@{ Packets = 'uint64'; Times = 'uint64[2]' }) |
            Add-EbpfCode $Code -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | ForEach-Object Message
    }
}

Describe 'A verdict' {
    It 'causes a warning if another always replaces it: <code>' -TestCases @(
        @{ Code = { if ($packet.Udp) { 'Drop' }; 'Pass' }; Text = "'Drop'" }
        @{ Code = { 'Drop'; if ($packet.Udp) { 'Pass' } else { return 'Tx' } }; Text = "'Drop'" }
        @{ Code = { switch ($packet.Length) { 60 { 'Drop'; break } 61 { 'Tx' } }; return 'Pass' };
            Text = "'Drop'", "'Tx'" }
        @{ Code = { foreach ($i in 1..3) { if ($packet.Byte(20) -eq $i) { 'Drop'; continue } }; 'Pass' };
            Text = "'Drop'" }
        @{ Code = { $devices.Redirect(1); 'Pass' }; Text = '$devices.Redirect(1)' }
        @{ Code = { $packet.Udp ? 'Drop' : 'Tx'; 'Pass' }; Text = "`$packet.Udp ? 'Drop' : 'Tx'" }
        @{ Code = { function Get-One($a) { if ($a) { 1 }; 2 }; $packets += Get-One 3; 'Pass' }; Text = '1' }
    ) {
        $warnings = @(Get-ScriptWarning $Code)
        $warnings.Count | Should -Be @($Text).Count
        foreach ($i in 0..($warnings.Count - 1)) {
            $warnings[$i].StartsWith($PSCommandPath + ':') | Should -BeTrue
            $warnings[$i].Contains(": $(@($Text)[$i]) is never the result") | Should -BeTrue -Because $warnings[$i]
            $warnings[$i].EndsWith("write return $(@($Text)[$i]).") | Should -BeTrue -Because $warnings[$i]
        }
    }

    It 'causes no warning if it has an effect: <code>' -TestCases @(
        @{ Code = { 'Pass'; if ($packet.Udp) { 'Drop' } } }
        @{ Code = { 'Drop'; if ($packet.Udp) { return }; 'Pass' } }
        @{ Code = { 'Drop'; if ($packet.Udp) { 'Pass' } elseif ($packet.Tcp) { 'Tx' } } }
        @{ Code = { foreach ($i in 1..3) { if ($packet.Byte(20) -eq $i) { 'Drop'; break }; 'Tx' } } }
        @{ Code = { foreach ($i in 1..3) { 'Drop'; if ($packet.Byte(20) -eq $i) { return } }; 'Tx' } }
        @{ Code = { if ($packet.Udp) { 'Drop' } else { 'Pass' } } }
        @{ Code = { function Add-One($a) { $packets += $a; 1 }; Add-One 3; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }

    It 'causes a warning if code that is added later always replaces it' {
        $program = New-EbpfProgram -Type Xdp -Code { if ($packet.Udp) { 'Drop' } }
        $null = $program | Add-EbpfCode { if ($packet.Tcp) { 'Tx' } } -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $null = $program | Add-EbpfCode { 'Pass' } -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 2
        $warnings[0] | Should -BeLike "*: 'Drop' is never the result, *"
        $warnings[1] | Should -BeLike "*: 'Tx' is never the result, *"
        $null = $program | Add-EbpfCode { 'Pass' } -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike "*: 'Pass' is never the result, *"
    }

    It 'causes a warning in every command that takes a script' {
        $quiet = @{ WarningVariable = 'warning'; WarningAction = 'SilentlyContinue' }
        $null = New-EbpfProgram -Type Xdp -Code { 'Drop'; 'Pass' } @quiet
        $warning | Should -BeLike "*:*: 'Drop' is never the result*"
        Trace-Ebpf -Tracepoint sched/sched_switch { [pscustomobject]@{ A = 1 }; 0; 1 } -Timeout 0 -WhatIf @quiet
        $warning | Should -BeLike '*:*: 0 is never the result*'
    }
}

Describe 'A change' {
    It 'causes a warning if it is made to a discarded copy: <code>' -TestCases @(
        @{ Code = { $flow = $flows[53]; $flow.Packets += 1; 'Pass' }; Meant = '$flows[53].Packets += 1' }
        @{ Code = { $flow = $flows[53]; $flow.Packets++; if ($flow.Packets -gt 5) { 'Drop' } else { 'Pass' } };
            Meant = '$flows[53].Packets++' }
        @{ Code = { $flow = $flows[53]; $flow.Times[1] = $kernel.Time; 'Pass' };
            Meant = '$flows[53].Times[1] = $kernel.Time' }
        @{ Code = { function Add-One { $flow = $flows[53]; $flow.Packets = 1; 'Pass' }; Add-One };
            Meant = '$flows[53].Packets = 1' }
    ) {
        $warnings = @(Get-ScriptWarning $Code)
        $warnings.Count | Should -Be 1
        $warnings[0].StartsWith($PSCommandPath + ':') | Should -BeTrue
        $warnings[0].EndsWith("To change that, write $Meant.") | Should -BeTrue -Because $warnings[0]
    }

    It 'causes no warning if it has an effect: <code>' -TestCases @(
        @{ Code = { $flow = $flows[53]; $flow.Packets += 1; $flows[80] = $flow; 'Pass' } }
        @{ Code = { $flow = $flows[53]; $flow.Packets += 1; $null = $flows.Set(80, $flow); 'Pass' } }
        @{ Code = { $flow = $flows[53]; $flow.Packets += 1; [pscustomobject]@{ Flow = $flow }; 'Pass' } }
        @{ Code = { $flow = @{ Packets = [uint64]1 }; $flow.Packets += 1; 'Pass' } }
        @{ Code = { $flow = $flows[53]; if ($flow.Packets -gt 1) { 'Drop' } else { 'Pass' } } }
        @{ Code = { $count = $flows[53].Packets; $count += 1; 'Pass' } }
        @{ Code = { $flows[53].Packets += 1; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }
}

Describe 'An address' {
    It 'causes a warning if its bytes are read in the order of the processor: <code>' -TestCases @(
        @{ Code = { $flows[[uint16]([ipv4]$packet.UInt32(26))].Packets++; 'Pass' } }
        @{ Code = { $raw = $packet.UInt32(30); $packets = [ipv4]$raw -eq '10.0.0.1'; 'Pass' } }
    ) {
        $warnings = @(Get-ScriptWarning $Code)
        $warnings.Count | Should -Be 1
        $warnings[0].StartsWith($PSCommandPath + ':') | Should -BeTrue
        $warnings[0].EndsWith("Write `$packet.Read('ipv4', offset).") | Should -BeTrue -Because $warnings[0]
    }

    It 'causes no warning if it is read as one: <code>' -TestCases @(
        @{ Code = { $packets = $packet.Read('ipv4', 26) -eq '10.0.0.1'; 'Pass' } }
        @{ Code = { $packets = [ipv4][ipaddress]::NetworkToHostOrder($packet.UInt32(26)) -eq '10.0.0.1'; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }
}

Describe 'A constant' {
    It 'causes a warning if it does not fit into its place in the packet: <code>' -TestCases @(
        @{ Code = { if ($packet.IPv4) { $packet.IPv4.TimeToLive = 300 }; 'Pass' }
            Text = '300 becomes 44: IPv4.TimeToLive holds numbers from 0 to 255.' }
        @{ Code = { if ($packet.IPv4) { $packet.IPv4.HeaderLength = 5 }; 'Pass' }
            Text = '5 becomes 4: IPv4.HeaderLength holds multiples of 4 from 0 to 60.' }
        @{ Code = { if ($packet.Vlan) { $packet.Vlan.Id = -1 }; 'Pass' }
            Text = '-1 becomes 4095: Vlan.Id holds numbers from 0 to 4095.' }
        @{ Code = { if ($packet.Transport) { $packet.Transport.SourcePort = 70000 }; 'Pass' }
            Text = '70000 becomes 4464: Transport.SourcePort holds numbers from 0 to 65535.' }
        @{ Code = { $packet.Byte(0) = 256; 'Pass' }; Text = '256 becomes 0: these bytes hold numbers from 0 to 255.' }
    ) {
        Get-ScriptWarning $Code | Should -BeLike "${PSCommandPath}:*: $Text"
    }

    It 'causes no warning if it fits: <code>' -TestCases @(
        @{ Code = { if ($packet.IPv4) { $packet.IPv4.HeaderLength = 60 }; 'Pass' } }
        @{ Code = { $packet.UInt32(0) = 0xffffffff; $packet.Byte(0) = -1; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }
}

Describe 'A checksum' {
    It 'causes a warning where it does not follow and is not assigned: <code>' -TestCases @(
        @{ Code = { if ($packet.Tcp) { $packet.IPv4.TimeToLive-- }
            elseif ($packet.Udp) { $packet.IPv4.TimeToLive--; $packet.IPv4.Checksum = 0 }; 'Pass' }
            Header = 'IPv4' }
        @{ Code = { if ($packet.Udp) { if ($packet.Length -gt 99) { $packet.Udp.Checksum = 0 }
            else { $packet.IP.HopLimit = 9; $packet.IPv4.Source = '10.0.0.1' } }; 'Pass' }; Header = 'Udp' }
    ) {
        $warnings = @(Get-ScriptWarning $Code | Where-Object { $_ -like '*does not follow*' })
        $warnings | Should -BeLike "${PSCommandPath}:*: $Header.Checksum does not follow this assignment, *"
    }

    It 'causes no warning where the script assigns it on a path of the assignment: <code>' -TestCases @(
        @{ Code = { if ($packet.IPv4) { $packet.IPv4.TimeToLive--; $packet.IPv4.Checksum = 0 }; 'Pass' } }
        @{ Code = { if ($packet.Udp) { $packet.Udp.SourcePort = 9 }
            if ($packet.Udp.Length -gt 8) { $packet.Udp.Checksum = 0 }; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }
}

Describe 'A comparison' {
    It 'causes a warning if it is never true or never false: <code>' -TestCases @(
        @{ Code = { if ($packet.Byte(3) -gt 255) { 'Drop' } }; Never = 'true'; Side = 'left'; Range = '0 to 255' }
        @{ Code = { if (-1 -ge $packet.UInt16(3)) { 'Drop' } }; Never = 'true'; Side = 'right'; Range = '0 to 65535' }
        @{ Code = { if ($packet.Byte(3) -ne 256) { 'Drop' } }; Never = 'false'; Side = 'left'; Range = '0 to 255' }
        @{ Code = { if ($packet.Length -lt 0) { 'Drop' } }; Never = 'true'; Side = 'left'; Range = '0 to 4294967295' }
        @{ Code = { if ($packet.Length -ge 0) { 'Drop' } }; Never = 'false'; Side = 'left'; Range = '0 to 4294967295' }
        @{ Code = { if ($packet.Vlan.Id -eq 4096) { 'Drop' } }; Never = 'true'; Side = 'left'; Range = '0 to 4095' }
        @{ Code = { if ($packet.IPv4.HeaderLength -gt 60) { 'Drop' } };
            Never = 'true'; Side = 'left'; Range = '0 to 60' }
        @{ Code = { if (($packet.Tcp.Flags -band 3) -eq 4) { 'Drop' } };
            Never = 'true'; Side = 'left'; Range = '0 to 3' }
        @{ Code = { [byte]$i = 0; while ($i -lt 256) { $i++ } }; Never = 'false'; Side = 'left'; Range = '0 to 255' }
        @{ Code = { if ($packets - 100 -lt 0) { 'Drop' } }
            Never = 'true'; Side = 'left'; Range = '0 to 18446744073709551615' }
        @{ Code = { if ($packet.Byte(3) % 10 + 1 -eq 0) { 'Drop' } }; Never = 'true'; Side = 'left'; Range = '1 to 10' }
    ) {
        $warnings = @(Get-ScriptWarning $Code)
        $warnings.Count | Should -Be 1
        $warnings[0].StartsWith($PSCommandPath + ':') | Should -BeTrue
        $warnings[0] | Should -BeLike "*: This comparison is never $Never`: its $Side side goes from $Range.*"
    }

    It 'causes no warning if it can be both, or if its constant is of the session: <code>' -TestCases @(
        @{ Code = { if ($packet.Byte(3) -gt 254) { 'Drop' } } }
        @{ Code = { if ($packet.Length - 100 -lt 0) { 'Drop' } } }
        @{ Code = { if ($packet.Byte(3) - 1 -eq -1) { 'Drop' } } }
        @{ Code = { if ($packet.IPv4.Protocol -ge 0) { 'Drop' } } }
        @{ Code = { if ($packet.Byte(3) -in 0..300) { 'Drop' } } }
        @{ Code = { if ($packet.Byte(3) -gt $using:limit) { 'Drop' } } }
        @{ Code = { if ($packet.Byte(3) -gt $using:limit + 1) { 'Drop' } } }
        @{ Code = { if ($packets * -1 -lt 0) { 'Drop' } } }
        @{ Code = { $n = $packet.Length; while ($n -gt 0) { $n -= 100 } } }
    ) {
        $limit = 300
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }
}

Describe 'A field of a header' {
    It 'causes a warning where no test guards its use: <code>' -TestCases @(
        @{ Code = { $packets += $packet.Udp.DestinationPort; 'Pass' }; Field = 'Udp.DestinationPort is read' }
        @{ Code = { $flows[$packet.Tcp.SourcePort].Packets++; 'Pass' }; Field = 'Tcp.SourcePort is read' }
        @{ Code = { $packet.IPv4.TimeToLive--; 'Pass' }; Field = 'IPv4.TimeToLive is assigned' }
        @{ Code = { if ($packet.Udp) { } else { $packets += $packet.Udp.Length }; 'Pass' }; Field = 'Udp.Length is read' }
        @{ Code = { if ($packet.Udp -or $packet.Tcp) { $packets += $packet.Udp.Length }; 'Pass' };
            Field = 'Udp.Length is read' }
        @{ Code = { if ($packet.Udp.Length -ne 8) { $packets += $packet.Udp.Length }; 'Pass' };
            Field = 'Udp.Length is read' }
        @{ Code = { function Add-Length { $packets += $packet.Udp.Length; 1 }; $null = Add-Length; 'Pass' };
            Field = 'Udp.Length is read' }
        @{ Code = { [pscustomobject]@{ Length = $packet.Udp.Length }; 'Pass' }; Field = 'Udp.Length is read' }
        @{ Code = { if ($packet.Udp) { $packets += $packet.Inner.Udp.Length }; 'Pass' };
            Field = 'Inner.Udp.Length is read' }
        @{ Code = { switch ($packet.IPv4.Protocol) { 'Tcp' { $packets += $packet.Udp.Length } }; 'Pass' };
            Field = 'Udp.Length is read' }
        @{ Code = { $packets += $packet.Byte($packet.Udp.PayloadOffset); 'Pass' };
            Field = 'Udp.PayloadOffset is read' }
        @{ Code = { $packet.Byte($packet.Udp.PayloadOffset) = 1; 'Pass' }; Field = 'Udp.PayloadOffset is read' }
    ) {
        $warnings = @(Get-ScriptWarning $Code)
        $warnings.Count | Should -Be 1
        $warnings[0].StartsWith($PSCommandPath + ':') | Should -BeTrue
        $warnings[0].Contains(": $Field without a test for the ") | Should -BeTrue -Because $warnings[0]
        $header = $Field -replace '\.\w+ is .*'
        $warnings[0].EndsWith("Write if (`$packet.$header) { … } around it.") | Should -BeTrue -Because $warnings[0]
    }

    It 'causes no warning where something guards it: <code>' -TestCases @(
        @{ Code = { $packets += $packet.Ethernet.EtherType; 'Pass' } }
        @{ Code = { if ($packet.Udp) { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { if ($packet.Tcp) { $packets += $packet.Byte($packet.Tcp.PayloadOffset) }; 'Pass' } }
        @{ Code = { if (-not $packet.Udp) { return }; $packets += $packet.Udp.Length; 'Pass' } }
        @{ Code = { if ($packet.Udp.Length -gt 8) { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { if ($packet.Udp.DestinationPort -in 53, 123) { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { if ($packet.Udp.DestinationPort -ne 53) { return }; $packets += $packet.Udp.Length; 'Pass' } }
        @{ Code = { if ($packet.Inner.Udp) { $packets += $packet.Inner.Udp.Length }; 'Pass' } }
        @{ Code = { if ($packet.Inner.InnerVlan) { $packets += $packet.Inner.Vlan.Id }; 'Pass' } }
        @{ Code = { if ($packet.Udp.DestinationPort -eq 6081) { $packets += $packet.Geneve.Vni }; 'Pass' } }
        @{ Code = { if ($packet.InnerVlan) { $packets += $packet.Vlan.Id }; 'Pass' } }
        @{ Code = { if ($packet.Inner.IPv4) { $packets += $packet.IP.Length }; 'Pass' } }
        @{ Code = { if ($packet.Inner.Dns) { $packets += $packet.IP.Length + $packet.Inner.IP.Length }; 'Pass' } }
        @{ Code = { $packets += $packet.Udp ? $packet.Udp.Length : 0; 'Pass' } }
        @{ Code = { if ($packet.Udp -or $packet.Tcp) {
            $packets += $packet.Tcp ? $packet.Tcp.SourcePort : $packet.Udp.SourcePort }; 'Pass' } }
        @{ Code = { if (-not $packet.Udp -and -not $packet.Tcp) { return }
            if ($packet.Udp) { $packets += $packet.Udp.Length } else { $packets += $packet.Tcp.Window }; 'Pass' } }
        @{ Code = { $isUdp = [bool]$packet.Udp; if ($isUdp) { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { $port = 0; if ($packet.Udp) { $port = $packet.Udp.SourcePort }
            if ($port -eq 53) { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { if ($packet.IPv4.Protocol -eq 'Udp') { $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { switch ($packet.IPv4.Protocol) { 'Udp' { $packets += $packet.Udp.Length } }; 'Pass' } }
        @{ Code = { foreach ($i in 1..3) { if (-not $packet.Udp) { break }; $packets += $packet.Udp.Length }; 'Pass' } }
        @{ Code = { while ($packet.Udp) { $packets += $packet.Udp.Length; break }; 'Pass' } }
        @{ Code = { function Is-Dns { $packet.Udp.SourcePort -eq 53 }
            if (Is-Dns) { $packets += $packet.Udp.Length }; if (Is-Dns) { $packets += $packet.Udp.Checksum }; 'Pass' } }
        @{ Code = { function Add-Length { $packets += $packet.Udp.Length; 1 }
            if ($packet.Udp) { $null = Add-Length }; 'Pass' } }
    ) {
        Get-ScriptWarning $Code | Should -BeNullOrEmpty
    }

    It 'is guarded by the code before it, and causes its warning once' {
        $quiet = @{ WarningVariable = '+warnings'; WarningAction = 'SilentlyContinue' }
        $warnings = @()
        $null = New-EbpfProgram -Type Xdp | Add-EbpfVariable packets uint64 |
            Add-EbpfCode { $packets += $packet.Tcp.Window; if (-not $packet.Udp) { return 'Pass' } } @quiet |
            Add-EbpfCode { $packets += $packet.Udp.Length; 'Drop' } @quiet
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -BeLike '*Tcp.Window is read*'
    }
}
