# Traces and attachments of processes that parameters name.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1 -Force

    function Get-Children([Diagnostics.Process] $Process) {
        (Get-Content "/proc/$($Process.Id)/task/$($Process.Id)/children") -split ' ' -ne '' | ForEach-Object {
            Get-Process -Id $_
        }
    }

    # A shell with a child that sends signal 0 to a process that does not exist.
    function Start-Sender([int] $Number) {
        $script = "(while :; do kill -0 $Number; sleep 0.02; done) 2>/dev/null"
        $shell = Start-Process sh -ArgumentList '-c', """$script; :""" -PassThru
        while (-not (Get-Children $shell)) { Start-Sleep -Milliseconds 10 }
        $shell
    }

    function Stop-Sender([Diagnostics.Process[]] $Shell) {
        foreach ($one in $Shell) { $one.Kill($true) }
    }
}

Describe 'A trace of some processes' {
    BeforeAll {
        $own, $other = (Start-Sender 999999993), (Start-Sender 999999994)
        $limits = @{ First = 5; Timeout = 20 }
    }

    AfterAll { Stop-Sender $own, $other }

    It 'follows a tree of processes' {
        $seen = Trace-Syscall kill -ProcessTree $own.Id @limits
        $seen | Should -HaveCount 5
        $seen.pid | Sort-Object -Unique | Should -Be 999999993
    }

    It 'takes processes from the pipeline, all in one trace' {
        $seen = $own, $other | ForEach-Object { Get-Children $_ } | Trace-Syscall kill -First 100 -Timeout 20
        $seen | Should -HaveCount 100
        $seen.pid | Sort-Object -Unique | Should -Be 999999993, 999999994
    }

    It 'selects processes at several hooks of one trace' {
        $code = { [pscustomobject]@{ Hook = $event.Hook; Number = $event.pid } }
        $hooks = 'syscalls/sys_enter_kill', 'syscalls/sys_enter_tgkill'
        $seen = Trace-Ebpf $code -Tracepoint $hooks -ProcessTree $own.Id @limits
        $seen | Should -HaveCount 5
        $seen.Number | Sort-Object -Unique | Should -Be 999999993
        $seen = Get-Children $other | Trace-Ebpf $code -Tracepoint $hooks @limits
        $seen.Number | Sort-Object -Unique | Should -Be 999999994
    }

    It 'is refused for iterators, which run in the session' {
        { Trace-Ebpf { [pscustomobject]@{ A = 1 } } -Iterator task -ProcessName sh } | Should -Throw '*iterator*'
    }

    It 'traces nothing for an empty pipeline' {
        Get-Process -Name no-such-process -ErrorAction Ignore | Trace-Syscall kill | Should -BeNullOrEmpty
    }

    It 'needs every parameter to match' {
        Trace-Syscall kill -ProcessTree $own.Id -UserName nobody -First 1 -Timeout 1 | Should -BeNullOrEmpty
    }

    It 'refuses names that do not exist, with the nearest' {
        { Trace-Syscall kill -UserName nobdy } | Should -Throw '*nobody*' -ErrorId 'UnknownName*'
        { Trace-Syscall kill -Service no-such-service } | Should -Throw '*no service*' -ErrorId 'UnknownName*'
        { Trace-Syscall kill -Container no-such-container } | Should -Throw '*no container*' -ErrorId 'UnknownName*'
        { Trace-Syscall kill -ProcessTree 4000001 } | Should -Throw '*4000001*' -ErrorId 'UnknownName*'
    }

    It 'completes names' {
        (TabExpansion2 'Trace-Syscall kill -UserName nob').CompletionMatches.CompletionText | Should -Be nobody
        (TabExpansion2 'Trace-Syscall kill -ProcessName slee').CompletionMatches.CompletionText | Should -Be sleep
        (TabExpansion2 'New-LsmAttachment -Ser').CompletionMatches.CompletionText | Should -Be '-Service'
    }
}

Describe 'An attachment for some processes' {
    BeforeAll {
        $own, $other = (Start-Sender 999999995), (Start-Sender 999999996)
        function New-Count {
            New-EbpfProgram -Type Tracepoint | Add-EbpfMap seen -Type Hash -Key uint32 -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { $seen[$event.pid] += 1 }
        }
    }

    AfterAll { Stop-Sender $own, $other }

    It 'runs for a tree of processes as long as it is attached' {
        $attachment = New-Count | New-TracepointAttachment syscalls/sys_enter_kill -ProcessTree $own.Id
        try {
            foreach ($try in 1..200) {
                if ($attachment | Get-EbpfMapValue seen) { break }
                Start-Sleep -Milliseconds 20
            }
            ($attachment | Get-EbpfMapValue seen).Key | Should -Be 999999995
            Get-EbpfAttachment | Where-Object Target -like 'sched/sched_process_*' | Should -BeNullOrEmpty
        }
        finally { $attachment | Remove-EbpfAttachment }
        Get-EbpfAttachment -All | Where-Object Target -like 'sched/sched_process_*' | Should -BeNullOrEmpty
    }

    It 'is refused for a loaded program' {
        $program = New-Count | ForEach-Object { $_.Target = 'syscalls/sys_enter_kill'; $_ } | Import-EbpfProgram
        try {
            { $program | New-TracepointAttachment syscalls/sys_enter_kill -ProcessTree $PID } |
                Should -Throw '*loaded already*'
        }
        finally { $program.Dispose() }
    }

    It 'is refused for a tree and a pin' {
        { New-Count | New-TracepointAttachment syscalls/sys_enter_kill -ProcessTree $PID -Pin tree } |
            Should -Throw '*outlasts*'
    }
}
