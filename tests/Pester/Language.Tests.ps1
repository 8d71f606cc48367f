# Kernel scripts, each compiled, loaded and run in the kernel. Packets.Tests.ps1 has those on packets.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    . $PSScriptRoot/TestScript.ps1
}

Describe 'Arrays' {
    It 'have elements that are numbers: <Code>' -ForEach @(
        @{ Code = { $shared[1] = 7; $m = $shared[1] + 1; $result = $m }; Result = 8 }
        @{ Code = { $a = [byte[]]::new(16); $a[3] = 9; $a[3]++; $result = $a[3] + $a[4] }; Result = 10 }
        @{ Code = { $a = [uint16[]]::new(8); $a[7] = 70000; $result = $a[7] }; Result = 4464 }
        @{ Code = { $a = [int[]](1, -2, 3); $result = $a[1] }; Result = -2 }
        @{ Code = { [byte[]]$a = 1, 2, 200; $result = $a[2] }; Result = 200 }
        @{ Code = { [uint16[]]$a = @($packet.Length, 5); $result = $a[0] + $a[1] }; Result = 69 }
        @{ Code = { $a = [byte[]]($packet.Byte(26), 77); $result = $a[0] + $a[1] }; Result = 87 }
        @{ Code = { $a = $packet.Read('byte[4]', 26); $i = $packet.Byte(37) - 50; $result = $a[$i] }; Result = 2 }
        @{ Code = { $a = [byte[]]::new(4); $i = $packet.Byte(37); $a[$i] = 4; $result = $a[$i] + 1 }; Result = 1 }
        @{ Code = { $entries[1].Bytes[2] = 5; $entries[1].Words[1] += 600
            $result = $entries[1].Bytes[2] + $entries[1].Words[1] }; Result = 605 }
    ) {
        Get-Result $Code -Before {
            $input | Add-EbpfVariable shared 'byte[4]' | Add-EbpfMap entries -Type Hash -Key byte -MaxEntries 4 -Value (
                [ordered]@{ Count = 'uint32'; Bytes = 'byte[8]'; Words = 'uint16[3]' })
        } | Should -Be $Result
    }

    It 'have a length, are compared and looped over: <Code>' -ForEach @(
        @{ Code = { $a = [byte[]](1, 2, 3); foreach ($b in $a) { $result = $result * 10 + $b } }; Result = 123 }
        @{ Code = { foreach ($b in $packet.Read('!H', 36), 1) { } }; Problem = 'The values of the list are fixed*' }
        @{ Code = { foreach ($b in $packet.Read('byte[4]', 26)) { $result += $b } }; Result = 89 }
        @{ Code = { foreach ($b in $packet.Length) { } }; Problem = '*uint32 has no elements.' }
        @{ Code = { $a = [uint16[]]::new(5); $result = $a.Length * 10 + $a.count }; Result = 55 }
        @{ Code = { $a = [byte[]](1, 2); if ($a -eq [byte[]](1, 2)) { $result = 1 } }; Result = 1 }
        @{ Code = { $a = [byte[]](1, 2); if ($a -eq [byte[]](1, 2, 3)) { $result = 1 } }; Problem = '*cannot be compared.' }
        @{ Code = { $name = 'abc'; $result = $name[1] * 10 + $name.Length }; Result = 983 }
        @{ Code = { $name = 'abc'; $name[0] = 65 }; Problem = 'A byte of a text cannot be assigned to.' }
        @{ Code = { $a = [byte[]]::new(4); $a[4] = 1 }; Problem = 'There is no element 4*' }
        @{ Code = { $a = [byte[]]::new($packet.Length) }; Problem = 'The length of an array is fixed*' }
    ) {
        if (-not $Problem) { Get-Result $Code | Should -Be $Result; return }
        ({ Get-Result $Code } | Should -Throw -PassThru).Exception.Problem | Should -BeLike $Problem
    }
}

