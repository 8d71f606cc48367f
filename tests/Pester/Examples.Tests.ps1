# The examples, each in its own PowerShell process.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $examples = "$PSScriptRoot/../../examples"

    function Start-Example([string[]] $Words) {
        # A background process ignores Ctrl-C, and so do its children. env restores the default.
        Start-PowerShell "Import-Module '$env:EBPFCAT_MODULE'; & $Words" env, --default-signal=INT
    }

    # The sources of the next packets that a socket receives; an error after a minute without one.
    function Receive-Source($Socket, [int] $Count) {
        $Socket.Client.ReceiveTimeout = 60000
        foreach ($number in 1..$Count) {
            $from = [Net.IPEndPoint]::new([ipaddress]::IPv6Any, 0)
            $null = $Socket.Receive([ref]$from)
            "$($from.Address)"
        }
    }
}

Describe 'The example' {
    BeforeEach {
        Enter-TestNetwork
    }

    AfterEach {
        Exit-TestNetwork
    }

    It 'Count counts, and detaches' {
        $process = Start-Example "'$examples/Count.ps1'", near0, -Seconds, 3
        $process.StandardOutput.ReadLine() | Should -Be 'Counting on near0 for 3 s.'
        Send-Packet 30
        Send-Packet 12 -Source 10.77.0.4
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
        $output | Should -Match '(?s)^42 packets:.*10\.77\.0\.2 +30\s+10\.77\.0\.4 +12\s'
        Get-XdpAttachment near0 | Should -BeNullOrEmpty
    }

    It 'PacketCounter shows protocols and sources, in <Mode> mode' -ForEach @{ Mode = 'Native' },
        @{ Mode = 'Generic' } {
        $process = Start-Example "'$examples/PacketCounter.ps1'", near0, -Mode, $Mode, -Count, 1, -Interval, 3
        Wait-Until { Get-XdpAttachment near0 }
        Send-Packet 30
        Send-Packet 12 -Source fd77::4
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
        $output | Should -BeLike "*near0, $Mode mode:*"
        $output | Should -Match '(?s)UDP +42\s.*10\.77\.0\.2 +30\s.*fd77::4 +12\s'
        Get-XdpAttachment near0 | Should -BeNullOrEmpty
    }

    It 'PacketCounter detaches on Ctrl-C' {
        $process = Start-Example "'$examples/PacketCounter.ps1'", near0, -Interval, 1
        Wait-Until { Get-XdpAttachment near0 }
        & /bin/kill -INT $process.Id
        $process.WaitForExit(120000) | Should -BeTrue
        Get-XdpAttachment near0 | Should -BeNullOrEmpty
    }

    It 'PacketCounter reports an interface that does not exist' {
        $process = Start-Example "'$examples/PacketCounter.ps1'", nowhere0
        $failure = $process.StandardError.ReadToEnd()
        $process.WaitForExit()
        $process.ExitCode | Should -Not -Be 0
        $failure | Should -Match 'no interface'
    }

    It 'FlowCounter counts packets and bytes by flow' {
        $process = Start-Example "'$examples/FlowCounter.ps1'", near0, -Seconds, 3
        $process.StandardOutput.ReadLine() | Should -Be 'Counting on near0 for 3 s.'
        Send-Packet 30 -Port 53
        Send-Packet 12 -Source fd77::4 -Port 123
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
        # 14 bytes of Ethernet, 20 or 40 of IP, 8 of UDP, 16 of payload.
        $output | Should -Match '(?s)Udp\s.*10\.77\.0\.2\s.*10\.77\.0\.1\s.*\b53\s.*\b30\s.*\b1740\s'
        $output | Should -Match '(?s)Udp\s.*fd77::4\s.*fd77::1\s.*\b123\s.*\b12\s.*\b936\s'
    }

    It 'BlockSources drops packets from listed sources until the list is cleared' {
        $socket = [Net.Sockets.UdpClient]::new([Net.Sockets.AddressFamily]::InterNetworkV6)
        $socket.Client.DualMode = $true
        $socket.Client.Bind([Net.IPEndPoint]::new([ipaddress]::IPv6Any, 9999))
        try {
            $attachment = '10.77.0.4', 'fd77::/126' | & "$examples/BlockSources.ps1" near0
            $attachment.PinPath | Should -BeLike '*/blocked-near0'
            foreach ($source in '10.77.0.4', 'fd77::3', '10.77.0.5', 'fd77::4') { Send-Packet 1 -Source $source }
            Wait-Until { ($attachment | Get-EbpfMapValue dropped) -eq 2 }
            Receive-Source $socket 2 | Should -Be ::ffff:10.77.0.5, fd77::4

            $attachment = & "$examples/BlockSources.ps1" near0 10.77.0.5
            foreach ($source in '10.77.0.4', '10.77.0.5') { Send-Packet 1 -Source $source }
            Wait-Until { ($attachment | Get-EbpfMapValue dropped) -eq 1 }
            Receive-Source $socket 1 | Should -Be ::ffff:10.77.0.4

            & "$examples/BlockSources.ps1" near0 -Clear
            Send-Packet 1 -Source 10.77.0.5
            Receive-Source $socket 1 | Should -Be ::ffff:10.77.0.5
            Get-EbpfAttachment -All | Where-Object Target -Like near0* | Should -BeNullOrEmpty
        }
        finally {
            $socket.Dispose()
            Get-EbpfAttachment | Remove-EbpfAttachment
        }
    }

    It 'Demo counts what it sends' {
        $process = Start-Example "'$examples/Demo.ps1'", -Module, "'$env:EBPFCAT_MODULE'"
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
        $output | Should -BeLike '*202 packets sent, 202 counted: exact.*'
    }
}
