# Programs on the packets of interfaces after XDP, and on control groups.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $pin = "ebpfcat-test-$PID"
}

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    $hasGroups = [bool][EbpfCat.Attachments.ControlGroups]::Root
    $hasTcx = (Get-EbpfFeature Tcx -Kind Attachment).IsSupported
    $hasBash = [bool](Get-Command bash -ErrorAction Ignore)
}

Describe 'Packets of an interface' {
    BeforeEach { Enter-TestNetwork }

    AfterEach {
        Get-EbpfAttachment -Pin "$pin*" | Remove-EbpfAttachment
        Get-EbpfAttachment | Remove-EbpfAttachment
        Exit-TestNetwork
    }

    Context 'New-TcAttachment' {
        BeforeAll {
            function New-Counter {
                New-EbpfProgram -Name counter -Type Tc |
                    Add-EbpfMap sources -Type Hash -Key ipaddress -Value uint64 -MaxEntries 64 |
                    Add-EbpfCode { if ($packet.Udp) { $sources[$packet.IPv4.Source] += 1 }; 'Pass' }
            }

            function New-UdpCounter([scriptblock] $Then = { }) {
                New-EbpfProgram -Type Tc | Add-EbpfVariable seen uint64 |
                    Add-EbpfCode { if ($packet.Udp) { $seen++ } } | Add-EbpfCode $Then
            }
        }

        It 'counts what an interface receives' {
            $attachment = New-Counter | New-TcAttachment -InterfaceName near0 -Direction Ingress
            $attachment.Kind, $attachment.Target | Should -Be Tc, 'near0 Ingress'
            Send-Packet 12
            Send-Packet 5 -Source 10.77.0.3
            Wait-Until { ($attachment | Get-EbpfMapValue sources -Key 10.77.0.3 -ErrorAction Ignore) -eq 5 }
            $attachment | Get-EbpfMapValue sources -Key 10.77.0.2 | Should -Be 12
        }

        It 'counts what an interface sends' {
            $attachment = New-Counter | New-TcAttachment near0 Egress
            $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]'10.77.0.1', 0))
            try { 1..4 | ForEach-Object { $null = $socket.Send([byte[]]::new(10), 10, '10.77.0.2', 9) } }
            finally { $socket.Dispose() }
            $attachment | Get-EbpfMapValue sources -Key 10.77.0.1 | Should -Be 4
        }

        It 'applies the verdict' {
            $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]'10.77.0.1', 5353))
            try {
                $null = New-EbpfProgram -Type Tc |
                    Add-EbpfCode { if ($packet.IPv4.Source -eq [ipaddress]'10.77.0.3') { 'Drop' } else { 'Pass' } } |
                    New-TcAttachment near0
                Send-Packet 3 -Source 10.77.0.3 -Port 5353
                Send-Packet 1 -Source 10.77.0.4 -Port 5353
                Wait-Until { $socket.Available -gt 0 }
                $from = [Net.IPEndPoint]::new(0, 0)
                $null = $socket.Receive([ref] $from)
                $from.Address | Should -Be 10.77.0.4
                $socket.Available | Should -Be 0
            }
            finally { $socket.Dispose() }
        }

        It 'survives its process if pinned, and another finds, reads and removes it' {
            $code = "Import-Module '$env:EBPFCAT_MODULE'
                `$null = New-EbpfProgram -Name pinned -Type Tc | Add-EbpfVariable n uint64 |
                Add-EbpfCode { if (`$packet.Udp) { `$n++ }; 'Pass' } | New-TcAttachment near0 -Pin $pin"
            Invoke-PowerShell $code
            Send-Packet 6
            $found = Get-EbpfAttachment -Pin $pin
            $found.Kind, $found.Target | Should -Be Tc, 'near0 Ingress'
            Wait-Until { ($found | Get-EbpfMapValue n) -eq 6 }
            $found | Remove-EbpfAttachment
            Test-Path "/sys/fs/bpf/ebpfcat/$pin" | Should -BeFalse
            Get-EbpfAttachment -All | Where-Object Target -Like near0* | Should -BeNullOrEmpty
        }

        It 'lets the next program decide where it has no verdict' {
            $counter = New-UdpCounter | New-TcAttachment near0
            $guard = New-UdpCounter { 'Drop' } | New-TcAttachment near0
            Send-Packet 3
            Wait-Until { ($guard | Get-EbpfMapValue seen) -eq 3 }
            $counter | Get-EbpfMapValue seen | Should -Be 3
        }

        It 'runs before and after the programs named' -Skip:(-not $hasTcx) {
            $drop = New-EbpfProgram drop -Type Tc -Code { 'Drop' } | New-TcAttachment near0
            $link = Get-EbpfAttachment -All | Where-Object LinkId -EQ $drop.LinkId
            foreach ($neighbor in 'drop', $drop, $drop.Program, $drop.Program.Id, $link) {
                $before = New-UdpCounter | New-TcAttachment near0 -Before $neighbor
                $after = New-UdpCounter | New-TcAttachment near0 -After $neighbor
                Send-Packet 2
                Wait-Until { ($before | Get-EbpfMapValue seen) -eq 2 }
                $after | Get-EbpfMapValue seen | Should -Be 0
                $before, $after | Remove-EbpfAttachment
            }
            { New-EbpfProgram -Type Tc -Code { } | New-TcAttachment near0 -After dorp } |
                Should -Throw "*'dorp' is not attached there*'drop'*"
        }

        It 'orders filters by -Priority' {
            $drop = New-EbpfProgram drop -Type Tc -Code { 'Drop' } | New-TcAttachment near0 -Priority 10
            $after, $before = 20, 5 | ForEach-Object { New-UdpCounter | New-TcAttachment near0 -Priority $_ }
            $drop.Priority, $after.Priority, $before.Priority | Should -Be 10, 20, 5
            Send-Packet 2
            Wait-Until { ($before | Get-EbpfMapValue seen) -eq 2 }
            $after | Get-EbpfMapValue seen | Should -Be 0
        }

        It 'attaches nothing with -WhatIf, and refuses wrong interfaces and types' {
            New-Counter | New-TcAttachment near0 -WhatIf | Should -BeNullOrEmpty
            Get-EbpfAttachment near0* | Should -BeNullOrEmpty
            { New-Counter | New-TcAttachment naer0 } | Should -Throw "*'naer0'*Did you mean near0*"
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-TcAttachment near0 } | Should -Throw '*-Type Tc*'
        }
    }

    Context 'New-SocketFilterAttachment' {
        It 'sees the packets of an interface without disturbing them' {
            $attachment = New-EbpfProgram -Type SocketFilter |
                Add-EbpfMap ports -Type Hash -Key uint16 -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { if ($packet.Udp) { $ports[$packet.Udp.DestinationPort] += 1 }; 'Drop' } |
                New-SocketFilterAttachment -InterfaceName near0
            $attachment.Kind, $attachment.Target | Should -Be SocketFilter, near0
            $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]'10.77.0.1', 5353))
            try {
                Send-Packet 7 -Port 5353
                Wait-Until { ($attachment | Get-EbpfMapValue ports -Key 5353 -ErrorAction Ignore) -eq 7 }
                Wait-Until { $socket.Available -gt 0 }
            }
            finally { $socket.Dispose() }
        }

        It 'refuses wrong interfaces and types' {
            { New-EbpfProgram -Type SocketFilter -Code { 'Pass' } | New-SocketFilterAttachment naer0 } |
                Should -Throw '*near0*'
            { New-EbpfProgram -Type Tc -Code { 'Pass' } | New-SocketFilterAttachment near0 } |
                Should -Throw '*-Type SocketFilter*'
        }
    }
}

Describe 'New-SocketFilterAttachment -Socket' {
    It 'filters what a socket of the session receives, until it is detached' {
        $receiver = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
        $sender = [Net.Sockets.UdpClient]::new()
        try {
            $sender.Connect($receiver.Client.LocalEndPoint)
            $program = New-EbpfProgram -Type SocketFilter | Add-EbpfVariable port uint16 |
                Add-EbpfPacketVariable destination 2 '!H' |
                Add-EbpfCode { $port = $destination; $packet.Byte(8) -eq 0x3c ? 'Pass' : 'Drop' }
            $attachment = $program | New-SocketFilterAttachment -Socket $receiver.Client
            $attachment.Kind, $attachment.Target | Should -Be SocketFilter, "socket $($receiver.Client.Handle)"
            function Send-Text($text) { [void]$sender.Send([Text.Encoding]::ASCII.GetBytes($text)) }
            function Read-Text {
                $from = [Net.IPEndPoint]::new([ipaddress]::Any, 0)
                [Text.Encoding]::ASCII.GetString($receiver.Receive([ref]$from))
            }
            'not for you', '<13>one', 'nor this', '<13>two' | ForEach-Object { Send-Text $_ }
            Read-Text | Should -Be '<13>one'
            Read-Text | Should -Be '<13>two'
            $receiver.Available | Should -Be 0
            $attachment | Get-EbpfMapValue port | Should -Be $receiver.Client.LocalEndPoint.Port
            $attachment | Remove-EbpfAttachment
            Send-Text plain
            Read-Text | Should -Be plain

            $attachment = $program | New-SocketFilterAttachment -Socket $receiver.Client
            $receiver.Dispose()
            $attachment | Remove-EbpfAttachment
            { $program | New-SocketFilterAttachment -Socket $receiver.Client -ErrorAction Stop } | Should -Throw
        }
        finally { $receiver.Dispose(); $sender.Dispose() }
    }
}

Describe 'New-CgroupAttachment' -Skip:(-not $hasGroups) {
    BeforeAll {
        $group = "ebpfcat-test-$PID"
        $directory = Join-Path ([EbpfCat.Attachments.ControlGroups]::Root) $group
        $null = New-Item -ItemType Directory $directory
        # Runs bash in the group and gives its exit code.
        function Invoke-InGroup([string] $Script) {
            $null = bash -c "echo 0 > $directory/cgroup.procs && { $Script; } 2> /dev/null"
            $LASTEXITCODE
        }
    }

    AfterEach { Get-EbpfAttachment | Remove-EbpfAttachment }
    AfterAll { Wait-Until { rmdir $directory 2> $null; -not (Test-Path $directory) } }

    It 'decides which connections a group makes' -Skip:(-not $hasBash) {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        try {
            $connect = "exec 3<> /dev/tcp/127.0.0.1/$($listener.LocalEndpoint.Port)"
            $attachment = New-EbpfProgram -Name guard -Type CgroupSocketAddress | Add-EbpfVariable refused uint64 |
                Add-EbpfCode { $refused++; 'Deny' } | New-CgroupAttachment -Path $group -Hook Connect4
            $attachment.Kind, $attachment.Target, $attachment.Hook | Should -Be Cgroup, $directory, Connect4
            Invoke-InGroup $connect | Should -Not -Be 0
            Invoke-InGroup $connect | Should -Not -Be 0
            $attachment | Get-EbpfMapValue refused | Should -Be 2
            $attachment | Remove-EbpfAttachment
            Invoke-InGroup $connect | Should -Be 0
        }
        finally { $listener.Dispose() }
    }

    It 'sees port and address of the connections of a group' -Skip:(-not $hasBash) {
        $listeners = 1..2 | ForEach-Object { [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0) }
        $listeners | ForEach-Object Start
        try {
            $port = $listeners[0].LocalEndpoint.Port
            $attachment = New-EbpfProgram guard -Type CgroupSocketAddress |
                Add-EbpfMap tried -Type Hash -Key ipaddress -Value uint64 -MaxEntries 8 |
                Add-EbpfCode {
                    $tried[$event.Address] += 1
                    if ($event.Port -eq $using:port -and $event.Protocol -eq 'IPPROTO_TCP') { 'Deny' } else { 'Allow' }
                } | New-CgroupAttachment $group Connect4
            Invoke-InGroup "exec 3<> /dev/tcp/127.0.0.1/$port" | Should -Not -Be 0
            Invoke-InGroup "exec 3<> /dev/tcp/127.0.0.1/$($listeners[1].LocalEndpoint.Port)" | Should -Be 0
            $attachment | Get-EbpfMapValue tried -Key 127.0.0.1 | Should -Be 2
            $attachment | Remove-EbpfAttachment
            $open = $listeners[1].LocalEndpoint.Port
            $attachment = New-EbpfProgram -Type CgroupSocketAddress -Hook Connect4 -Code {
                if ($event.Address -eq '127.0.0.9') { $event.Address = '127.0.0.1'; $event.Port = $using:open }
                'Allow'
            } | New-CgroupAttachment $group
            Invoke-InGroup 'exec 3<> /dev/tcp/127.0.0.9/9' | Should -Be 0
        }
        finally { $listeners | ForEach-Object Dispose }
    }

    It 'sees the packets that a group sends' -Skip:(-not $hasBash) {
        $attachment = New-EbpfProgram -Type CgroupSkb -Hook Egress |
            Add-EbpfMap ports -Type Hash -Key uint16 -Value uint64 -MaxEntries 64 |
            Add-EbpfMap addresses -Type Hash -Key ipaddress -Value uint64 -MaxEntries 64 |
            Add-EbpfCode {
                if ($packet.Udp) {
                    $ports[$packet.Udp.DestinationPort] += 1
                    $addresses[$packet.IPv4.Destination] += 1
                }
                'Allow'
            } | New-CgroupAttachment $group
        # Each packet from its own shell: if nothing listens, a socket reports that error at the next send.
        Invoke-InGroup 'for i in 1 2 3; do (echo x > /dev/udp/127.0.0.1/4711); done; true' | Should -Be 0
        $attachment | Get-EbpfMapValue ports -Key 4711 | Should -Be 3
        $addresses = $attachment | Get-EbpfMapValue addresses
        $addresses.Key | Should -Be 127.0.0.1
        { New-EbpfProgram -Type CgroupSkb -Code { $x = $packet.Ethernet.EtherType; 'Allow' } |
            New-CgroupAttachment $group } |
            Should -Throw '*from their IP header on*Ethernet*'
    }

    It 'refuses wrong hooks and types, and names the right ones' {
        { New-EbpfProgram -Type CgroupSkb -Code { 'Allow' } | New-CgroupAttachment $group -Hook Connect4 } |
            Should -Throw '*-Type CgroupSocketAddress*'
        { New-EbpfProgram -Type CgroupSocketAddress -Code { 'Allow' } | New-CgroupAttachment $group } |
            Should -Throw '*Connect4*'
        { New-EbpfProgram -Type CgroupSkb -Code { 'Allow' } | New-CgroupAttachment "${group}x" } |
            Should -Throw "*control group*$group*"
        { New-EbpfProgram -Type Tracing -Hook Ingress } | Should -Throw '*no hook Ingress*Fentry*'
    }
}