Describe 'Variables' {
    It 'of format <Format> are read and written' -ForEach @(
        @{ Format = 'B'; Low = 0; High = 255 }
        @{ Format = 'H'; Low = 0; High = 65535 }
        @{ Format = 'I'; Low = 0; High = 4294967295 }
        @{ Format = 'Q'; Low = 0; High = [uint64]::MaxValue }
        @{ Format = 'b'; Low = -128; High = 127 }
        @{ Format = 'h'; Low = -32768; High = 32767 }
        @{ Format = 'i'; Low = -2147483648; High = 2147483647 }
        @{ Format = 'q'; Low = -9223372036854775808; High = 9223372036854775807 }
    ) {
        $declare = {
            $input | Add-EbpfVariable from $Format | Add-EbpfVariable to $Format | Add-EbpfVariable isLow bool |
                Add-EbpfVariable isHigh bool
        }
        $code = { $to = $from; $isLow = $from -eq $using:Low; $isHigh = $from -eq $using:High }
        $seen = Invoke-Script $code $declare -Set @{ from = $Low }
        "$($seen.to) $($seen.isLow) $($seen.isHigh)" | Should -Be "$Low True False"
        $seen = Invoke-Script $code $declare -Set @{ from = $High }
        "$($seen.to) $($seen.isLow) $($seen.isHigh)" | Should -Be "$High False True"
    }

    It 'of format x are read and written with five decimal places' {
        $seen = Invoke-Script { $to = $from * 2; $small = $from -lt 1.5 } {
            $input | Add-EbpfVariable from x | Add-EbpfVariable to x | Add-EbpfVariable small bool
        } -Set @{ from = 1.23456 }
        $seen.to | Should -Be 2.46912
        $seen.small | Should -BeTrue
    }

    It 'of <Type> wrap' -ForEach @(
        @{ Type = 'B'; Limit = 255; Next = 0 }
        @{ Type = 'H'; Limit = 65535; Next = 0 }
        @{ Type = 'I'; Limit = 4294967295; Next = 0 }
        @{ Type = 'b'; Limit = 127; Next = -128 }
        @{ Type = 'h'; Limit = 32767; Next = -32768 }
        @{ Type = 'i'; Limit = 2147483647; Next = -2147483648 }
    ) {
        (Invoke-Script { $number++ } { $input | Add-EbpfVariable number $Type } -Set @{ number = $Limit }).number |
            Should -Be $Next
    }

    It 'that are local have a type: <Type>' -ForEach @(
        @{ Type = 'byte'; Code = { [byte]$x = 255; $x++; $result = $x }; Result = 0 }
        @{ Type = 'uint16'; Code = { [uint16]$x = 65535; $x += 2; $result = $x }; Result = 1 }
        @{ Type = 'uint32'; Code = { [uint32]$x = 0; $x--; $result = $x }; Result = 4294967295 }
        @{ Type = 'uint64'; Code = { [uint64]$x = 1; $x = $x -shl 63; $result = $x -shr 62 }; Result = 2 }
        @{ Type = 'sbyte'; Code = { [sbyte]$x = 127; $x++; $result = $x }; Result = -128 }
        @{ Type = 'int16'; Code = { [int16]$x = -32768; $x--; $result = $x }; Result = 32767 }
        @{ Type = 'int32'; Code = { [int32]$x = 2147483647; $x++; $result = $x }; Result = -2147483648 }
        @{ Type = 'int64'; Code = { [int64]$x = -5; $result = $x -shr 1 }; Result = -3 }
        @{ Type = 'fixed'; Code = { [double]$x = 2.5; $x *= 3; $result = $x * 10 }; Result = 75 }
        @{ Type = 'inferred'; Code = { $x = $packet.Length; $x -= 4; $result = $x }; Result = 60 }
    ) {
        Get-Result $Code | Should -Be $Result
    }

    It 'take constants of 64 bits as they are written' {
        Get-Result { $result = 18446744073709551615 } uint64 | Should -Be ([uint64]::MaxValue)
        Get-Result { $result = 0xffffffffffffffff } uint64 | Should -Be ([uint64]::MaxValue)
        Get-Result { $result = -9223372036854775808 } int64 | Should -Be ([int64]::MinValue)
        { Get-Result { $result = 123456789012345.5d } x } | Should -Throw '*123456789012345.5*fixed-point*'
    }

    It 'start with their initial value' {
        (Invoke-Script { $number *= 2 } { $input | Add-EbpfVariable number int32 -InitialValue -21 }).number |
            Should -Be -42
    }

    It 'in hash storage are read from the kernel at each access' {
        $seen = Invoke-Script { $count++; $signed -= 3; $part += 0.5 } {
            $input | Add-EbpfVariable count uint64 -Storage Hash | Add-EbpfVariable signed int16 -Storage Hash |
                Add-EbpfVariable part x -Storage Hash -InitialValue 1
        } -Repeat 4
        $seen.count | Should -Be 4
        $seen.signed | Should -Be -12
        $seen.part | Should -Be 3
    }

    It 'that are per-CPU have a value for each processor' {
        $seen = Invoke-Script { $count++; $byte += 2 } {
            $input | Add-EbpfVariable count uint64 -Storage PerCpu | Add-EbpfVariable byte byte -Storage PerCpu
        } -Repeat 5
        ($seen.count | Measure-Object -Sum).Sum | Should -Be 5
        ($seen.byte | Measure-Object -Sum).Sum | Should -Be 10
    }

    It 'are independent of one another, whatever their sizes' {
        $seen = Invoke-Script { $a = 1; $b = 2; $c = 3; $d = 4; $e = 5.5 } {
            $input | Add-EbpfVariable a byte | Add-EbpfVariable b uint64 | Add-EbpfVariable c int16 |
                Add-EbpfVariable d uint32 | Add-EbpfVariable e x
        }
        $seen.a, $seen.b, $seen.c, $seen.d, $seen.e | Should -Be 1, 2, 3, 4, 5.5
    }
}

