# A kernel in lockdown mode 'confidentiality': refusals name that cause, and the rest works. tests/Kernels boots such
# kernels; on others there is nothing to test.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    $isLockedDown = (Get-Content /sys/kernel/security/lockdown -ErrorAction Ignore) -match '\[confidentiality\]'
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $calls = Get-CLibrary

    function New-Empty([string] $Type) { New-EbpfProgram -Type $Type -Code { $x = 1 } }
}

Describe 'A kernel that is locked down' -Tag Lockdown -Skip:(-not $isLockedDown) {
    AfterEach { Get-EbpfAttachment | Remove-EbpfAttachment }

    It 'refuses <Name> and names lockdown as the cause' -ForEach @(
        @{ Name = 'a kprobe'; Script = { New-Empty Kprobe | New-KprobeAttachment tcp_v4_connect } }
        @{ Name = 'a kretprobe'; Script = { New-Empty Kprobe | New-KprobeAttachment tcp_v4_connect -Return } }
        @{ Name = 'a tracepoint'; Script = { New-Empty Tracepoint | New-TracepointAttachment sched/sched_switch } }
        @{ Name = 'a tracepoint without its category';
            Script = { New-Empty Tracepoint | New-TracepointAttachment sched_switch } }
        @{ Name = 'a trace'; Script = {
                Trace-Ebpf -Tracepoint syscalls/sys_enter_openat -Timeout 1 { [pscustomobject]@{ Id = $process.Id } }
            } }
        @{ Name = 'a trace of system calls'; Script = { Trace-Syscall openat -Timeout 1 } }
        @{ Name = 'the trace log'; Script = { Get-EbpfTraceLog -Timeout 0 } }
        @{ Name = 'a kernel pointer'; Script = {
                New-EbpfProgram -Type Kprobe -Target tcp_v4_connect -Code { $x = $event.sk.__sk_common.skc_family } |
                    Import-EbpfProgram
            } }
        @{ Name = 'a text in kernel memory'; Script = {
                New-EbpfProgram -Type Tracing -Target sched_process_exec -Hook RawTracepoint |
                    Add-EbpfCode { $x = $event.bprm.filename } | Import-EbpfProgram
            } }
    ) {
        $failure = Get-Refusal $Script
        "$failure" | Should -BeLike "*kernel lockdown is in mode 'confidentiality'*not lifted*"
        "$failure" | Should -Not -BeLike '*lacks*'
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
        $failure.Exception.Lockdown | Should -Be Confidentiality
    }

    It 'is distinguished from missing capabilities' -Skip:(-not (Get-Command setpriv -ErrorAction Ignore)) {
        $code = "Import-Module '$env:EBPFCAT_MODULE'
            try { New-EbpfProgram -Type Kprobe -Code { `$x = 1 } | New-KprobeAttachment tcp_v4_connect }
            catch { `"`$_`" }"
        $output = Invoke-PowerShell $code setpriv, '--inh-caps=-all', '--bounding-set=-all'
        "$output" | Should -BeLike '*lacks*CAP_BPF*'
        "$output" | Should -Not -BeLike '*lockdown*'
    }

    It 'runs programs on packets' {
        $program = New-EbpfProgram -Type Xdp -Code { if ($packet.Udp) { 'Drop' } else { 'Pass' } } | Import-EbpfProgram
        try { ($program | Invoke-EbpfProgram (New-Packet)).Verdict | Should -Be Drop }
        finally { $program.Dispose() }
    }

    It 'runs programs at raw tracepoints' {
        $attachment = New-EbpfProgram -Type RawTracepoint | Add-EbpfVariable n uint64 |
            Add-EbpfCode { if ($process.Id -eq $using:PID -and $event.arg1 -eq 121) { $n++ } } |
            New-RawTracepointAttachment sys_enter
        1..3 | ForEach-Object { $null = $calls::getpgid(0) }
        $attachment | Get-EbpfMapValue n | Should -Be 3
    }

    It 'follows typed kernel pointers' {
        $attachment = New-EbpfProgram -Type Tracing |
            Add-EbpfMap children -Type Hash -Key uint32 -Value uint32 -MaxEntries 64 |
            Add-EbpfCode {
                if ($event.parent.tgid -eq $using:PID) { $children[$event.child.tgid] = $event.child.real_parent.tgid }
            } |
            New-RawTracepointAttachment sched_process_fork
        $child = Start-Process true -PassThru
        $child.WaitForExit()
        $attachment | Get-EbpfMapValue children -Key $child.Id | Should -Be $PID
    }

    It 'runs uprobes, which read process memory' {
        $attachment = New-EbpfProgram -Type Kprobe |
            Add-EbpfMap texts -Type Hash -Key 'char[16]' -Value uint64 -MaxEntries 64 |
            Add-EbpfCode { $texts[[string]$event.arg0] += 1 } | New-UprobeAttachment libc a64l -ProcessId $PID
        $null = $calls::a64l('zz.b')
        $attachment | Get-EbpfMapValue texts -Key zz.b | Should -Be 1
    }

    It 'takes samples' {
        $attachment = New-EbpfProgram -Type PerfEvent | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ } |
            New-PerfEventAttachment ContextSwitches -Period 1 -ProcessId $PID
        1..10 | ForEach-Object { Start-Sleep -Milliseconds 20 }
        $attachment | Get-EbpfMapValue n | Should -BeGreaterOrEqual 5
    }
}
