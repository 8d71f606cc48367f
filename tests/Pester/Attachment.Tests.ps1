# All kinds of attachments: pins, attachments of other processes, completion.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1 -Force
    # Pins of tracing programs need links of perf events: Linux 5.15.
    $hasPerfLinks = (Get-EbpfFeature PerfEvent -ErrorAction Ignore | Where-Object Kind -eq Attachment).IsSupported
    $kinds = @(
        @{ Kind = 'Tracepoint'; Type = 'Tracepoint'; Command = 'New-TracepointAttachment syscalls/sys_enter_getpgid';
            Target = 'syscalls/sys_enter_getpgid'; PerfLink = $true }
        @{ Kind = 'RawTracepoint'; Type = 'RawTracepoint'; Command = 'New-RawTracepointAttachment sched_process_fork';
            Target = 'sched_process_fork' }
        @{ Kind = 'RawTracepoint'; Type = 'Tracing'; Command = 'New-RawTracepointAttachment sched_process_fork';
            Target = 'sched_process_fork' }
        @{ Kind = 'Uprobe'; Type = 'Kprobe'; Command = 'New-UprobeAttachment libc a64l'; Target = '*/libc.so.6:a64l';
            PerfLink = $true }
        @{ Kind = 'Uretprobe'; Type = 'Kprobe'; Command = 'New-UprobeAttachment libc a64l -Return';
            Target = '*/libc.so.6:a64l'; PerfLink = $true }
        @{ Kind = 'PerfEvent'; Type = 'PerfEvent'; Command = 'New-PerfEventAttachment -Frequency 5';
            Target = 'CpuClock 5 Hz'; PerfLink = $true }
        @{ Kind = 'Tc'; Type = 'Tc'; Command = 'New-TcAttachment near0'; Target = 'near0 Ingress' }
        @{ Kind = 'Xdp'; Type = 'Xdp'; Command = 'New-XdpAttachment near0 -Mode Generic'; Target = 'near0' }
        if ([EbpfCat.Attachments.ControlGroups]::Root) {
            @{ Kind = 'Cgroup'; Type = 'CgroupSkb'; Command = "New-CgroupAttachment ebpfcat-pinned-$PID";
                Target = "*/ebpfcat-pinned-$PID" }
        }
        if (Test-Kprobe) {
            @{ Kind = 'Kprobe'; Type = 'Kprobe'; Command = 'New-KprobeAttachment tcp_v4_connect';
                Target = 'tcp_v4_connect'; PerfLink = $true }
            @{ Kind = 'Kretprobe'; Type = 'Kprobe'; Command = 'New-KprobeAttachment tcp_v4_connect -Return';
                Target = 'tcp_v4_connect'; PerfLink = $true }
        }
        if (Test-Trampoline tcp_v4_connect) {
            @{ Kind = 'Fentry'; Type = 'Tracing'; Command = 'New-FentryAttachment tcp_v4_connect';
                Target = 'tcp_v4_connect' }
            @{ Kind = 'Fexit'; Type = 'Tracing'; Command = 'New-FentryAttachment tcp_v4_connect -Return';
                Target = 'tcp_v4_connect' }
        }
        if (Test-SecurityHook) {
            @{ Kind = 'Lsm'; Type = 'Lsm'; Command = 'New-LsmAttachment task_getpgid'; Target = 'task_getpgid' }
        }
    )
    $number = 0
    foreach ($one in $kinds) { $one.Number = ++$number }
    $pinnable = @($kinds | Where-Object { $hasPerfLinks -or -not $_.PerfLink })
    $listed = @($pinnable | Where-Object Kind -ne PerfEvent)
    $unpinnable = $kinds | Where-Object { -not $hasPerfLinks -and $_.PerfLink }
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestProcess.psm1, $PSScriptRoot/TestTracing.psm1 -Force
    $pin = "ebpfcat-test-$PID"
    $root = [EbpfCat.Attachments.ControlGroups]::Root
    $group = if ($root) { New-Item -ItemType Directory "$root/ebpfcat-pinned-$PID" }
    $verdicts = @{ Tc = "'Pass'"; Xdp = "'Pass'"; CgroupSkb = "'Allow'"; Lsm = "'Allow'" }

    # Starts another PowerShell that attaches all of these: one process, because a start takes an emulated processor
    # half a minute. It writes the kind of each attachment, or its error, and waits until it is killed.
    function Start-Elsewhere([hashtable[]] $Attaching, [switch] $Pinned) {
        $code = "Import-Module '$env:EBPFCAT_MODULE'`n"
        foreach ($one in $Attaching) {
            $command = $one.Command + ($Pinned ? " -Pin $pin-$($one.Number)" : '')
            $code += "try {
                `$a = New-EbpfProgram -Name elsewhere$($one.Number) -Type $($one.Type) |
                    Add-EbpfVariable n uint64 -InitialValue $($one.Number) |
                    Add-EbpfCode { `$n += 0; $($verdicts[$one.Type]) } | $command
                `$a.Kind; `$kept += @(`$a)
            } catch { `$_ -replace '\s+', ' ' }`n"
        }
        $process = Start-PowerShell "$code; [Console]::In.ReadLine()"
        foreach ($one in $Attaching) { $process.StandardOutput.ReadLine() | Should -Be $one.Kind -Because $one.Command }
        $process
    }
}

AfterAll { if ($group) { rmdir $group.FullName } }

Describe 'Attachments' {
    BeforeEach { Enter-TestNetwork }

    AfterEach {
        Get-EbpfAttachment | Remove-EbpfAttachment
        Exit-TestNetwork
    }

    It 'cannot be pinned on this kernel: <Kind>' -ForEach $unpinnable -AllowNullOrEmptyForEach {
        $program = New-EbpfProgram -Type $Type | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ }
        { $program | & ([scriptblock]::Create("`$input | $Command -Pin $pin")) } | Should -Throw '*since Linux 5.15*'
        Test-Path "/sys/fs/bpf/ebpfcat/$pin" | Should -BeFalse
    }

    It 'are shown in a table, each kind' {
        $null = New-EbpfProgram -Name watch -Type Tracepoint -Code { $x = 1 } |
            New-TracepointAttachment sched/sched_switch
        $null = New-EbpfProgram -Name guard -Type Tc -Code { 'Pass' } | New-TcAttachment near0
        $table = Get-EbpfAttachment | Out-String -Width 120
        $table | Should -Match 'Kind +Target +Program +Link +Pin +Attached'
        $table | Should -Match 'Tracepoint +sched/sched_switch +watch'
        $table | Should -Match 'Tc +near0 Ingress +guard'
        Get-EbpfAttachment -All | Out-String | Should -Match 'sched/sched_switch'
    }

    It 'are independent if a definition is attached twice' {
        $program = New-EbpfProgram -Type Tc | Add-EbpfVariable n uint64 |
            Add-EbpfCode { if ($packet.Udp) { $n++ }; 'Unspec' }
        $first = $program | New-TcAttachment near0
        $second = $program | New-TcAttachment near0
        Send-Packet 3
        Wait-Until { ($first | Get-EbpfMapValue n) -eq 3 -and ($second | Get-EbpfMapValue n) -eq 3 }
        $first | Remove-EbpfAttachment
        Send-Packet 2
        Wait-Until { ($second | Get-EbpfMapValue n) -eq 5 }
    }
}