Describe 'Maps' {
    BeforeAll {
        $flow = [ordered]@{ Source = 'ipv4'; Port = 'uint16' }
        $count = [ordered]@{ Packets = 'uint64'; Bytes = 'uint64' }
    }

    It 'have structs as keys and values, whose fields are changed in place' {
        $seen = Invoke-Script {
            $key = @{ Source = $packet.IPv4.Source; Port = $packet.Udp.DestinationPort }
            $flows[$key].Packets++
            $flows[$key].Bytes += $packet.Length
        } { $input | Add-EbpfMap flows -Type Hash -Key $flow -Value $count -MaxEntries 8 } -Repeat 3
        $entry = $seen.flows
        "$($entry.Key.Source):$($entry.Key.Port) $($entry.Value.Packets) $($entry.Value.Bytes)" |
            Should -Be '10.77.0.2:53 3 192'
    }

    It 'branch on whether a key is present' {
        $seen = Invoke-Script {
            $source = $packet.IPv4.Source
            if ($source -in $known) { $known[$source] += 10 } else { $known[$source] = 1 }
        } { $input | Add-EbpfMap known -Type Hash -Key ipv4 -Value uint32 -MaxEntries 8 } -Repeat 3
        $seen.known.Value | Should -Be 21
    }

    It 'read 0 for an absent key, without inserting it' {
        $seen = Invoke-Script { $result = $known[5] + 1 } {
            $input | Add-EbpfVariable result uint64 |
                Add-EbpfMap known -Type Hash -Key uint32 -Value uint32 -MaxEntries 8
        }
        $seen.result | Should -Be 1
        $seen.known.Count | Should -Be 0
    }

    It 'add, replace and set entries' {
        $seen = Invoke-Script {
            $first = $map.Add(1, 10); $again = $map.Add(1, 11)
            $missing = $map.Replace(2, 20); $present = $map.Replace(1, 12)
            $set = $map.Set(3, 30)
        } {
            $program = $input
            foreach ($name in 'first', 'again', 'missing', 'present', 'set') {
                $program = $program | Add-EbpfVariable $name bool
            }
            $program | Add-EbpfMap map -Type Hash -Key uint32 -Value uint32 -MaxEntries 8
        }
        $seen.first, $seen.again, $seen.missing, $seen.present, $seen.set |
            Should -Be $true, $false, $false, $true, $true
        ($seen.map | Sort-Object Key).Value | Should -Be 12, 30
    }

    It 'pop and remove entries by key' {
        $seen = Invoke-Script {
            $map[1] = 5; $map[2] = 6; $popped = $map.Pop(1); $nothing = $map.Pop(9); $removed = $map.Remove(9)
        } {
            $input | Add-EbpfVariable popped uint64 | Add-EbpfVariable nothing uint64 | Add-EbpfVariable removed bool |
                Add-EbpfMap map -Type Hash -Key uint32 -Value uint64 -MaxEntries 8
        }
        $seen.popped, $seen.nothing, $seen.removed | Should -Be 5, 0, $false
        $seen.map.Key | Should -Be 2
    }

    It 'are enumerated by the session' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfMap squares -Type Hash -Key byte -Value uint16 -MaxEntries 16 |
            Add-EbpfCode { foreach ($i in 1..9) { $squares[$i] = $i * $i } } | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram (New-Packet)
            $sum = 0
            foreach ($entry in $program | Get-EbpfMapValue squares) {
                $entry.Value | Should -Be ($entry.Key * $entry.Key)
                $sum += $entry.Key
            }
            $sum | Should -Be 45
        }
        finally { $program.Dispose() }
    }

    It 'of type LruHash drop the least recently used entries' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable next uint32 |
            Add-EbpfMap recent -Type LruHash -Key uint32 -Value uint32 -MaxEntries 64 |
            Add-EbpfCode { $next++; $recent[$next] = $next } | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram (New-Packet) -Repeat 1000
            $entries = @($program | Get-EbpfMapValue recent)
            $entries.Count | Should -BeGreaterThan 0
            $entries.Count | Should -BeLessOrEqual 64
            $entries.Key | Should -Contain 1000
            $entries.Key | Should -Not -Contain 1
        }
        finally { $program.Dispose() }
    }

    It 'of type <Type> have values for each processor' -ForEach @{ Type = 'PerCpuHash' }, @{ Type = 'LruPerCpuHash' } {
        $seen = Invoke-Script { $counts[$packet.IPv4.Source]++ } {
            $input | Add-EbpfMap counts -Type $Type -Key ipv4 -Value uint64 -MaxEntries 64
        } -Repeat 6
        ($seen.counts.Value | Measure-Object -Sum).Sum | Should -Be 6
    }

    It 'of type <Type> have all indices from the start' -ForEach @{ Type = 'Array' }, @{ Type = 'PerCpuArray' } {
        $seen = Invoke-Script { $slots[1] += 3; $slots[9] = 1 } {
            $input | Add-EbpfMap slots -Type $Type -Value uint32 -MaxEntries 3
        } -Repeat 2
        $seen.slots.Count | Should -Be 3
        ($seen.slots[1].Value | Measure-Object -Sum).Sum | Should -Be 6
    }
}

