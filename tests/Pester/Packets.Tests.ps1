# How kernel scripts read and write packets, each compiled, loaded and run in the kernel.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    . $PSScriptRoot/TestScript.ps1
}

Describe 'Packets' {
    It 'are compared by size: <_>' -ForEach 13, 14, 64 {
        $size = $_
        # A test run requires a packet with an Ethernet header.
        $bytes = [byte[]]::new([Math]::Max(14, $size))
        $seen = Invoke-Script {
            $longer = $packet.Length -gt 20; $same = $packet.Length -eq 14; $atMost = $packet.Length -le 63
        } {
            $input | Add-EbpfVariable longer bool | Add-EbpfVariable same bool | Add-EbpfVariable atMost bool
        } -Packet $bytes
        $seen.longer, $seen.same, $seen.atMost |
            Should -Be ($bytes.Length -gt 20), ($bytes.Length -eq 14), ($bytes.Length -le 63)
    }

    It 'are read raw: <Code>' -ForEach @(
        @{ Code = { $result = $packet.Byte(40) }; Result = 0xf0 }
        @{ Code = { $result = $packet.SByte(40) }; Result = -16 }
        @{ Code = { $result = $packet.UInt16(40) }; Result = 0xf1f0 }
        @{ Code = { $result = $packet.Int16(40) }; Result = -3600 }
        @{ Code = { $result = $packet.UInt32(40) }; Result = 0xf3f2f1f0L }
        @{ Code = { $result = $packet.Int32(40) }; Result = -202182160 }
        @{ Code = { $result = $packet.UInt64(40) -shr 8 }; Result = 0x00f7f6f5f4f3f2f1 }
        @{ Code = { $result = $packet.Int64(40) }; Result = -579005069656919568 }
        @{ Code = { $at = $packet.Byte(39); $result = $packet.Byte($at) }; Result = 0xf5 }
    ) {
        $bytes = [byte[]]::new(64)
        $bytes[39] = 45
        0..7 | ForEach-Object { $bytes[40 + $_] = 0xf0 + $_ }
        Get-Result $Code -Packet $bytes | Should -Be $Result
    }

    It 'give addresses that a number is compared with as one' {
        Get-Result { if ([ipv4]0x0a4d0001 -eq '10.77.0.1') { $result = 1 } } | Should -Be 1
        Get-Result { $number = 0x0a4d0001; if ([ipv4]$number -eq [ipv4]0x0a4d0001) { $result = 1 } } | Should -Be 1
    }

    It 'are read at the integer part of a fraction: <Code>' -ForEach @(
        @{ Code = { $result = $packet.Byte($packet.Length / 2) }; Result = 32 }
        @{ Code = { $result = $packet.Byte(28 / 2) }; Result = 14 }
        @{ Code = { $result = $packet.Byte(14.0) }; Result = 14 }
        @{ Code = { $half = $packet.Length / 2; $result = $packet.Read('!H', $half) }; Result = 0x2021 }
        @{ Code = { for ($i = $packet.Length / 2; $i -lt 34; $i++) { $result += $packet.Byte($i) } }; Result = 65 }
        @{ Code = { $a = [byte[]](1, 2, 3, 4); $result = $a[4 / 2] }; Result = 3 }
        @{ Code = { $a = [byte[]](1, 2, 3, 4); $a[$packet.Length / 32] = 9; $result = $a[2] }; Result = 9 }
        @{ Code = { $a = [ipv4]($packet.Length / 64); if ($a -eq '0.0.0.1') { $result = 1 } }; Result = 1 }
        @{ Code = { $null = $kernel.Call('xdp_adjust_tail', $packet, 0 - $packet.Length / 4)
                $result = $packet.Length }; Result = 48 }
    ) {
        $bytes = [byte[]](0..63)
        Get-Result $Code -Packet $bytes | Should -Be $Result
    }

    It 'are texts that may fill their place' {
        $bytes = [byte[]]::new(60)
        [Text.Encoding]::ASCII.GetBytes('POST').CopyTo($bytes, 54)
        Get-Result { if ($packet.Read('string[4]', 54) -eq 'POST') { $result = 1 } } -Packet $bytes | Should -Be 1
        Get-Result { if ($packet.Read('string[4]', 54) -clike 'POST*') { $result = 1 } } -Packet $bytes | Should -Be 1
    }

    It 'show the EtherType of IPv4 as the processor reads it' {
        Get-Result { $result = $packet.UInt16(12) } | Should -Be 8
    }

    It 'are written raw: <Code>' -ForEach @(
        @{ Code = { $packet.Byte(40) = 0x101 }; Left = 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }
        @{ Code = { $packet.UInt16(40) = 0x0102 }; Left = 2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }
        @{ Code = { $packet.UInt32(40) = 0x01020304 }; Left = 4, 3, 2, 1, 0xff, 0xff, 0xff, 0xff }
        @{ Code = { $packet.UInt64(40) = 0x0102030405060708 }; Left = 8, 7, 6, 5, 4, 3, 2, 1 }
        @{ Code = { $packet.Byte(40) += 2 }; Left = 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }
    ) {
        $bytes = [byte[]]::new(64)
        40..47 | ForEach-Object { $bytes[$_] = 0xff }
        (Invoke-Script $Code -Packet $bytes).Run.Packet[40..47] | Should -Be $Left
    }

    It 'are read and written by type: <Code>' -ForEach @(
        @{ Code = { $result = $packet.Read('!I', 40) }; Result = 0xf0f1f2f3L }
        @{ Code = { $result = $packet.Read('<H', $at) }; Result = 0xf1f0 }
        @{ Code = { $result = $packet.Read([int16], $at) }; Result = -3600 }
        @{ Code = { $result = [uint32]$packet.Read('ipv4', $at) }; Result = 0xf0f1f2f3L }
        @{ Code = { $result = $packet.Read('ipv4', 40) -eq '240.241.242.243' }; Result = 1 }
        @{ Code = { $result = $packet.Read('ipv6', $at) -eq 'f0f1:f2f3:f4f5:f6f7::' }; Result = 1 }
        @{ Code = { $result = $packet.Read('mac', $at) -eq 'f0:f1:f2:f3:f4:f5' }; Result = 1 }
        @{ Code = { $result = $packet.Read([ordered]@{ A = '!H'; B = 'byte[4]' }, $at).A }; Result = 0xf0f1 }
        @{ Code = { $packet.Read('!H', $at) = 0x102; $packet.Read('!H', $at) += 1; $result = $packet.Byte(41) }
            Result = 3 }
        @{ Code = { $packet.Read('ipv4', $at) = '10.0.0.1'; $result = $packet.Read('!I', 40) }; Result = 0x0a000001 }
        @{ Code = { $packet.Read('mac', $at) = '02:00:5e:10:00:01'; $result = $packet.Read('!Q', 40) }
            Result = 0x02005e100001f6f7 }
    ) {
        $bytes = [byte[]]::new(64)
        $bytes[39] = 40
        0..7 | ForEach-Object { $bytes[40 + $_] = 0xf0 + $_ }
        $script = [scriptblock]::Create("`$at = `$packet.Byte(39); $Code")
        Get-Result $script -Packet $bytes | Should -Be $Result
    }

    It 'are converted from and to network order: <Code>' -ForEach @(
        @{ Code = { $result = [ipaddress]::NetworkToHostOrder($packet.UInt16(40)) }; Result = 0xf0f1 }
        @{ Code = { $result = [ipaddress]::NetworkToHostOrder($packet.Int16(40)) }; Result = -3855 }
        @{ Code = { $result = [ipaddress]::HostToNetworkOrder([uint32]$packet.UInt32(40)) }; Result = 0xf0f1f2f3L }
        @{ Code = { [uint16]$x = $packet.UInt16(40); $result = [ipaddress]::HostToNetworkOrder($x) }; Result = 0xf0f1 }
        @{ Code = { $result = [ipaddress]::HostToNetworkOrder([uint16]53) }; Result = 0x3500 }
        @{ Code = { $result = [ipaddress]::HostToNetworkOrder(53) }; Result = 0x35000000 }
        @{ Code = { $packet.UInt16(42) = [ipaddress]::HostToNetworkOrder([int16]0x102); $result = $packet.Byte(42) }
            Result = 1 }
    ) {
        $bytes = [byte[]]::new(64)
        0..7 | ForEach-Object { $bytes[40 + $_] = 0xf0 + $_ }
        Get-Result $Code -Packet $bytes | Should -Be $Result
    }

    It 'give addresses of two kinds to one local' {
        $seen = Invoke-Script {
            if ($packet.IPv4) { $a = $packet.IPv4.Source; $four[$a]++ } else { $a = $packet.IPv6.Source }
            $both[$a]++
            $again[[ipv4]$a]++
            if ($a -in '10.77.0.2', '2001:db8::1') { 'Drop' } else { 'Tx' }
        } {
            $input | Add-EbpfMap four -Type Hash -Key ipv4 -Value int64 -MaxEntries 4 |
                Add-EbpfMap both -Type Hash -Key ipaddress -Value int64 -MaxEntries 4 |
                Add-EbpfMap again -Type Hash -Key ipv4 -Value int64 -MaxEntries 4
        }
        $seen.Run.Verdict | Should -Be Drop
        "$($seen.four.Key) $($seen.both.Key) $($seen.again.Key)" | Should -Be '10.77.0.2 10.77.0.2 10.77.0.2'
        $exception = {
            Invoke-Script {
                $a = $packet.IPv4.Source
                if ($packet.IPv6) { $a = $packet.IPv6.Source }
                $four[$a]++
            } { $input | Add-EbpfMap four -Type Hash -Key ipv4 -Value int64 -MaxEntries 4 }
        } | Should -Throw -PassThru | ForEach-Object Exception
        $exception.Problem |
            Should -BeLike "ipaddress cannot be used as ipv4: 'a' is also assigned a value of type ipv6, in line *."
        $exception.Suggestion | Should -BeLike 'Cast it to ipv4, which gives 0.0.0.0 for an IPv6 address, or use*'
    }

    It 'are refused with advice: <Code>' -ForEach @(
        @{ Code = { $result = $packet.Read('!H') }; Id = 'WrongArguments'; Advice = "Write `$packet.Read('!H', 12)*" }
        @{ Code = { $result = $packet.Read }; Id = 'WrongArguments'; Advice = "*`$packet.Read('!H', 12)." }
        @{ Code = { $result = $packet.Read($packet.Byte(1), 12) }; Id = 'NotConstant'; Advice = "*'ipv4'*" }
        @{ Code = { $result = $packet.Read('ip4', 12) }; Id = 'UnknownType'; Advice = $null }
        @{ Code = { $x = $packet.UInt16(12); $result = [ipaddress]::NetworkToHostOrder($x) }
            Id = 'UnknownWidth'; Advice = 'Cast*such as uint16.' }
        @{ Code = { $result = [ipaddress]::NetworkToHostOrder('a') }; Id = 'WrongType'; Advice = 'Cast*' }
    ) {
        $exception = { Get-Result $Code } | Should -Throw -PassThru | ForEach-Object Exception
        $exception.Id | Should -Be $Id
        $exception.Suggestion | Should -BeLike "$Advice"
    }

    It 'get the default verdict if too short' {
        $with = @{ DefaultAction = 'Drop' }
        (Invoke-Script { $x = $packet.Byte(70); 'Tx' } -With $with).Run.Verdict | Should -Be Drop
        (Invoke-Script { $x = $packet.Byte(63); 'Tx' } -With $with).Run.Verdict | Should -Be Tx
        (Invoke-Script { $x = $packet.Byte(63) } -With $with).Run.Verdict | Should -Be Drop
    }

    It 'have a minimum size' {
        $with = @{ MinimumPacketSize = 60; DefaultAction = 'Aborted' }
        (Invoke-Script { 'Tx' } -With $with -Packet ([byte[]]::new(59))).Run.Verdict | Should -Be Aborted
        (Invoke-Script { 'Tx' } -With $with -Packet ([byte[]]::new(60))).Run.Verdict | Should -Be Tx
    }

    It 'have variables with a byte order: <Type>' -ForEach @(
        @{ Type = 'H'; Read = 0x0201; Written = 0x0a, 0x0b, 3, 4 }
        @{ Type = '<H'; Read = 0x0201; Written = 0x0a, 0x0b, 3, 4 }
        @{ Type = '>H'; Read = 0x0102; Written = 0x0b, 0x0a, 3, 4 }
        @{ Type = '!H'; Read = 0x0102; Written = 0x0b, 0x0a, 3, 4 }
        @{ Type = '!I'; Read = 0x01020304; Written = 0, 0, 0x0b, 0x0a }
        @{ Type = '<i'; Read = 0x04030201; Written = 0x0a, 0x0b, 0, 0 }
        @{ Type = 'B'; Read = 1; Written = 0x0a, 2, 3, 4 }
    ) {
        $bytes = [byte[]]::new(64)
        0..3 | ForEach-Object { $bytes[20 + $_] = $_ + 1 }
        $seen = Invoke-Script { $seen = $place; $place = 0x0b0a } {
            $input | Add-EbpfVariable seen int64 | Add-EbpfPacketVariable place -Offset 20 -Type $Type
        } -Packet $bytes
        $seen.seen | Should -Be $Read
        $seen.Run.Packet[20..23] | Should -Be $Written
    }

    It 'have locals and parameters of types that are no word' {
        $seen = Invoke-Script {
            function Get-Low([EbpfType('uint8:4')] $n) { $n }
            [EbpfType('!I')]$address = $packet.Read('!I', 20)
            $address += 1
            [EbpfType('int8:4')]$signed = 9
            $seen = $address + $signed
            $addresses[$address] = 1
            $known = $addresses.Contains($address)
            $low = Get-Low 0x25
        } {
            $input | Add-EbpfVariable seen int64 | Add-EbpfVariable known bool | Add-EbpfVariable low uint8 |
                Add-EbpfMap addresses -Type Hash -Key '!I' -Value byte -MaxEntries 4
        } -Packet ([byte[]](0..63))
        $seen.seen, $seen.known, $seen.low | Should -Be (0x14151618 - 7), $true, 5
    }

    It 'refuse an attribute that is no type: <Code>' -ForEach @(
        @{ Code = { [ValidateRange(0, 1)]$x = 1 }; Text = '*:*: This attribute has no meaning in the kernel*' }
        @{ Code = { [EbpfType('!Z')]$x = 1 }; Text = "*:*: '!Z' is not a kernel type*" }
        @{ Code = { [EbpfType('uint8:9')]$x = 1 }; Text = "*:*: 'uint8:9' is not a kernel type; uint8 has no bit field*" }
    ) {
        { New-EbpfProgram -Type Xdp -Code $Code } | Should -Throw $Text
    }

    It 'have variables of some bits' {
        $bytes = [byte[]]::new(64)
        $bytes[20] = 0xb5
        $seen = Invoke-Script {
            $seenHigh = $high; $seenBit = $bit; $seenWide = $wide
            $high = 2; $bit = 0
            if ($bit) { 'Drop' } else { 'Tx' }
        } {
            $input | Add-EbpfVariable seenHigh int64 | Add-EbpfVariable seenBit int64 |
                Add-EbpfVariable seenWide int64 |
                Add-EbpfPacketVariable high -Offset 20 -Type B -Bit 4 -BitCount 4 |
                Add-EbpfPacketVariable bit -Offset 20 -Type B -Bit 2 |
                Add-EbpfPacketVariable wide -Offset 20 -Type '!H' -Bit 6 -BitCount 4
        } -Packet $bytes
        $seen.seenHigh, $seen.seenBit, $seen.seenWide | Should -Be 0b1011, 1, 0b0100
        $seen.Run.Packet[20] | Should -Be 0b00100001
        $seen.Run.Verdict | Should -Be Tx
    }

    It 'refuse bits beyond the byte' {
        { New-EbpfProgram -Type Xdp | Add-EbpfPacketVariable bits -Offset 1 -Type B -Bit 6 -BitCount 4 } |
            Should -Throw '*bits 6 to 9*'
    }

    It 'have headers with fields in the host''s order' {
        $seen = Invoke-Script {
            if ($packet.Udp -and $packet.IPv4) {
                $port = $packet.Udp.DestinationPort; $source = $packet.IPv4.Source
                $packet.Udp.DestinationPort = 0x1234; $packet.IPv4.TimeToLive--
            }
        } {
            $input | Add-EbpfVariable port uint16 | Add-EbpfVariable source ipaddress
        }
        $seen.port | Should -Be 53
        $seen.source | Should -Be ([ipaddress]'10.77.0.2')
        $seen.Run.Packet[36, 37, 22] | Should -Be 0x12, 0x34, 63
    }

    It 'tell whether a header is present' {
        $code = { if ($packet.Tcp) { 'Drop' } elseif ($packet.Udp) { 'Tx' } else { 'Aborted' } }
        (Invoke-Script $code).Run.Verdict | Should -Be Tx
        (Invoke-Script $code -Packet ([byte[]]::new(64))).Run.Verdict | Should -Be Aborted
    }

    # The packet is UDP to port 53 from 10.77.0.2 with a type of service of 0; the other one is ARP.
    It 'compare fields of absent headers as $null: <Code>' -ForEach @(
        @{ Code = { if ($packet.Udp.DestinationPort -eq 53) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -ne 53) { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.TypeOfService -eq 0) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.TypeOfService -le 0) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.TypeOfService -lt 1) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.TypeOfService -ge 0) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if (0 -eq $packet.IPv4.TypeOfService) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.Source -eq '10.77.0.2') { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.Source -cne '10.77.0.2') { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.Source -in '10.77.0.2', '0.0.0.0') { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -in 0..100) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -in 0, 53, 80) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -notin 0, 53) { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if (0, 53 -contains $packet.Udp.DestinationPort) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if (0, 53 -notcontains $packet.Udp.DestinationPort) { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -in $ports) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.Udp.DestinationPort -notin $ports) { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if ($ports.Contains($packet.Udp.DestinationPort)) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ([uint16]($packet.Udp.DestinationPort - 53) -eq 0) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if (($packet.IPv4.TypeOfService -band 4) -eq 0) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if (-not ($packet.IPv4.TypeOfService -ne 0)) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if (-not $packet.IPv4.Version) { 'Drop' } else { 'Tx' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.Version) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { if ($packet.IPv4.Version - 5) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
        @{ Code = { while ($packet.IPv4.TypeOfService -eq 0) { return 'Tx' }; 'Drop' }; Absent = 'Drop' }
        @{ Code = { $packet.IPv4.TypeOfService -eq 0 ? 'Tx' : 'Drop' }; Absent = 'Drop' }
        @{ Code = { switch ($packet.IPv4.TypeOfService) { 0 { 'Tx' } default { 'Drop' } } }; Absent = 'Drop' }
        @{ Code = { switch ($packet.IPv4.Protocol) { 0 { 'Drop' } 'Udp' { 'Tx' } } }; Absent = 'Pass' }
        @{ Code = { if ($packet.Tcp.DestinationPort -eq 80 -or $packet.Udp.DestinationPort -eq 53) { 'Tx' } else { 'Drop' } }
            Absent = 'Drop' }
        @{ Code = { function Is-Dns { $packet.Udp.DestinationPort -eq 53 }; if (Is-Dns) { 'Tx' } else { 'Drop' } }
            Absent = 'Drop' }
        @{ Code = { $dns = $packet.Udp.DestinationPort -eq 53; if ($dns) { 'Tx' } else { 'Drop' } }; Absent = 'Drop' }
    ) {
        $arp = New-Packet
        $arp[13] = 6
        $program = New-EbpfProgram -Type Xdp |
            Add-EbpfMap ports -Type Hash -Key uint16 -Value uint64 -MaxEntries 8 |
            Add-EbpfCode $Code -WarningAction Stop | Import-EbpfProgram
        try {
            foreach ($key in 0, 53) { $program | Set-EbpfMapValue ports -Key $key -Value 1 }
            ($program | Invoke-EbpfProgram (New-Packet)).Verdict | Should -Be Tx
            ($program | Invoke-EbpfProgram $arp).Verdict | Should -Be $Absent
        }
        finally { $program.Dispose() }
    }

    It 'read fields of absent headers as 0 where they are not compared, and do not write them' {
        $arp = New-Packet
        $arp[13] = 6
        $seen = Invoke-Script {
            $port = $packet.Udp.DestinationPort + 5
            $kept = $packet.Udp.DestinationPort
            $zero = $kept -eq 0
            $source = $packet.IPv4.Source
            $ports[$packet.Udp.DestinationPort] = 7
            $packet.Udp.DestinationPort = 0x1234
            $packet.IPv4.TimeToLive--
            'Tx'
        } {
            $input | Add-EbpfVariable port uint16 | Add-EbpfVariable zero bool | Add-EbpfVariable source ipv4 |
                Add-EbpfMap ports -Type Hash -Key uint16 -Value uint64 -MaxEntries 8
        } -Packet $arp 3> $null
        $seen.port, $seen.zero, $seen.source.ToString(), $seen.Run.Verdict | Should -Be 5, $true, '0.0.0.0', 'Tx'
        $seen.ports.Key, $seen.ports.Value | Should -Be 0, 7
        $seen.Run.Packet | Should -Be $arp
    }

    It 'put fields of absent headers out as 0' {
        $arp = New-Packet
        $arp[13] = 6
        $program = New-EbpfProgram -Type Xdp -WarningAction Ignore -Code {
            [pscustomobject]@{ Port = $packet.Tcp.SourcePort; Source = $packet.IPv6.Source }; 'Pass'
        } | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram $arp
            $event = $program | Receive-EbpfEvent -Timeout 0
            $event.Port, $event.Source.ToString() | Should -Be 0, '::'
        }
        finally { $program.Dispose() }
    }

    It 'have no headers after an IPv4 header with an invalid length' {
        $code = { if ($packet.Udp) { 'Drop' } elseif ($packet.IPv4) { 'Tx' } else { 'Aborted' } }
        $bytes = New-Packet
        (Invoke-Script $code -Packet $bytes).Run.Verdict | Should -Be Drop
        $bytes[14] = 0x44
        (Invoke-Script $code -Packet $bytes).Run.Verdict | Should -Be Tx
    }
}

