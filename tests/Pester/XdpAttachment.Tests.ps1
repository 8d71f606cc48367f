# XDP programs on interfaces: results, lifetime, errors.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $pin = "ebpfcat-test-$PID"

    # The example of the README.
    function New-CountAttachment([hashtable] $With = @{}) {
        New-EbpfProgram -Name count -Type Xdp |
            Add-EbpfVariable -Name packets -Type uint64 |
            Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
            Add-EbpfCode {
                if ($packet.IPv4) {
                    $packets++
                    $sources[$packet.IPv4.Source] += 1
                }
                'Pass'
            } |
            New-XdpAttachment -InterfaceName near0 @With
    }

    # Runs a script in another PowerShell process in the near namespace, and gives its output.
    function Invoke-Pwsh([string] $Script, [switch] $Start, [string[]] $Prefix = @()) {
        $process = Start-PowerShell "Import-Module '$env:EBPFCAT_MODULE'; $Script" $Prefix
        if ($Start) { return $process }
        $process.StandardOutput.ReadToEnd().Trim()
        $process.WaitForExit()
    }
}

BeforeDiscovery {
    $script:hasIp = [bool](Get-Command ip -ErrorAction Ignore)
    $script:canDropPrivilege = [bool](Get-Command setpriv -ErrorAction Ignore)
}