Describe 'Fixed-point numbers' {
    It 'mix with integers: <Code>' -ForEach @(
        @{ Code = { $result = 7 / 2 }; Type = 'x'; Result = 3.5 }
        @{ Code = { $result = $seven / 2 }; Type = 'x'; Result = 3.5 }
        @{ Code = { $result = $seven / 2 }; Type = 'int64'; Result = 3 }
        @{ Code = { $result = -$seven / 2 }; Type = 'int64'; Result = -3 }
        @{ Code = { $result = [Math]::Floor($seven / 2) }; Type = 'x'; Result = 3 }
        @{ Code = { $result = [Math]::Floor(-$seven / 2) }; Type = 'int64'; Result = -4 }
        @{ Code = { $result = [Math]::Truncate(-$seven / 2) }; Type = 'int64'; Result = -3 }
        @{ Code = { $result = [Math]::Ceiling($seven / 2) }; Type = 'int64'; Result = 4 }
        @{ Code = { $result = [Math]::Ceiling(-$seven / 2) }; Type = 'int64'; Result = -3 }
        @{ Code = { $result = [Math]::Ceiling($seven / 7000000) }; Type = 'int64'; Result = 1 }
        @{ Code = { $result = [Math]::Ceiling(0 - $half) }; Type = 'int64'; Result = 0 }
        @{ Code = { $result = [Math]::Round($seven / 2) }; Type = 'int64'; Result = 4 }
        @{ Code = { $result = [Math]::Round(-$seven / 2) }; Type = 'int64'; Result = -4 }
        @{ Code = { $result = [Math]::Round($half) }; Type = 'int64'; Result = 0 }
        @{ Code = { $result = [Math]::Round($half + 0.00001) }; Type = 'int64'; Result = 1 }
        @{ Code = { $result = $half + 1 }; Type = 'x'; Result = 1.5 }
        @{ Code = { $result = 1 - $half }; Type = 'x'; Result = 0.5 }
        @{ Code = { $result = $half * $seven }; Type = 'x'; Result = 3.5 }
        @{ Code = { $result = $seven * 0.25 }; Type = 'x'; Result = 1.75 }
        @{ Code = { $result = 1 / $half }; Type = 'x'; Result = 2 }
        @{ Code = { $result = $half / 4 }; Type = 'x'; Result = 0.125 }
        @{ Code = { $result = 1 / 3 }; Type = 'x'; Result = 0.33333 }
        @{ Code = { $result = $seven; $result += 0.5 }; Type = 'x'; Result = 7.5 }
        @{ Code = { $result = 7.75 }; Type = 'int64'; Result = 7 }
        @{ Code = { $result = $half -lt 1 }; Type = 'bool'; Result = $true }
        @{ Code = { $result = $seven -gt 6.99999 }; Type = 'bool'; Result = $true }
        @{ Code = { $result = 3 -eq 2.5 + $half }; Type = 'bool'; Result = $true }
        @{ Code = { $result = $seven / 0 }; Type = 'x'; Result = 0 }
        @{ Code = { $result = $seven % 0 }; Type = 'int64'; Result = 7 }
        @{ Code = { $result = -$half }; Type = 'x'; Result = -0.5 }
        @{ Code = { $result = [Math]::Abs(-$half) }; Type = 'x'; Result = 0.5 }
        @{ Code = { $result = [Math]::Max($half, 0) + [Math]::Min($seven, 2.5) }; Type = 'x'; Result = 3 }
        @{ Code = { $whole = $seven; $whole = $whole * $half; $result = $whole }; Type = 'x'; Result = 3.5 }
    ) {
        Get-Result $Code $Type -Before {
            $input | Add-EbpfVariable half x -InitialValue 0.5 | Add-EbpfVariable seven int32 -InitialValue 7
        } | Should -Be $Result
    }
}

