# Special map types, each in a program that runs.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    $hasBloomFilters = [Environment]::OSVersion.Version -ge '5.16'
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    $packet = New-Packet
    $loaded = [Collections.Generic.List[IDisposable]]::new()

    function Import-Script([scriptblock] $Declare, [scriptblock] $Code, [string] $Name = 'maps') {
        $program = New-EbpfProgram -Name $Name -Type Xdp | & $Declare | Add-EbpfCode $Code | Import-EbpfProgram
        $loaded.Add($program)
        $program
    }
}

Describe 'A map of type' {
    AfterEach {
        $loaded | ForEach-Object Dispose
        $loaded.Clear()
    }

    Context 'LpmTrie' {
        It 'finds the longest prefix of an address' {
            $program = Import-Script {
                $input | Add-EbpfVariable found uint32 |
                    Add-EbpfMap routes -Type LpmTrie -Key prefix4 -Value uint32 -MaxEntries 16
            } { $found = $routes[$packet.IPv4.Source]; if ($packet.IPv4.Source -in $routes) { 'Tx' } else { 'Drop' } }
            '10.0.0.0/8', '10.77.0.0/16', '10.77.0.2/32', '192.168.0.0/24' | ForEach-Object -Begin { $value = 0 } {
                $program | Set-EbpfMapValue routes -Key $_ -Value (++$value)
            }
            foreach ($case in @(('10.77.0.2', 3), ('10.77.0.3', 2), ('10.1.1.1', 1), ('192.168.0.7', 4),
                ('192.168.1.7', 0))) {
                $run = $program | Invoke-EbpfProgram (New-Packet -Source $case[0])
                $program | Get-EbpfMapValue found | Should -Be $case[1] -Because $case[0]
                $run.Verdict | Should -Be ($case[1] ? 'Tx' : 'Drop')
            }
        }

        It 'takes prefixes as text and networks, and gives networks' {
            $map = New-EbpfMap routes -Type LpmTrie -Key prefix4 -Value uint32 -MaxEntries 16
            $loaded.Add($map)
            $map | Set-EbpfMapValue -Key '10.0.0.0/8' -Value 1
            $map | Set-EbpfMapValue -Key ([Net.IPNetwork]::Parse('10.1.0.0/16')) -Value 2
            $map | Get-EbpfMapValue -Key 10.1.2.3 | Should -Be 2
            @($map | Get-EbpfMapValue).Key | ForEach-Object ToString | Sort-Object |
                Should -Be '10.0.0.0/8', '10.1.0.0/16'
            $map | Remove-EbpfMapValue -Key '10.1.0.0/16'
            $map | Get-EbpfMapValue -Key 10.1.2.3 | Should -Be 1
        }

        It 'has IPv6 prefixes, and both families in one map' {
            $program = Import-Script {
                $input | Add-EbpfMap six -Type LpmTrie -Key prefix6 -Value byte -MaxEntries 4 |
                    Add-EbpfMap any -Type LpmTrie -Key ipprefix -Value byte -MaxEntries 4
            } {
                if ($packet.IPv6) {
                    if ($packet.IPv6.Source -in $six -and $packet.IPv6.Source -in $any) { return 'Drop' }
                }
                elseif ($packet.IPv4) { if ($packet.IPv4.Source -in $any) { return 'Drop' } }
                'Pass'
            }
            $program | Set-EbpfMapValue six -Key 'fd77::/64' -Value 1
            'fd77::/32', '10.0.0.0/8' | ForEach-Object { $program | Set-EbpfMapValue any -Key $_ -Value 1 }
            ($program | Invoke-EbpfProgram (New-Packet -Source fd77::5 -Destination fd77::1)).Verdict | Should -Be Drop
            ($program | Invoke-EbpfProgram (New-Packet -Source fd78::5 -Destination fd77::1)).Verdict | Should -Be Pass
            ($program | Invoke-EbpfProgram (New-Packet -Source 10.5.5.5)).Verdict | Should -Be Drop
            ($program | Invoke-EbpfProgram (New-Packet -Source 11.5.5.5)).Verdict | Should -Be Pass
            $program | Set-EbpfMapValue any -Key '::/0' -Value 1
            ($program | Invoke-EbpfProgram (New-Packet -Source 11.5.5.5)).Verdict | Should -Be Pass
            { $program | Get-EbpfMapValue any -Key 11.5.5.5 -ErrorAction Stop } | Should -Throw
            $program | Get-EbpfMapValue any -Key fd79::1 | Should -Be 1
            @($program | Get-EbpfMapValue any).Key | ForEach-Object ToString | Sort-Object |
                Should -Be '::/0', '10.0.0.0/8', 'fd77::/32'
        }
    }

    Context 'Queue and Stack' {
        It 'of type <Type> give values in their order' -ForEach @{ Type = 'Queue'; Next = 1; Then = 2 },
            @{ Type = 'Stack'; Next = 3; Then = 2 } {
            $program = Import-Script {
                $input | Add-EbpfVariable seen uint32 | Add-EbpfVariable taken uint32 | Add-EbpfVariable full bool |
                    Add-EbpfMap numbers -Type $Type -Value uint32 -MaxEntries 3
            } {
                foreach ($i in 1..3) { [void]$numbers.Push($i) }
                $full = -not $numbers.Push(4)
                $seen = $numbers.Peek()
                $taken = $numbers.Pop()
            }
            $null = $program | Invoke-EbpfProgram $packet
            $program | Get-EbpfMapValue full | Should -BeTrue
            $program | Get-EbpfMapValue seen | Should -Be $Next
            $program | Get-EbpfMapValue taken | Should -Be $Next
            $program.Maps['numbers'].Pop([ref]($value = $null)) | Should -BeTrue
        }

        It 'give 0 if empty' {
            $program = Import-Script {
                $input | Add-EbpfVariable taken uint32 -InitialValue 9 |
                    Add-EbpfMap numbers -Type Queue -Value uint32 -MaxEntries 3
            } { $taken = $numbers.Pop() }
            $null = $program | Invoke-EbpfProgram $packet
            $program | Get-EbpfMapValue taken | Should -Be 0
        }

        It 'are filled from the session' {
            $program = Import-Script {
                $input | Add-EbpfVariable taken uint32 | Add-EbpfMap numbers -Type Queue -Value uint32 -MaxEntries 3
            } { $taken = $numbers.Pop() }
            5, 6 | ForEach-Object { $program | Set-EbpfMapValue numbers -Value $_ }
            $null = $program | Invoke-EbpfProgram $packet
            $program | Get-EbpfMapValue taken | Should -Be 5
            $null = $program | Invoke-EbpfProgram $packet
            $program | Get-EbpfMapValue taken | Should -Be 6
        }

        It 'are emptied' {
            $map = New-EbpfMap numbers -Type Stack -Value uint32 -MaxEntries 3
            $loaded.Add($map)
            $map | Set-EbpfMapValue -Value 1
            $map | Clear-EbpfMap
            $value = $null
            $map.Pop([ref]$value) | Should -BeFalse
        }
    }

    Context 'BloomFilter' {
        BeforeAll {
            function Import-Filter {
                Import-Script { $input | Add-EbpfMap seen -Type BloomFilter -Value ipv4 -MaxEntries 1000 } {
                    if ($seen.Contains($packet.IPv4.Source)) { return 'Drop' }
                    [void]$seen.Push($packet.IPv4.Source)
                    'Pass'
                }
            }
        }

        It 'contains what was added, and little else' -Skip:(-not $hasBloomFilters) {
            $program = Import-Filter
            ($program | Invoke-EbpfProgram (New-Packet -Source 10.0.0.1)).Verdict | Should -Be Pass
            ($program | Invoke-EbpfProgram (New-Packet -Source 10.0.0.1)).Verdict | Should -Be Drop
            ($program | Invoke-EbpfProgram (New-Packet -Source 10.0.0.2)).Verdict | Should -Be Pass
            $program | Set-EbpfMapValue seen -Value 10.0.0.3
            ($program | Invoke-EbpfProgram (New-Packet -Source 10.0.0.3)).Verdict | Should -Be Drop
            $program.Maps['seen'].MayContain('10.0.0.3') | Should -BeTrue
        }

        It 'names the required version on older kernels' -Skip:$hasBloomFilters {
            $running = [Environment]::OSVersion.Version.ToString(3)
            $failure = { Import-Filter } |
                Should -Throw "*BloomFilter*needs Linux 5.16, this is $running*" -PassThru
            $failure.CategoryInfo.Category | Should -Be NotImplemented
        }
    }

    Context 'Maps of maps' {
        It 'of type <Type> are looked up by two keys' -ForEach @{ Type = 'HashOfMaps' }, @{ Type = 'ArrayOfMaps' } {
            $inner = New-EbpfMap inner -Type Hash -Key ipv4 -Value uint64 -MaxEntries 8
            $other = New-EbpfMap other -Type Hash -Key ipv4 -Value uint64 -MaxEntries 8
            $inner, $other | ForEach-Object { $loaded.Add($_) }
            $key = $Type -eq 'HashOfMaps' ? @{ Key = 'uint32' } : @{}
            $program = Import-Script {
                $input | Add-EbpfVariable before uint64 |
                    Add-EbpfMap outer -Type $Type -InnerMap $inner -MaxEntries 4 @key
            } {
                $port = [uint32]$packet.Udp.DestinationPort
                $before = $outer[$port][$packet.IPv4.Source]
                $outer[$port][$packet.IPv4.Source] += 5
                if ($port -in $outer) { 'Tx' } else { 'Drop' }
            }
            $program | Set-EbpfMapValue outer -Key 1 -Value $inner
            $program | Set-EbpfMapValue outer -Key 2 -Value $other.Id
            $runs = foreach ($port in 1, 1, 2, 3) { $program | Invoke-EbpfProgram (New-Packet -Port $port) }
            $runs.Verdict | Should -Be Tx, Tx, Tx, Drop
            $inner | Get-EbpfMapValue -Key 10.77.0.2 | Should -Be 10
            $other | Get-EbpfMapValue -Key 10.77.0.2 | Should -Be 5
            $program | Get-EbpfMapValue before | Should -Be 0
            ($program | Get-EbpfMapValue outer | Sort-Object Key).Value | Should -Be $inner.Id, $other.Id
            Get-EbpfMapValue -Id ($program | Get-EbpfMapValue outer -Key 2) -Key 10.77.0.2 | Should -Be 5
            $program | Clear-EbpfMap outer
            @($program | Get-EbpfMapValue outer) | Should -BeNullOrEmpty
        }

        It 'have values assigned, and arrays in them' {
            $inner = New-EbpfMap inner -Type Array -Value uint32 -MaxEntries 3
            $flat = New-EbpfMap flat -Type Hash -Key byte -MaxEntries 4 `
                -Value ([ordered]@{ A = 'uint16'; B = 'uint32' })
            $inner, $flat | ForEach-Object { $loaded.Add($_) }
            $program = Import-Script {
                $input | Add-EbpfMap arrays -Type HashOfMaps -Key byte -InnerMap $inner -MaxEntries 4 |
                    Add-EbpfMap structs -Type HashOfMaps -Key byte -InnerMap $flat -MaxEntries 4
            } {
                $arrays[7][2] = 42
                $arrays[7][9] = 43
                $structs[1][5] = @{ A = 1; B = 2 }
                $structs[1][5].B += 10
                $structs[2][5] = @{ A = 1; B = 2 }
            }
            $program | Set-EbpfMapValue arrays -Key 7 -Value $inner
            $program | Set-EbpfMapValue structs -Key 1 -Value $flat
            $null = $program | Invoke-EbpfProgram $packet
            ($inner | Get-EbpfMapValue).Value | Should -Be 0, 0, 42
            $entry = $flat | Get-EbpfMapValue -Key 5
            $entry.A, $entry.B | Should -Be 1, 12
        }

        It 'need both keys' {
            $inner = New-EbpfMap inner -Type Array -Value uint32 -MaxEntries 3
            $loaded.Add($inner)
            { Import-Script { $input | Add-EbpfVariable x uint64 |
                Add-EbpfMap outer -Type ArrayOfMaps -InnerMap $inner -MaxEntries 4 } { $x = $outer[1] } } |
                Should -Throw '*outer*is a map*key of the inner map*'
        }

        It 'refuse a map of another type' {
            $inner = New-EbpfMap inner -Type Hash -Key byte -Value uint32 -MaxEntries 3
            $different = New-EbpfMap different -Type Hash -Key byte -Value uint64 -MaxEntries 3
            $outer = New-EbpfMap outer -Type ArrayOfMaps -InnerMap $inner -MaxEntries 2
            $inner, $different, $outer | ForEach-Object { $loaded.Add($_) }
            { $outer | Set-EbpfMapValue -Key 1 -Value $different -ErrorAction Stop } | Should -Throw
            { $outer | Set-EbpfMapValue -Key 1 -Value 'text' -ErrorAction Stop } | Should -Throw '*not a map*'
        }
    }

    Context 'ProgramArray' {
        It 'calls a program by name' {
            $program = Import-Script { $input | Add-EbpfVariable came uint64 |
                Add-EbpfMap programs -Type ProgramArray -Programs next, other } {
                $came++
                if ($packet.Udp.DestinationPort -eq 1) { [void]$programs.TailCall('next') }
                else { [void]$programs.TailCall('other') }
                'Drop'
            }
            $next = Import-Script { $input } { 'Tx' } next
            ($program | Invoke-EbpfProgram (New-Packet -Port 1)).Verdict | Should -Be Drop
            $program | Set-EbpfMapValue programs -Key next -Value $next
            ($program | Invoke-EbpfProgram (New-Packet -Port 1)).Verdict | Should -Be Tx
            ($program | Invoke-EbpfProgram (New-Packet -Port 2)).Verdict | Should -Be Drop
            $program | Get-EbpfMapValue came | Should -Be 3
            $program | Get-EbpfMapValue programs -Key next | Should -Be $next.Id
            $program | Remove-EbpfMapValue programs -Key next
            ($program | Invoke-EbpfProgram (New-Packet -Port 1)).Verdict | Should -Be Drop
        }

        It 'calls a program by index' {
            $program = Import-Script { $input | Add-EbpfMap programs -Type ProgramArray -MaxEntries 4 } {
                [void]$programs.TailCall($packet.Byte(0))
                'Drop'
            }
            $next = Import-Script { $input } { 'Tx' } next
            $program | Set-EbpfMapValue programs -Key 3 -Value $next.Id
            ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Drop
            $packet[0] = 3
            try { ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Tx }
            finally { $packet[0] = 0 }
        }

        It 'suggests names' {
            {
                Import-Script { $input | Add-EbpfMap programs -Type ProgramArray -Programs next, other } {
                    [void]$programs.TailCall('nxet')
                    'Drop'
                }
            } |
                Should -Throw '*nxet*Did you mean next*'
        }

        It 'takes only programs' {
            $map = New-EbpfMap programs -Type ProgramArray -MaxEntries 2
            $loaded.Add($map)
            { $map | Set-EbpfMapValue -Key 0 -Value 'text' -ErrorAction Stop } | Should -Throw '*not a loaded program*'
        }
    }

    Context 'Redirects' {
        BeforeAll { Enter-TestNetwork }
        AfterAll { Exit-TestNetwork }

        It 'go to an interface of a <Type>, by name' -ForEach @{ Type = 'DevMap' }, @{ Type = 'DevMapHash' } {
            $key = $Type -eq 'DevMapHash' ? 7 : 1
            $program = Import-Script { $input | Add-EbpfVariable seen uint64 |
                Add-EbpfMap ports -Type $Type -MaxEntries 4 } {
                $seen++
                return $ports.Redirect($packet.Byte(0), 'Drop')
            }
            $program | Set-EbpfMapValue ports -Key $key -Value near0
            $program | Get-EbpfMapValue ports -Key $key | Should -Be near0
            $packet[0] = $key
            try { ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Redirect }
            finally { $packet[0] = 0 }
            ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Drop
            { $program | Set-EbpfMapValue ports -Key $key -Value nothing0 -ErrorAction Stop } |
                Should -Throw '*nothing0*'
        }

        It 'fall back to a conditional verdict if the key is absent' {
            $program = Import-Script { $input | Add-EbpfMap ports -Type DevMap -MaxEntries 1 } {
                $refused = $packet.Byte(0) -eq 7 ? 'Drop' : 'Tx'
                return $ports.Redirect(0, $refused)
            }
            foreach ($first in 7, 0) {
                $packet[0] = $first
                ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be ($first -eq 7 ? 'Drop' : 'Tx')
            }
            {
                Import-Script { $input | Add-EbpfMap ports -Type DevMap -MaxEntries 1 } {
                    return $ports.Redirect(0, 'Drpo')
                }
            } |
                Should -Throw "*Drpo*Drop*"
        }

        It 'send received packets out again' {
            # Packets from the far end go back there.
            $program = Import-Script { $input | Add-EbpfVariable sent uint64 |
                Add-EbpfMap ports -Type DevMap -MaxEntries 1 } {
                if ($packet.Udp.DestinationPort -eq 9999) { $sent++; return $ports.Redirect(0) }
                'Pass'
            }
            $program | Set-EbpfMapValue ports -Key 0 -Value near0
            $attachment = $program | New-XdpAttachment near0
            try {
                Send-Packet -Count 5
                Wait-Until { ($program | Get-EbpfMapValue sent) -eq 5 }
            }
            finally { $attachment | Remove-EbpfAttachment }
        }

        It 'go to a processor' {
            $program = Import-Script { $input | Add-EbpfMap processors -Type CpuMap -MaxEntries 2 } {
                return $processors.Redirect(0, 'Drop')
            }
            ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Drop
            $program | Set-EbpfMapValue processors -Key 0 -Value 192
            ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Redirect
            $program | Get-EbpfMapValue processors -Key 0 | Should -Be 192
        }

        It 'to an absent socket give the fallback verdict' {
            $program = Import-Script { $input | Add-EbpfMap sockets -Type XskMap -MaxEntries 4 } {
                return $sockets.Redirect(2, 'Pass')
            }
            ($program | Invoke-EbpfProgram $packet).Verdict | Should -Be Pass
        }
    }
}
