# Programs on tracepoints, functions, hooks and samples of the kernel.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $calls = Get-CLibrary
    $getpgid = Get-SyscallFunction getpgid
    $everybody = 'the policy of this kernel forbids it to everybody'

    # Opens a TCP connection to this process and closes it.
    function Connect-Loopback {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        # An IPv4 socket: the default is an IPv6 socket that connects to a mapped address.
        $client = [Net.Sockets.TcpClient]::new([Net.Sockets.AddressFamily]::InterNetwork)
        try { $client.Connect([ipaddress]::Loopback, $listener.LocalEndpoint.Port) }
        finally {
            $client.Dispose()
            $listener.Dispose()
        }
    }
}

Describe 'Probes of the kernel' -Tag Hooks {
    AfterEach { Get-EbpfAttachment | Remove-EbpfAttachment }

    Context 'New-TracepointAttachment' {
        It 'sees the files that a process opens' {
            $file = New-Item (Join-Path ([IO.Path]::GetTempPath()) "ebpfcat-opened-$PID")
            try {
                $attachment = New-EbpfProgram -Name opens -Type Tracepoint |
                    Add-EbpfMap counts -Type Hash -Key 'char[16]' -Value uint64 -MaxEntries 1024 |
                    Add-EbpfMap files -Type LruHash -Key 'char[64]' -Value ([ordered]@{
                        Process = 'uint32'; User = 'uint32'; Times = 'uint32'
                    }) -MaxEntries 4096 |
                    Add-EbpfCode {
                        $counts[$process.Name] += 1
                        $file = $event.filename
                        $files[$file].Process = $process.Id
                        $files[$file].User = $process.UserId
                        $files[$file].Times += 1
                    } |
                    New-TracepointAttachment -Name syscalls/sys_enter_openat
                $attachment.Kind, $attachment.Target | Should -Be Tracepoint, syscalls/sys_enter_openat

                1..3 | ForEach-Object { $child = Start-Process cat $file.FullName -PassThru; $child.WaitForExit() }
                ($attachment | Get-EbpfMapValue counts -Key cat) | Should -BeGreaterOrEqual 3
                $seen = $attachment | Get-EbpfMapValue files -Key $file.FullName
                $seen.Process, $seen.User, $seen.Times | Should -Be $child.Id, 0, 3
            }
            finally { $file.Delete() }
        }

        It 'takes a name without its category, and the target of the program' {
            (New-EbpfProgram -Type Tracepoint -Code { $x = 1 } | New-TracepointAttachment sched_switch).Target |
                Should -Be sched/sched_switch
            $program = New-EbpfProgram -Type Tracepoint -Target sched/sched_wakeup -Code { $x = $event.pid }
            ($program | New-TracepointAttachment).Target | Should -Be sched/sched_wakeup
        }

        It 'attaches one definition to several tracepoints, each with its own fields' {
            $program = New-EbpfProgram -Type Tracepoint | Add-EbpfVariable last uint64 |
                Add-EbpfCode { if ($process.Id -eq $using:PID) { $last = $event.pid } }
            $enter = $program | New-TracepointAttachment syscalls/sys_enter_getpgid
            $null = $program | New-TracepointAttachment sched/sched_wakeup
            $null = $calls::getpgid($PID)
            $enter | Get-EbpfMapValue last | Should -Be $PID
            $program.Target | Should -BeNullOrEmpty
        }

        It 'takes kernel stacks' {
            $attachment = New-EbpfProgram -Type Tracepoint |
                Add-EbpfMap stacks -Type Hash -Key stack -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { if ($process.Id -eq $using:PID) { $stacks[$kernel.Stack] += 1 } } |
                New-TracepointAttachment sock/inet_sock_set_state
            # Some kernels (6.1) have no stack at the entry of a system call.
            1..5 | ForEach-Object { Connect-Loopback }
            $entries = $attachment | Get-EbpfMapValue stacks
            ($entries.Value | Measure-Object -Sum).Sum | Should -BeGreaterOrEqual 5
            $entries.Key.Id | ForEach-Object { $_ | Should -BeGreaterOrEqual 0 }
        }

        It 'attaches nothing with -WhatIf, but reports errors of the program' {
            New-EbpfProgram -Type Tracepoint -Code { $x = $event.fd } |
                New-TracepointAttachment syscalls/sys_enter_close -WhatIf | Should -BeNullOrEmpty
            Get-EbpfAttachment syscalls/* | Should -BeNullOrEmpty
            { New-EbpfProgram -Type Tracepoint -Code { $x = $event.fdd } |
                New-TracepointAttachment syscalls/sys_enter_close -WhatIf } |
                Should -Throw '*no field*fdd*fd*'
        }

        It 'refuses <Name> with the nearest names' -ForEach @(
            @{ Name = 'syscalls/sys_enter_opnat'; Near = 'syscalls/sys_enter_openat' }
            @{ Name = 'sched_swich'; Near = 'sched_switch' }
        ) {
            $failure = Get-Refusal { New-EbpfProgram -Type Tracepoint -Code { $x = 1 } |
                New-TracepointAttachment $Name }
            "$failure" | Should -BeLike "*$Name*did you mean*$Near*"
            $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownName,*'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }

        It 'names the right program type, and missing parameters' {
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-TracepointAttachment sched_switch } |
                Should -Throw '*Kprobe*-Type Tracepoint*'
            { New-EbpfProgram -Type Tracepoint -Code { $x = 1 } | New-TracepointAttachment } |
                Should -Throw '*-Name*-Target*'
        }

        It 'names missing capabilities' -Skip:(-not (Get-Command setpriv -ErrorAction Ignore)) {
            $code = "Import-Module '$env:EBPFCAT_MODULE'
                try { New-EbpfProgram -Type Tracepoint -Code { 'x' -eq 'y' } | New-TracepointAttachment sched_switch }
                catch { `$_.CategoryInfo.Category.ToString(); `"`$_`" }"
            $output = Invoke-PowerShell $code setpriv, '--inh-caps=-all', '--bounding-set=-all'
            "$output" | Should -BeLike 'PermissionDenied*lacks*CAP_*root*'
        }
    }

    Context 'New-RawTracepointAttachment' {
        It 'follows the pointers that a typed program gets' {
            $attachment = New-EbpfProgram -Type Tracing |
                Add-EbpfMap started -Type LruHash -Key 'char[64]' -Value ([ordered]@{
                    Process = 'uint32'; Parent = 'uint32'
                }) -MaxEntries 1024 |
                Add-EbpfCode {
                    $started[$event.bprm.filename] = @{ Process = $event.p.tgid; Parent = $process.Parent }
                } |
                New-RawTracepointAttachment sched_process_exec
            $program = Join-Path ([IO.Path]::GetTempPath()) "ebpfcat-true-$PID"
            Copy-Item (Get-Command true -CommandType Application)[0].Source $program
            try {
                $child = Start-Process $program -PassThru
                $child.WaitForExit()
                $seen = $attachment | Get-EbpfMapValue started -Key $program
                $seen.Process, $seen.Parent | Should -Be $child.Id, $PID
            }
            finally { Remove-Item $program }
        }

        It 'gives an untyped program its arguments as numbers' {
            $attachment = New-EbpfProgram -Type RawTracepoint |
                Add-EbpfMap calls -Type Hash -Key uint64 -Value uint64 -MaxEntries 1024 |
                Add-EbpfCode { if ($process.Id -eq $using:PID) { $calls[$event.arg1] += 1 } } |
                New-RawTracepointAttachment raw_syscalls/sys_enter
            1..7 | ForEach-Object { $null = $calls::getpgid(0) }
            $architecture = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
            $number = if ($architecture -eq 'Arm64') { 155 } else { 121 }
            $attachment | Get-EbpfMapValue calls -Key $number | Should -Be 7
        }

        It 'refuses unknown names, and programs loaded for another target' {
            { New-EbpfProgram -Type RawTracepoint -Code { $x = 1 } | New-RawTracepointAttachment sched_swich } |
                Should -Throw '*sched_swich*sched_switch*'
            { New-EbpfProgram -Type Tracing -Target sched_switch -Hook RawTracepoint -Code { $x = 1 } |
                New-RawTracepointAttachment sched_wakeup } |
                Should -Throw "*declared for 'sched_switch'*-Target*"
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-RawTracepointAttachment sched_switch } |
                Should -Throw '*-Type RawTracepoint*'
        }
    }

    Context 'New-KprobeAttachment' {
        Context 'On a kernel with kprobes' -Skip:(-not (Test-Path /sys/bus/event_source/devices/kprobe)) {
            It 'gives arguments by name, and follows their pointers' {
                $attachment = New-EbpfProgram -Type Kprobe |
                    Add-EbpfMap lengths -Type Hash -Key uint32 -Value uint64 -MaxEntries 16 |
                    Add-EbpfVariable family uint16 |
                    Add-EbpfCode {
                        if ($process.Id -eq $using:PID) {
                            $lengths[$event.addr_len] += 1
                            $family = $event.sk.__sk_common.skc_family
                        }
                    } |
                    New-KprobeAttachment tcp_v4_connect
                $attachment.Kind, $attachment.Target | Should -Be Kprobe, tcp_v4_connect
                1..3 | ForEach-Object { Connect-Loopback }
                $attachment | Get-EbpfMapValue lengths -Key 16 | Should -Be 3
                $attachment | Get-EbpfMapValue family | Should -Be 2
            }

            It 'gives the return value' {
                $attachment = New-EbpfProgram -Type Kprobe | Add-EbpfVariable good uint64 |
                    Add-EbpfVariable bad uint64 |
                    Add-EbpfCode {
                        if ($process.Id -eq $using:PID) {
                            if ($return -eq 0) { $good++ } else { $bad++ }
                        }
                    } |
                    New-KprobeAttachment tcp_v4_connect -Return
                $attachment.Kind | Should -Be Kretprobe
                1..3 | ForEach-Object { Connect-Loopback }
                ($attachment | Get-EbpfMapValue good) + ($attachment | Get-EbpfMapValue bad) | Should -Be 3
            }

            It 'gives the arguments of a system call, and takes an offset' {
                $program = New-EbpfProgram -Type Kprobe |
                    Add-EbpfMap asked -Type Hash -Key int32 -Value uint64 -MaxEntries 16 |
                    Add-EbpfCode { if ($process.Id -eq $using:PID) { $asked[$event.pid] += 1 } }
                $attachment = $program | New-KprobeAttachment $getpgid
                1..4 | ForEach-Object { $null = $calls::getpgid($PID) }
                $attachment | Get-EbpfMapValue asked -Key $PID | Should -Be 4

                { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-KprobeAttachment $getpgid -Offset 1 } |
                    Should -Throw "*$getpgid*"
            }

            It 'attaches to all functions that match a pattern' {
                $attachment = New-EbpfProgram -Type Kprobe | Add-EbpfVariable n uint64 |
                    Add-EbpfCode { if ($process.Id -eq $using:PID) { $n++ } } |
                    New-KprobeAttachment (Get-SyscallFunction 'getp[gp]id')
                $attachment.Functions | Should -Contain $getpgid
                1..5 | ForEach-Object { $null = $calls::getpgid(0) }
                $attachment | Get-EbpfMapValue n | Should -BeGreaterOrEqual 5
            }

            It 'refuses unknown names with the nearest' {
                { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-KprobeAttachment tcp_v4_conect } |
                    Should -Throw '*tcp_v4_conect*tcp_v4_connect*'
            }
        }

        It 'reports a kernel without kprobes' -Skip:(Test-Path /sys/bus/event_source/devices/kprobe) {
            $failure = Get-Refusal { New-EbpfProgram -Type Kprobe -Code { $x = 1 } |
                New-KprobeAttachment tcp_v4_connect }
            "$failure" | Should -BeLike '*no kprobes*CONFIG_KPROBES*'
            $failure.CategoryInfo.Category | Should -Be NotImplemented
        }

        It 'refuses a pattern that nothing matches, and a program of another type' {
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-KprobeAttachment 'no_such_function_*' } |
                Should -Throw '*no_such_function_*'
            { New-EbpfProgram -Type Tracepoint -Code { $x = 1 } | New-KprobeAttachment tcp_v4_connect } |
                Should -Throw '*-Type Kprobe*'
        }
    }

    Context 'New-FentryAttachment' {
        It 'gives arguments by name on <Hook>, or names what the kernel lacks' -ForEach @(
            @{ Hook = 'Fentry'; Return = $false }
            @{ Hook = 'Fexit'; Return = $true }
        ) {
            $program = New-EbpfProgram -Type Tracing | Add-EbpfVariable lengths uint64 |
                Add-EbpfVariable family uint16 |
                Add-EbpfCode {
                    if ($process.Id -eq $using:PID) {
                        $lengths += $event.addr_len
                        $family = $event.sk.__sk_common.skc_family
                    }
                }
            $failure = Get-Refusal { $script:attachment = $program |
                New-FentryAttachment tcp_v4_connect -Return:$Return }
            if ("$failure" -like "*$everybody*") { Set-ItResult -Skipped -Because "$failure"; return }
            if ($failure) {
                "$failure" | Should -BeLike '*cannot call programs from this function*'
                "$failure" | Should -BeLike '*CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS*'
                Test-Trampoline tcp_v4_connect | Should -BeFalse -Because 'the kernel can'
                return
            }

            $attachment.Kind, $attachment.Target | Should -Be $Hook, tcp_v4_connect
            1..3 | ForEach-Object { Connect-Loopback }
            $attachment | Get-EbpfMapValue lengths | Should -Be 48
            $attachment | Get-EbpfMapValue family | Should -Be 2
        }

        It 'gives the return value' {
            if (-not (Test-Trampoline tcp_v4_connect)) {
                Set-ItResult -Skipped -Because 'the kernel calls no programs from functions'
                return
            }

            $attachment = New-EbpfProgram -Type Tracing | Add-EbpfVariable returns uint64 |
                Add-EbpfCode { if ($process.Id -eq $using:PID -and $return -le 0) { $returns++ } } |
                New-FentryAttachment tcp_v4_connect -Return
            1..3 | ForEach-Object { Connect-Loopback }
            $attachment | Get-EbpfMapValue returns | Should -Be 3
        }

        It 'refuses unknown functions, and programs declared for another target' {
            { New-EbpfProgram -Type Tracing -Code { $x = 1 } | New-FentryAttachment tcp_v4_conect } |
                Should -Throw '*tcp_v4_conect*tcp_v4_connect*'
            { New-EbpfProgram -Type Tracing -Hook Fentry -Code { $x = 1 } |
                New-FentryAttachment tcp_v4_connect -Return } | Should -Throw '*hook Fentry*-Hook Fexit*'
            { New-EbpfProgram -Type Tracing -Target tcp_close -Code { $x = 1 } |
                New-FentryAttachment tcp_v4_connect } | Should -Throw "*'tcp_close'*"
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-FentryAttachment tcp_v4_connect } |
                Should -Throw '*-Type Tracing*'
        }
    }

    Context 'New-LsmAttachment' {
        It 'decides what a process may do, or names what the kernel lacks' {
            $program = New-EbpfProgram -Name guard -Type Lsm | Add-EbpfVariable asked uint64 |
                Add-EbpfCode {
                    if ($process.Id -eq $using:PID -and $event.p.tgid -eq $using:PID) { $asked++; return 'Deny' }
                    'Allow'
                }
            $failure = Get-Refusal { $script:attachment = $program | New-LsmAttachment task_getpgid }
            if ("$failure" -like "*$everybody*") { Set-ItResult -Skipped -Because "$failure"; return }
            if ($failure) {
                $lacks = 'not among the active security modules.*lsm=', 'cannot call programs', 'no types',
                    'There is no security hook'
                "$failure" | Should -Match ($lacks -join '|')
                Test-SecurityHook | Should -BeFalse -Because 'the kernel can'
                return
            }

            if (-not (Test-Path /sys/kernel/security/lsm)) {
                Set-ItResult -Skipped -Because 'the kernel does not list its security modules'
                return
            }

            try { $calls::getpgid($PID) | Should -Be -1 }
            finally { $attachment | Remove-EbpfAttachment -Confirm:$false }
            $calls::getpgid($PID) | Should -BeGreaterOrEqual 0
        }

        $hasLsmHooks = Select-String -Path /proc/kallsyms -Pattern ' bpf_lsm_file_open$' -Quiet
        It 'refuses unknown hooks' -Skip:(-not $hasLsmHooks) {
            { New-EbpfProgram -Type Lsm -Code { 'Allow' } | New-LsmAttachment file_opn } |
                Should -Throw '*security hook*file_opn*file_open*'
        }
    }

    Context 'New-PerfEventAttachment' {
        It 'samples a process with its stacks' {
            $attachment = New-EbpfProgram -Name profile -Type PerfEvent |
                Add-EbpfMap samples -Type Hash -Key uint32 -Value uint64 -MaxEntries 64 |
                Add-EbpfMap stacks -Type Hash -Key stack -Value uint64 -MaxEntries 4096 |
                Add-EbpfCode { $samples[$process.Id] += 1; $stacks[$kernel.UserStack] += 1 } |
                New-PerfEventAttachment -Event CpuClock -Frequency 199 -ProcessId $PID
            $clock = [Diagnostics.Stopwatch]::StartNew()
            Wait-Until { ($attachment | Get-EbpfMapValue samples -Key $PID -ErrorAction Ignore) -ge 20 } -Seconds 20
            ($attachment | Get-EbpfMapValue samples).Key | Should -Be $PID
            ($attachment | Get-EbpfMapValue stacks).Key.ProcessId | Sort-Object -Unique | Should -Be $PID
            $attachment.Target | Should -Be "CpuClock 199 Hz of $PID"
        }

        It 'samples at a period of events' {
            $attachment = New-EbpfProgram -Type PerfEvent | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ } |
                New-PerfEventAttachment ContextSwitches -Period 1 -ProcessId $PID
            1..30 | ForEach-Object { Start-Sleep -Milliseconds 20 }
            $attachment | Get-EbpfMapValue n | Should -BeGreaterOrEqual 20
        }

        It 'refuses unknown processes and processors' {
            { New-EbpfProgram -Type PerfEvent -Code { $x = 1 } | New-PerfEventAttachment -ProcessId 99999999 } |
                Should -Throw '*no process 99999999*'
            { New-EbpfProgram -Type PerfEvent -Code { $x = 1 } | New-PerfEventAttachment -Processor 4096 } |
                Should -Throw '*no processor 4096*'
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-PerfEventAttachment } | Should -Throw '*-Type PerfEvent*'
        }
    }

    Context 'New-IteratorAttachment' -Skip:(-not (Test-Path /sys/kernel/btf/vmlinux)) {
        It 'iterates over all tasks at each read' {
            $attachment = New-EbpfProgram -Name tasks -Type Tracing |
                Add-EbpfMap tasks -Type Hash -Key uint32 -Value ([ordered]@{
                    Name = 'char[16]'; Parent = 'uint32'; Times = 'uint32'
                }) -MaxEntries 65536 |
                Add-EbpfCode {
                    $id = $event.task.tgid
                    if ($event.task.pid -eq $id) {
                        $tasks[$id].Name = $event.task.comm
                        $tasks[$id].Parent = $event.task.real_parent.tgid
                        $tasks[$id].Times += 1
                    }
                } |
                New-IteratorAttachment -Name task
            $attachment.Kind, $attachment.Target | Should -Be Iterator, task
            $child = Start-Process sleep 30 -PassThru
            try { 1..2 | ForEach-Object { $null = @($attachment.Read()) } }
            finally { $child.Kill() }
            $seen = $attachment | Get-EbpfMapValue tasks -Key $child.Id
            $seen.Name, $seen.Parent, $seen.Times | Should -Be sleep, $PID, 2
            ($attachment | Get-EbpfMapValue tasks -Key $PID).Name |
                Should -Be ([IO.File]::ReadAllText('/proc/self/comm').Trim())
        }

        It 'puts out an object for each task at each Receive-EbpfEvent' {
            $attachment = New-EbpfProgram -Type Tracing |
                Add-EbpfCode {
                    [pscustomobject]@{
                        Id = $event.task.tgid; Thread = $event.task.pid; Parent = $event.task.real_parent.tgid
                    }
                } |
                New-IteratorAttachment task
            $parent = (Get-Process -Id $PID).Parent.Id
            foreach ($time in 1..2) {
                $seen = $attachment | Receive-EbpfEvent
                ($seen | Where-Object Thread -eq $PID).Parent | Should -Be $parent
                $seen.Id | Should -Not -Contain 0
            }
        }

        It 'leaves out the last call, which has no object' {
            $attachment = New-EbpfProgram -Type Tracing | Add-EbpfVariable without uint64 |
                Add-EbpfVariable with uint64 |
                Add-EbpfCode { if ($event.task.pid -eq 0) { $without++ } else { $with++ } } |
                New-IteratorAttachment task
            $null = @($attachment.Read())
            $attachment | Get-EbpfMapValue without | Should -Be 0
            $attachment | Get-EbpfMapValue with | Should -BeGreaterThan 1
        }

        It 'iterates over the open files of a process' {
            $attachment = New-EbpfProgram -Name files -Type Tracing |
                Add-EbpfMap files -Type Hash -Key 'char[64]' -Value ([ordered]@{
                    Process = 'uint32'; Number = 'uint32'
                }) -MaxEntries 65536 |
                Add-EbpfCode {
                    if ($event.task.tgid -eq $using:PID) {
                        $files[$event.file.f_path.dentry.d_name.name] = @{ Process = $event.task.tgid;
                            Number = $event.fd }
                    }
                } |
                New-IteratorAttachment task_file
            $path = Join-Path ([IO.Path]::GetTempPath()) "ebpfcat-open-$PID"
            $file = [IO.File]::Create($path)
            try {
                $null = @($attachment.Read())
                $seen = $attachment | Get-EbpfMapValue files -Key "ebpfcat-open-$PID"
                $seen.Process, $seen.Number | Should -Be $PID, $file.SafeFileHandle.DangerousGetHandle()
            }
            finally {
                $file.Dispose()
                Remove-Item $path
            }
        }

        It 'refuses unknown iterators' {
            { New-EbpfProgram -Type Tracing -Code { $x = 1 } | New-IteratorAttachment task_fil } |
                Should -Throw '*iterator*task_fil*task_file*'
            # Functions for other purposes have the same prefix.
            { New-EbpfProgram -Type Tracing -Code { $x = 1 } | New-IteratorAttachment attach_cgroup } |
                Should -Throw '*no iterator*There are: *task, task_file*'
            { Trace-Ebpf -Iterator nonsense { [pscustomobject]@{ Meta = $event.meta } } } |
                Should -Throw '*no iterator*There are: *task, task_file*'
            $names = (TabExpansion2 ($line = 'Trace-Ebpf -Iterator ') $line.Length).CompletionMatches.CompletionText
            $names | Should -Contain task_file
            $names | Should -Not -Contain attach_cgroup
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-IteratorAttachment task } |
                Should -Throw '*-Type Tracing*'
        }
    }
}