Describe 'Conditions' {
    BeforeAll {
        $declare = {
            $input | Add-EbpfVariable one int32 -InitialValue 1 | Add-EbpfVariable two int32 -InitialValue 2 |
                Add-EbpfVariable no bool
        }
    }

    It 'select a branch: <Code>' -ForEach @(
        @{ Code = { if ($one -lt $two) { $result = 1 } else { $result = 2 } }; Result = 1 }
        @{ Code = { if ($one -gt $two) { $result = 1 } elseif ($one -eq 1) { $result = 2 } else { $result = 3 } };
            Result = 2 }
        @{ Code = { if ($one -gt $two) { $result = 1 } elseif ($one -ne 1) { $result = 2 } else { $result = 3 } };
            Result = 3 }
        @{ Code = { if ($one -eq 1 -and $two -eq 2) { $result = 1 } }; Result = 1 }
        @{ Code = { if ($one -eq 2 -or $two -eq 2) { $result = 1 } }; Result = 1 }
        @{ Code = { if (-not ($one -eq 2 -or $two -eq 1)) { $result = 1 } }; Result = 1 }
        @{ Code = { if (($one -eq 1 -or $no) -and -not $no) { $result = 1 } else { $result = 2 } }; Result = 1 }
        @{ Code = { if ($one -eq 1) { if ($two -eq 1) { $result = 1 } else { $result = 2 } } else { $result = 3 } };
            Result = 2 }
        @{ Code = { if ($one -xor $no) { $result = 1 } }; Result = 1 }
        @{ Code = { if ($two -in 1..5) { $result = 1 } }; Result = 1 }
        @{ Code = { if (1, 3, 5 -contains $two) { $result = 1 } else { $result = 2 } }; Result = 2 }
        @{ Code = { $result = $one -le $two ? 5 : 6 }; Result = 5 }
        @{ Code = { if ($one -band $two) { $result = 1 } else { $result = 2 } }; Result = 2 }
        @{ Code = { if ($packet.Length -ge 60 -and
            ($packet.UInt16(12) -eq 8 -or $packet.UInt16(12) -eq 0xdd86)) { $result = 1 } }; Result = 1 }
        @{ Code = { switch ($two) { 1 { $result = 1 } 2 { $result = 2 } default { $result = 3 } } }; Result = 2 }
    ) {
        Get-Result $Code -Before $declare | Should -Be $Result
    }

    It 'evaluate the right operand only if needed' {
        # A read beyond the end of the packet would end the program.
        $seen = Invoke-Script { if ($packet.Length -gt 100 -and $packet.Byte(100) -eq 1) { 'Drop' } else { 'Tx' } }
        $seen.Run.Verdict | Should -Be Tx
    }
}