Describe 'Attachments of a process that has ended' -ForEach @{ Pinnable = $pinnable } {
    BeforeAll {
        Enter-TestNetwork
        $process = Start-Elsewhere $Pinnable -Pinned
        $process.StandardInput.WriteLine()
        $process.WaitForExit()
    }

    AfterAll {
        Get-EbpfAttachment -Pin "$pin-*" | Remove-EbpfAttachment
        Exit-TestNetwork
    }

    It 'can be found by pin, read and removed: <Kind> of type <Type>' -ForEach $pinnable {
        $found = Get-EbpfAttachment -Pin "$pin-$Number"
        $found.Kind | Should -Be $Kind
        $found.Target | Should -BeLike $Target
        $found.Program.Name | Should -Be "elsewhere$Number"
        $found | Get-EbpfMapValue n | Should -Be $Number
        $found | Remove-EbpfAttachment
        Test-Path "/sys/fs/bpf/ebpfcat/$pin-$Number" | Should -BeFalse
        Get-EbpfAttachment -All | Where-Object { $_ -is [EbpfCat.Attachments.KernelAttachment] -and
            $_.ProgramName -eq "elsewhere$Number" } | Should -BeNullOrEmpty
    }
}

Describe 'Attachments of another process' -ForEach @{ Listed = $listed } {
    BeforeAll {
        Enter-TestNetwork
        $process = Start-Elsewhere $Listed
    }

    AfterAll {
        if (-not $process.HasExited) { $process.Kill() }
        Exit-TestNetwork
    }

    It 'are listed with -All: <Kind> of type <Type>' -ForEach $listed {
        $found = Get-EbpfAttachment -All | Where-Object {
            $_ -is [EbpfCat.Attachments.KernelAttachment] -and $process.Id -in $_.ProcessIds -and
                $_.ProgramName -eq "elsewhere$Number"
        }
        # Without links, tc keeps a filter, which belongs to no process.
        if (-not $found -and $Kind -eq 'Tc') {
            Set-ItResult -Skipped -Because 'tc has no links before Linux 6.6'
            return
        }

        $found | Should -HaveCount 1
        $found | Get-EbpfMapValue n | Should -Be $Number
        # The kernel reports the source of a perf event since Linux 6.6, and the target of a program since 5.13.
        if ($found.Target -or $Kind -in 'RawTracepoint', 'Tc', 'Xdp', 'Cgroup') {
            $found.Kind | Should -Be $Kind
            $name = switch -Wildcard ($Kind) {
                Tracepoint { 'sys_enter_getpgid' }
                U*probe { '*libc.so.6:0x*' }
                default { $Target }
            }

            $found.Target | Should -BeLike $name
        }

        $failure = Get-Refusal { $found | Remove-EbpfAttachment -ErrorAction Stop }
        if ($Kind -in 'Tc', 'Xdp', 'Cgroup') {
            $failure | Should -BeNullOrEmpty
            Get-EbpfAttachment -All | Where-Object { $process.Id -in $_.ProcessIds -and $_.Target -like $Target } |
                Should -BeNullOrEmpty
        }
        else { "$failure" | Should -BeLike "*ends when nobody holds it*process $($process.Id)*" }
    }

    It 'end with the process' {
        $process.Kill()
        $process.WaitForExit()
        Get-EbpfAttachment -All | Where-Object { $process.Id -in $_.ProcessIds } | Should -BeNullOrEmpty
    }
}