Describe 'The packet in a tunnel' {
    BeforeAll {
        $inner = New-Packet
        $outer = $inner[0..33]
        $outer[23] = 4
        $tunnel = [byte[]]($outer + $inner[14..($inner.Length - 1)])
    }

    It 'has headers of its own' {
        $code = { $result = $packet.Inner.Udp.DestinationPort }
        Get-Result $code -Packet $tunnel | Should -Be (Get-Result { $result = $packet.Udp.DestinationPort } -Packet $inner)
        Get-Result $code -Packet $inner | Should -Be 0
        Get-Result { $result = $packet.Inner ? 1 : 2 } -Packet $tunnel | Should -Be 1
        foreach ($frame in $tunnel, $inner) {
            $isTunnel = [int]($frame.Length -eq $tunnel.Length)
            Get-Result { $result = $packet.inner.ipv4.protocol -eq 'Udp' } -Packet $frame | Should -Be $isTunnel
            Get-Result { $result = $packet.Inner.IP.Protocol -eq 'Udp' } -Packet $frame | Should -Be $isTunnel
            Get-Result { $result = $packet.Inner.IP.Source -eq $packet.IP.Source } -Packet $frame | Should -Be $isTunnel
            Get-Result { if ($packet.Inner.Transport) { $result = $packet.Inner.Transport.SourcePort } } -Packet $frame |
                Should -Be ($isTunnel ? (Get-Result { $result = $packet.Udp.SourcePort } -Packet $inner) : 0)
        }
        { New-EbpfProgram -Type Xdp -Code { $packet.Inner.IP.Source = '10.0.0.1' } | Import-EbpfProgram } |
            Should -Throw '*Inner.IP.Source can only be read*'
        Get-Result { $result = $packet.IPv4.Protocol -eq 'Udp' } -Packet $tunnel | Should -Be 0
    }

    It 'has no packet inside' {
        { New-EbpfProgram -Type Xdp -Code { if ($packet.Inner.Inner.IPv4) { 'Drop' } } } |
            Should -Throw '*a packet inside that one is not*'
        { New-EbpfProgram -Type Xdp -Code { if ($packet.Inner.IPv5) { 'Drop' } } } | Should -Throw "*IPv4*"
        { New-EbpfProgram -Type Xdp -Code { if ($packet.Inner.Length) { 'Drop' } } } |
            Should -Throw "*`$packet.Inner has no 'Length'*"
    }
}