Describe 'Loops' {
    It 'repeat: <Code>' -ForEach @(
        @{ Code = { foreach ($i in 1..10) { $result += $i } }; Result = 55 }
        @{ Code = { foreach ($i in 2, 3, 5) { $result += $i } }; Result = 10 }
        @{ Code = { for ($i = 0; $i -lt 5; $i++) { $result += $i } }; Result = 10 }
        @{ Code = { $i = 0; while ($i -lt 7) { $i++; if ($i -eq 3) { continue }; if ($i -eq 6) { break };
            $result += $i } }; Result = 12 }
        @{ Code = { $i = 5; do { $i--; $result++ } while ($i -gt 0) }; Result = 5 }
        @{ Code = { $i = 0; do { $i++ } until ($i -ge 4); $result = $i }; Result = 4 }
        @{ Code = { foreach ($i in 1..3) { foreach ($j in 1..3) { if ($j -gt $i) { break }; $result += $j } } };
            Result = 10 }
    ) {
        Get-Result $Code | Should -Be $Result
    }
}

Describe 'The kernel' {
    It 'fills a number in a local by a helper' {
        $attachment = New-EbpfProgram -Type Tracepoint -Target syscalls/sys_enter_rmdir -Code {
            [uint64]$start = 0
            if ($process.Id -eq $using:PID) {
                $null = $kernel.Call('probe_read_user', $start, 8, $event.pathname)
                [pscustomobject]@{ Start = $start }
            }
        } | New-TracepointAttachment
        try {
            try { [IO.Directory]::Delete('/proc/1') } catch { }
            $seen = $attachment | Receive-EbpfEvent -First 1 -Timeout 10
            [BitConverter]::GetBytes([uint64]$seen.Start) | Should -Be ([byte[]][char[]]"/proc/1`0")
        }
        finally { $attachment | Remove-EbpfAttachment }
    }

    It 'gives the time' {
        $seen = Invoke-Script { $time = $kernel.Time; $boot = $kernel.BootTime } {
            $input | Add-EbpfVariable time uint64 | Add-EbpfVariable boot uint64
        }
        $uptime = [double]((Get-Content /proc/uptime) -split ' ')[0]
        [Math]::Abs($seen.boot / 1e9 - $uptime) | Should -BeLessThan 5
        $seen.time | Should -BeLessOrEqual $seen.boot
        $seen.time | Should -BeGreaterThan 0
    }

    It 'gives random numbers' {
        $numbers = 1..8 | ForEach-Object { Get-Result { $result = $kernel.Random } uint32 }
        ($numbers | Select-Object -Unique).Count | Should -BeGreaterThan 6
    }

    It 'gives the processor' {
        Get-Result { $result = $kernel.Cpu } uint32 | Should -BeLessThan ([Environment]::ProcessorCount)
    }

    It 'runs a helper by name or number: <Name>' -ForEach @{ Name = 'ktime_get_ns' }, @{ Name = 'bpf_ktime_get_ns' },
        @{ Name = 5 } {
        Get-Result { $result = $kernel.Call($using:Name) } uint64 | Should -BeGreaterThan 0
    }

    It 'runs helpers with arguments' {
        $seen = Invoke-Script {
            $failed = $kernel.Call('xdp_adjust_tail', $packet, -4)
            $length = $packet.Length
            $deleted = $kernel.Call('map_delete_elem', $map, 7)
        } {
            $input | Add-EbpfVariable failed int64 -InitialValue 9 | Add-EbpfVariable length uint32 |
                Add-EbpfVariable deleted int64 |
                Add-EbpfMap map -Type Hash -Key uint32 -Value uint32 -MaxEntries 2
        }
        $seen.failed, $seen.length | Should -Be 0, 60
        $seen.deleted | Should -Be -2 -Because 'ENOENT says that there is no such key'
        $seen.Run.Packet.Length | Should -Be 60
    }
}