Describe 'XDP' {
    BeforeEach {
        Enter-TestNetwork
    }

    AfterEach {
        Get-EbpfAttachment -Pin "$pin*" | Remove-EbpfAttachment
        Get-EbpfAttachment -Target near0 | Remove-EbpfAttachment
        Exit-TestNetwork
    }

    Context 'New-XdpAttachment' {
        It 'runs the example of the README' {
            New-EbpfProgram -Name count -Type Xdp |
                Add-EbpfVariable -Name packets -Type uint64 |
                Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
                Add-EbpfCode {
                    if ($packet.IPv4) {
                        $packets++
                        $sources[$packet.IPv4.Source] += 1
                    }
                    'Pass'
                } |
                New-XdpAttachment -InterfaceName near0 -OutVariable attachment

            Send-Packet 42
            Wait-Until { ($attachment | Get-EbpfMapValue -Name packets) -eq 42 }
            $entry = $attachment | Get-EbpfMapValue -Name sources
            $entry.Key | Should -Be ([ipaddress]'10.77.0.2')
            $entry.Key | Should -BeOfType ipaddress
            $entry.Value | Should -Be 42
            $attachment | Remove-EbpfAttachment
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }

        It 'says why a program runs in its mode' {
            $reason = ''
            $attachment = New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-XdpAttachment lo -Verbose 4>&1 |
                ForEach-Object { if ($_ -is [Management.Automation.VerboseRecord]) { $reason += $_ } else { $_ } }
            $attachment.ModeReason | Should -BeLike '*driver does not run XDP*'
            $reason | Should -BeLike "*Generic mode: $($attachment.ModeReason).*"
            $attachment | Remove-EbpfAttachment
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 -Mode Offload } |
                Should -Throw "*'near0' has no network card that runs programs*-Mode Native*"
        }

        It 'counts each source exactly: <Family> in <Mode> mode' -ForEach @(
            foreach ($mode in 'Native', 'Generic') {
                @{ Mode = $mode; Family = 'IPv4'; Sources = '10.77.0.2', '10.77.0.3', '10.77.0.4' }
                @{ Mode = $mode; Family = 'IPv6'; Sources = 'fd77::2', 'fd77::3', 'fd77::4' }
            }
        ) {
            $attachment = New-EbpfProgram -Name count -Type Xdp |
                Add-EbpfVariable -Name packets -Type uint64 |
                Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
                Add-EbpfCode {
                    if ($packet.IPv4) {
                        $packets++
                        $sources[$packet.IPv4.Source] += 1
                    }
                    if ($packet.IPv6) {
                        $packets++
                        $sources[$packet.IPv6.Source] += 1
                    }
                    'Pass'
                } |
                New-XdpAttachment near0 -Mode $Mode
            $attachment.Mode | Should -Be $Mode
            (Get-XdpAttachment near0).Mode | Should -Be $Mode

            $sent = @{ $Sources[0] = 100; $Sources[1] = 23; $Sources[2] = 7 }
            foreach ($source in $sent.Keys) { Send-Packet $sent[$source] -Source $source }
            foreach ($source in $sent.Keys) {
                Wait-Until {
                    ($attachment | Get-EbpfMapValue sources -Key $source -ErrorAction Ignore) -ge $sent[$source]
                }
            }
            Start-Sleep -Milliseconds 50
            foreach ($source in $sent.Keys) {
                $attachment | Get-EbpfMapValue sources -Key $source | Should -Be $sent[$source]
            }
        }

        It 'applies the verdict' {
            $attachment = New-EbpfProgram -Name firewall -Type Xdp | Add-EbpfVariable dropped uint32 |
                Add-EbpfMap blocked -Type Hash -Key ipaddress -Value byte -MaxEntries 16 |
                Add-EbpfCode {
                    if ($packet.IPv4 -and $packet.IPv4.Source -in $blocked) {
                        $dropped++
                        'Drop'
                    }
                    else { 'Pass' }
                } |
                New-XdpAttachment near0
            $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]'10.77.0.1', 5353))
            try {
                $attachment | Set-EbpfMapValue blocked -Key 10.77.0.3 -Value 1
                Send-Packet 5 -Source 10.77.0.3 -Port 5353
                Send-Packet 2 -Source 10.77.0.4 -Port 5353
                Wait-Until { ($attachment | Get-EbpfMapValue dropped) -eq 5 }
                Wait-Until { $socket.Available -gt 0 }
                $from = [Net.IPEndPoint]::new(0, 0)
                1..2 | ForEach-Object { $null = $socket.Receive([ref] $from); $from.Address } |
                    Should -Be 10.77.0.4, 10.77.0.4
                $socket.Available | Should -Be 0
            }
            finally { $socket.Dispose() }
        }

        It 'attaches a loaded program, which stays loaded when detached' {
            $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable n uint32 -InitialValue 5 |
                Add-EbpfCode { 'Pass' } | Import-EbpfProgram
            try {
                $program | New-XdpAttachment near0 | Remove-EbpfAttachment
                $program | Get-EbpfMapValue n | Should -Be 5
            }
            finally { $program.Dispose() }
        }

        It 'attaches nothing with -WhatIf' {
            New-CountAttachment @{ WhatIf = $true } | Should -BeNullOrEmpty
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }

        It 'lists the interfaces if one does not exist' {
            $failure = { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-XdpAttachment naer0 } |
                Should -Throw -PassThru
            "$failure" | Should -BeLike "*'naer0'*no interface*Did you mean near0*lo, *near0*"
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }

        It 'refuses an interface that has a program, and replaces it with -Force' {
            $first = New-CountAttachment
            $failure = { New-EbpfProgram -Name second -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 } |
                Should -Throw -PassThru
            "$failure" | Should -BeLike "*near0*'count'*already*-Force*Remove-XdpAttachment*"
            $failure.CategoryInfo.Category | Should -Be ResourceBusy
            (Get-XdpAttachment near0).ProgramName | Should -Be count
            Send-Packet 3
            Wait-Until { ($first | Get-EbpfMapValue packets) -eq 3 }

            New-EbpfProgram -Name second -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 -Force
            (Get-XdpAttachment near0).ProgramName | Should -Be second
        }

        It 'refuses a program of another type' {
            { New-EbpfProgram -Type SocketFilter -Code { 'Pass' } | New-XdpAttachment near0 } |
                Should -Throw '*SocketFilter*-Type Xdp*'
        }

        It 'names missing capabilities' -Skip:(-not $canDropPrivilege) {
            $output = Invoke-Pwsh @'
                try { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 }
                catch { $_.CategoryInfo.Category.ToString(); "$_" }
'@ -Prefix setpriv, --inh-caps=-all, --bounding-set=-all
            $output | Should -BeLike 'PermissionDenied*lacks*CAP_BPF*root*'
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }

        It 'completes interfaces' {
            (TabExpansion2 'New-XdpAttachment -InterfaceName n').CompletionMatches.CompletionText | Should -Be near0
        }
    }

    Context 'Lifetime' {
        It 'ends with the process, even by SIGKILL' {
            $process = Invoke-Pwsh -Start @'
                $attachment = New-EbpfProgram -Name victim -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0
                'attached'
                Start-Sleep 60
'@
            try {
                $process.StandardOutput.ReadLine() | Should -Be attached
                (Get-XdpAttachment near0).ProgramName | Should -Be victim
            }
            finally { $process.Kill() }
            $process.WaitForExit()
            Wait-Until { -not (Get-XdpAttachment near0) }
        }

        It 'ends when the module is removed' {
            # Network namespaces belong to threads: the other session has to share the one of this thread.
            $session = [runspacefactory]::CreateRunspace()
            $session.ThreadOptions = 'UseCurrentThread'
            $session.Open()
            $shell = [powershell]::Create($session)
            try {
                $run = { param($module) Import-Module $module; $null = New-EbpfProgram -Type Xdp -Code { 'Pass' } |
                    New-XdpAttachment near0; (Get-XdpAttachment near0).ProgramName }
                $shell.AddScript($run).AddArgument($env:EBPFCAT_MODULE).Invoke() | Should -Be xdp
                (Get-XdpAttachment near0).ProgramName | Should -Be xdp
                $shell.Commands.Clear()
                $null = $shell.AddScript('Remove-Module EbpfCat').Invoke()
                Get-XdpAttachment near0 | Should -BeNullOrEmpty
            }
            finally { $shell.Dispose(); $session.Dispose() }
        }

        It 'survives its process if pinned, and another finds, reads and removes it' {
            Invoke-Pwsh @"
                `$null = New-EbpfProgram -Name pinned -Type Xdp | Add-EbpfVariable packets uint64 |
                    Add-EbpfMap sources -Type Hash -Key ipaddress -Value uint64 -MaxEntries 64 |
                    Add-EbpfCode { if (`$packet.IPv4) { `$packets++; `$sources[`$packet.IPv4.Source] += 1 }; 'Pass' } |
                    New-XdpAttachment near0 -Pin $pin
"@
            $found = Get-XdpAttachment near0
            $found.ProgramName, $found.PinName | Should -Be pinned, $pin
            Send-Packet 6
            Send-Packet 4 -Source 10.77.0.3
            Wait-Until { ($found | Get-EbpfMapValue packets) -eq 10 }

            Invoke-Pwsh @'
                $found = Get-XdpAttachment near0
                $found | Get-EbpfMapValue -Name packets
                $found | Get-EbpfMapValue -Name sources | Sort-Object Value | ForEach-Object { "$($_.Key) $($_.Value)" }
                $found | Remove-XdpAttachment
'@ | Should -Be "10`n10.77.0.3 4`n10.77.0.2 6"
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
            Test-Path "/sys/fs/bpf/ebpfcat/$pin" | Should -BeFalse
        }

        It 'replaces what another process has pinned only if that is confirmed, and leaves its pin' {
            Invoke-Pwsh @"
                `$null = New-EbpfProgram -Name theirs -Type Xdp | Add-EbpfVariable packets uint64 -InitialValue 7 |
                    Add-EbpfCode { `$packets++; 'Pass' } | New-XdpAttachment near0 -Pin $pin
"@
            $ours = New-EbpfProgram -Name ours -Type Xdp -Code { 'Pass' }
            Invoke-Pwsh @"
                New-EbpfProgram -Name ours -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 -Force -WhatIf
                try { New-EbpfProgram -Name ours -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0 -Force }
                catch { `$_.FullyQualifiedErrorId }
"@ | Should -Match "(?s)What if.*replacing program 'theirs' .*pinned as '$pin'.*PinnedAttachmentReplaced"
            (Get-XdpAttachment near0).ProgramName | Should -Be theirs
            $attachment = $ours | New-XdpAttachment near0 -Force -Confirm:$false
            (Get-EbpfAttachment -Pin $pin).IsAttached | Should -BeFalse
            Get-EbpfMapValue -Path $pin -Name packets | Should -BeGreaterOrEqual 7
            Remove-EbpfAttachment -Pin $pin
            $attachment.IsAttached, (Get-XdpAttachment near0).ProgramName | Should -Be $true, ours
        }

        It 'replaces a pin of the same name without a question, as often as asked' {
            foreach ($number in 1..3) {
                Invoke-Pwsh @"
                    (New-EbpfProgram -Name again$number -Type Xdp -Code { 'Pass' } |
                        New-XdpAttachment near0 -Pin $pin -Force).IsAttached
"@ | Should -Be True
            }
            (Get-XdpAttachment near0).ProgramName, (Get-EbpfAttachment -Pin $pin).ProgramName | Should -Be again3, again3
        }

        It 'says that a pin under ip netns exec goes with its processes' -Skip:(-not $hasIp) {
            $name = "ebpfcat-test-$PID"
            ip netns add $name
            try {
                Invoke-Pwsh -Prefix ip, netns, exec, $name @"
                    `$attachment = New-EbpfProgram -Type Xdp -Code { 'Pass' } |
                        New-XdpAttachment lo -Mode Generic -Pin $pin -WarningVariable warning 3> `$null
                    "`$(`$attachment.OutlivesProcess) `$warning"
"@ | Should -BeLike 'False *nsenter --net*'
            }
            finally { ip netns delete $name }
        }

        It 'refuses a pin whose name is taken' {
            $null = New-CountAttachment @{ Pin = $pin }
            Remove-XdpAttachment near0 -WhatIf
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-XdpAttachment lo -Mode Generic -Pin $pin } |
                Should -Throw "*$pin*taken*"
        }
    }

    Context 'Get-EbpfAttachment' {
        It 'gives the attachments of the session, and pinned ones' {
            $attachment = New-CountAttachment @{ Pin = $pin }
            Get-EbpfAttachment -Pin $pin | Should -Be $attachment
            (Get-EbpfAttachment near0).Program.Name | Should -Be count
            (Get-EbpfAttachment near0).ProgramName | Should -Be count
            Get-EbpfAttachment nowhere0 | Should -BeNullOrEmpty
        }

        It 'lists the pins if one does not exist' {
            { Get-EbpfAttachment -Pin no-such-pin -ErrorAction Stop } | Should -Throw '*no-such-pin*no such pin*'
        }
    }

    Context 'Remove-EbpfAttachment' {
        It 'removes by pin' {
            $attachment = New-CountAttachment @{ Pin = $pin }
            Remove-EbpfAttachment -Pin $pin
            $attachment.IsAttached, $attachment.Program.Handle.IsClosed | Should -Be $false, $true
            Get-XdpAttachment near0 | Should -BeNullOrEmpty
        }

        It 'removes nothing with -WhatIf' {
            $attachment = New-CountAttachment
            $attachment | Remove-EbpfAttachment -WhatIf
            (Get-XdpAttachment near0).ProgramName | Should -Be count
        }

        It 'removes the maps as well' {
            $attachment = New-CountAttachment
            $attachment | Remove-EbpfAttachment
            { $attachment | Get-EbpfMapValue packets -ErrorAction Stop } | Should -Throw '*count*removed*'
        }
    }

    Context 'Remove-XdpAttachment' {
        It 'removes attachments of others' {
            $process = Invoke-Pwsh -Start @'
                $attachment = New-EbpfProgram -Name others -Type Xdp -Code { 'Pass' } | New-XdpAttachment near0
                'attached'
                Start-Sleep 60
'@
            try {
                $process.StandardOutput.ReadLine() | Should -Be attached
                Remove-XdpAttachment near0
                Get-XdpAttachment near0 | Should -BeNullOrEmpty
            }
            finally { $process.Kill() }
        }

        It 'reports that there is nothing to remove' {
            { Remove-XdpAttachment near0 -ErrorAction Stop } | Should -Throw '*near0*no XDP program*'
        }
    }
}