Describe 'Completion' {
    It 'finds <Expected> for: <Line>' -ForEach @(
        @{ Line = 'New-TracepointAttachment enter_opena'; Expected = 'syscalls/sys_enter_openat' }
        @{ Line = 'New-TracepointAttachment sched_sw'; Expected = 'sched/sched_switch' }
        @{ Line = 'New-TracepointAttachment sys_*_getpgid'; Expected = 'syscalls/sys_exit_getpgid' }
        @{ Line = 'New-RawTracepointAttachment process_ex'; Expected = 'sched_process_exec' }
        @{ Line = 'New-KprobeAttachment v4_conn'; Expected = 'tcp_v4_connect' }
        @{ Line = 'New-FentryAttachment tcp_v4_conn'; Expected = 'tcp_v4_connect' }
        @{ Line = 'New-UprobeAttachment libc.so'; Expected = 'libc.so.6' }
        @{ Line = 'New-UprobeAttachment libc 64'; Expected = 'a64l' }
        @{ Line = 'New-UprobeAttachment -Path libc -Function mallo'; Expected = 'malloc' }
        @{ Line = 'New-CgroupAttachment user.slice -Hook Conn'; Expected = 'Connect4' }
        @{ Line = 'New-PerfEventAttachment -Event C'; Expected = 'CpuClock' }
        @{ Line = 'New-TcAttachment l'; Expected = 'lo' }
        @{ Line = 'New-SocketFilterAttachment l'; Expected = 'lo' }
        @{ Line = 'New-EbpfProgram -Type Tracepoint -Target sched_sw'; Expected = 'sched/sched_switch' }
        @{ Line = 'New-EbpfProgram -Type Tracing -Hook F'; Expected = 'Fexit' }
        @{ Line = 'New-EbpfProgram -Type Tracing -Hook Iterator -Target task_'; Expected = 'task_file' }
    ) {
        (TabExpansion2 $Line).CompletionMatches.CompletionText | Should -Contain $Expected
    }

    It 'is fast with thousands of names' -Tag Timing {
        $null = TabExpansion2 'New-TracepointAttachment '
        $null = TabExpansion2 'New-KprobeAttachment '
        foreach ($line in 'New-TracepointAttachment sys_enter_op', 'New-KprobeAttachment tcp_',
            'New-TracepointAttachment ') {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            (TabExpansion2 $line).CompletionMatches.Count | Should -BeGreaterThan 1
            $clock.ElapsedMilliseconds | Should -BeLessThan 1000
        }
    }
}