Describe 'A program' {
    It 'has several parts with variables of their own' {
        function Add-Counter($Name, $Port) {
            process {
                $_ | Add-EbpfVariable "${Name}Packets" uint64 | Add-EbpfCode ([scriptblock]::Create(
                    "if (`$packet.Udp -and `$packet.Udp.DestinationPort -eq $Port) { `$${Name}Packets++ }"))
            }
        }

        $program = New-EbpfProgram -Type Xdp | Add-Counter dns 53 | Add-Counter ntp 123 | Add-EbpfCode { 'Pass' } |
            Import-EbpfProgram
        try {
            foreach ($port in 53, 53, 123, 99) { $null = $program | Invoke-EbpfProgram (New-Packet -Port $port) }
            $program | Get-EbpfMapValue dnsPackets | Should -Be 2
            $program | Get-EbpfMapValue ntpPackets | Should -Be 1
        }
        finally { $program.Dispose() }
    }

    It 'has functions with parameters and locals' {
        Get-Result {
            function Square([int64]$n) { $n * $n }
            function Add-Up([int64]$to) {
                $sum = 0
                foreach ($i in 1..4) { if ($i -le $to) { $sum += Square $i } }
                return $sum
            }
            $result = (Add-Up 3) + (Square -5)
        } | Should -Be 39
    }

    It 'has a name, a license and a kernel version' {
        $definition = New-EbpfProgram licensed -Type Xdp -License 'Dual MIT/GPL' -KernelVersion 6.1.2 -Code { 'Pass' }
        $definition.KernelVersion | Should -Be 0x060102
        $program = $definition | Import-EbpfProgram
        try {
            $found = Get-EbpfProgram -Id $program.Id
            $found.Name | Should -Be licensed
            $found.IsGplCompatible | Should -BeTrue
        }
        finally { $program.Dispose() }
    }

    It 'may not call GPL-only helpers under another license' {
        { New-EbpfProgram -Type Xdp -License Proprietary -Code { Write-Debug 'x'; 'Pass' } | Import-EbpfProgram } |
            Should -Throw '*GPL*'
    }

    It 'is assembled to bytes' {
        $bytes = New-EbpfProgram -Type Xdp -Code { 'Drop' } | Get-EbpfInstruction -AsByteStream
        , $bytes | Should -BeOfType byte[]
        [Convert]::ToHexString($bytes) | Should -Be 'B7000000010000009500000000000000'
    }

    It 'has file descriptors of its maps' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfMap map -Type Hash -Key byte -Value byte -MaxEntries 2 |
            Add-EbpfCode { $map[1] = 1 } | Import-EbpfProgram
        try {
            $program.Maps['map'].Handle.DangerousGetHandle() | Should -BeGreaterThan 2
            (Get-Item "/proc/self/fd/$($program.Maps['map'].Handle.DangerousGetHandle())").LinkTarget |
                Should -BeLike '*bpf-map*'
        }
        finally { $program.Dispose() }
    }

    It 'is test-run once or repeatedly' {
        $run = New-EbpfProgram -Type Xdp -Code { 'Tx' } | Invoke-EbpfProgram (New-Packet) -Repeat 1000
        $run.Verdict, $run.ReturnValue | Should -Be Tx, 3
        $run.NanosecondsPerRun | Should -BeLessThan 1000000
    }
}
