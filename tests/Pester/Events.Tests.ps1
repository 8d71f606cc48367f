# The output of programs, as objects in the pipeline.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force

    # Calls getpgid(2), which nothing else calls, this many times.
    Add-Type -Namespace EbpfCatTests -Name Native -MemberDefinition '
        [DllImport("libc", EntryPoint = "getpgid")] static extern int GetProcessGroup(int id);
        public static void Repeat(int times) { for (int i = 0; i < times; i++) GetProcessGroup(0); }'
    $tracepoint = 'syscalls/sys_enter_getpgid'

    # Listens on a port of the loopback interface, again and again.
    $listening = {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, $args[0])
        $listener.Start()
        $listener.Stop()
    }

    # Repeats the call on another thread while a script runs.
    function Invoke-Busy([scriptblock] $Action, [int] $Times = 1, [int] $Pause = 1) {
        $stop = [Threading.CancellationTokenSource]::new()
        $begun = [Threading.ManualResetEventSlim]::new()
        $job = Start-ThreadJob {
            $times, $pause, $token, $begun = $args
            while (-not $token.IsCancellationRequested) {
                [EbpfCatTests.Native]::Repeat($times)
                $begun.Set()
                [Threading.Thread]::Sleep($pause)
            }
        } -ArgumentList $Times, $Pause, $stop.Token, $begun
        try {
            # An emulated processor takes seconds to start the thread.
            $null = $begun.Wait(120000)
            & $Action
        }
        finally {
            $stop.Cancel()
            $job | Wait-Job | Remove-Job
        }
    }

    # The programs of this name in the kernel, and their attachments. The kernel frees a program a moment after its file
    # is closed.
    function Get-Left([string] $Name) {
        foreach ($try in 1..100) {
            $left = @(Get-EbpfProgram "$Name*") + @(Get-EbpfAttachment | Where-Object { $_.Program.Name -eq $Name })
            if (-not $left) { return }
            Start-Sleep -Milliseconds 50
        }
        $left
    }

    # Waits until the kernel has a program of this name.
    function Wait-Program([string] $Name) {
        foreach ($try in 1..300) {
            if (Get-EbpfProgram "$Name*") { return }
            Start-Sleep -Milliseconds 100
        }
        throw "The program '$Name' is not there."
    }

    function New-Watch([string] $Name, [hashtable] $With = @{}) {
        New-EbpfProgram $Name -Type Tracepoint @With -Code {
            if ($process.Id -eq $using:PID) {
                [pscustomobject]@{
                    Id = $process.Id; Thread = $process.ThreadId; Name = $process.Name; Which = $event.pid
                }
            }
        }
    }
}

Describe 'Trace-Ebpf' {
    It 'gives objects with the property order and types of the script' {
        $one = Invoke-Busy {
            Trace-Ebpf -Tracepoint $tracepoint -ProcessId $PID -First 1 {
                [pscustomobject]@{
                    Pid = $process.Id; Name = $process.Name; When = [datetime]$kernel.Time; Took = [timespan]1500
                    Ready = $true; Share = 1 / 4; From = [ipaddress]'10.0.0.1'; Which = $event.pid; Long = $kernel.Time
                }
            }
        }
        $one.psobject.Properties.Name | Should -Be Pid, Name, When, Took, Ready, Share, From, Which, Long
        $one.psobject.Properties.TypeNameOfValue |
            Should -Be System.UInt32, System.String, System.DateTime, System.TimeSpan,
            System.Boolean, System.Double, System.Net.IPAddress, System.Int32, System.UInt64
        $one.Pid | Should -Be $PID
        $one.Name | Should -Not -BeNullOrEmpty
        [Math]::Abs(((Get-Date) - $one.When).TotalSeconds) | Should -BeLessThan 30
        $one.When.Kind | Should -Be Local
        $one.Took | Should -Be ([timespan]::FromMicroseconds(1.5))
        $one.Ready, $one.Share, "$($one.From)", $one.Which | Should -Be $true, 0.25, '10.0.0.1', 0
        $one | Should -BeOfType EbpfCat.Events.EventObject
        "$one" | Should -BeLike "@{Pid=$PID; Name=*; Long=$($one.Long)}"
    }

    It 'gives enumeration values by name, and socket addresses' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $one = Invoke-While $listening $port {
            Trace-Ebpf -Tracepoint sock/inet_sock_set_state -ProcessId $PID -First 1 -Timeout 120 {
                if ($event.newstate -eq 'TCP_LISTEN') {
                    [pscustomobject]@{ State = $event.newstate; Address = $event.saddr; Port = $event.sport }
                }
            }
        }
        $one.State, $one.Address, $one.Port | Should -Be TCP_LISTEN, ([ipaddress]::Loopback), $port
    }

    It 'gives structs as objects and stacks as functions' {
        # Some kernels (5.10, 6.1) have no stack at the entry of a system call.
        $one = Invoke-While $listening 0 {
            Trace-Ebpf -Tracepoint sock/inet_sock_set_state -ProcessId $PID -First 1 -Timeout 120 {
                if ($event.newstate -eq 'TCP_LISTEN') {
                    [pscustomobject]@{ Kernel = $kernel.Stack; User = $kernel.UserStack }
                }
            }
        }
        $one.Kernel.Frames.Symbol | Should -Contain do_syscall_64
        $one.User.ProcessId | Should -Be $PID
        $one.User.Frames.Count | Should -BeGreaterThan 0
    }

    It 'attaches to several hooks, each with the fields that its condition guards' {
        $given = Invoke-Busy {
            Trace-Ebpf -Tracepoint $tracepoint, syscalls/sys_exit_getpgid -ProcessId $PID -First 400 {
                if ($event.Hook -eq 'sys_enter_getpgid' -and $event.pid -eq 0) {
                    [pscustomobject]@{ Hook = $event.Hook; Thread = $process.ThreadId; Which = $event.pid }
                }
                elseif ($event.Hook -eq 'sys_exit_getpgid') {
                    [pscustomobject]@{ Hook = $event.Hook; Thread = $process.ThreadId; Group = $return }
                }
            }
        }
        $given.Count | Should -Be 400
        # The first hook has events before the second is attached.
        $given = $given[[array]::IndexOf($given.Hook, 'sys_exit_getpgid')..399]
        # One buffer keeps the order: each thread enters and leaves in turn.
        foreach ($thread in $given | Group-Object Thread) {
            $hooks = $thread.Group.Hook
            for ($i = 1; $i -lt $hooks.Count; $i++) { $hooks[$i] | Should -Not -Be $hooks[$i - 1] }
        }
        ($given | Where-Object Hook -EQ sys_exit_getpgid)[0].Group | Should -BeGreaterThan 0
        Get-EbpfAttachment | Should -BeNullOrEmpty
    }

    It 'attaches to hooks of different kinds with scripts of their own, which share a map' {
        $program = New-EbpfProgram traceseveral -Type Tracepoint |
            Add-EbpfMap asked -Type Hash -Key uint32 -Value int32 -MaxEntries 1000
        $given = Invoke-Busy {
            $program | Trace-Ebpf -ProcessId $PID -First 3 -On @(
                @{ Uprobe = 'libc.so.6:getpgid'; Code = { $asked[$process.ThreadId] = 5 } }
                @{
                    Name = 'end'; Tracepoint = 'syscalls/sys_exit_getpgid'
                    Code = { if ($process.ThreadId -in $asked) {
                        [pscustomobject]@{ Hook = $event.Hook; Asked = $asked[$process.ThreadId] } } }
                })
        }
        $given.Hook | Should -Be end, end, end
        $given.Asked | Should -Be 5, 5, 5
        Get-Left traceseveral | Should -BeNullOrEmpty
    }

    It 'attaches to all tracepoints that a pattern matches' {
        $given = Invoke-Busy {
            Trace-Ebpf -Tracepoint 'syscalls/sys_*_getpgi[d]' -ProcessId $PID -First 400 {
                switch ($event.Hook) {
                    'sys_enter_getpgid' { [pscustomobject]@{ Kind = 'begin'; Which = $event.pid }; break }
                    default { [pscustomobject]@{ Kind = $event.Hook -like '*exit*' ? 'end' : 'other' } }
                }
            }
        }
        $given.Kind | Sort-Object -Unique | Should -Be begin, end
    }

    It 'names hooks of the same name by kind and target' {
        $given = Invoke-Busy {
            $hooks = @{ Uprobe = 'libc.so.6:getpgid'; Uretprobe = 'libc.so.6:getpgid' }
            Trace-Ebpf -On $hooks -ProcessId $PID -First 400 {
                [pscustomobject]@{ Hook = $event.Hook }
            }
        }
        $given.Hook | Sort-Object -Unique | Should -Be Uprobe:libc.so.6:getpgid, Uretprobe:libc.so.6:getpgid
    }

    It 'takes the name of the hook as a key that is a text' {
        $program = New-EbpfProgram tracekeys -Type Tracepoint |
            Add-EbpfMap counts -Type Hash -Key 'char[32]' -Value uint64 -MaxEntries 8
        $given = Invoke-Busy {
            $program | Trace-Ebpf -Tracepoint 'syscalls/sys_*_getpgid' -ProcessId $PID -First 400 {
                $counts[$event.Hook]++
                [pscustomobject]@{ Enter = $counts['sys_enter_getpgid']; Exit = $counts['sys_exit_getpgid'] }
            }
        }
        $given[-1].Enter, $given[-1].Exit | Should -BeGreaterThan 1
        $program = New-EbpfProgram -Type Tracepoint |
            Add-EbpfMap counts -Type Hash -Key function -Value uint64 -MaxEntries 8
        { $program | Trace-Ebpf -Tracepoint 'syscalls/sys_*_getpgid' { $counts[$event.Hook]++ } } |
            Should -Throw '*A name, such as that of a hook, is a text.*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'the name of no hook'; Id = 'UnknownValueName'; Says = "*No hook of this trace is called*"
            With = @{ Tracepoint = 'sched/sched_switch', 'sched/sched_waking' }
            Code = { if ($event.Hook -eq 'sched_wakeing') { [pscustomobject]@{ A = 1 } } } }
        @{ Name = 'a field that one of the hooks lacks'; Id = 'UnknownField'; Says = '*sched_process_exit*'
            With = @{ Tracepoint = 'sched/sched_process_exec', 'sched/sched_process_exit' }
            Code = { [pscustomobject]@{ A = $event.filename } } }
        @{ Name = 'Write-Output'; Id = 'UnsupportedCommand'; Says = '*Put out an object*'
            With = @{ Tracepoint = 'sched/sched_switch' }; Code = { Write-Output $process.Id } }
        @{ Name = 'a result at the entry of a system call'; Id = 'NotAvailable'; Says = '*syscalls/sys_exit_getpgid.*'
            With = @{ Tracepoint = 'syscalls/sys_enter_getpgid' }; Code = { [pscustomobject]@{ A = $return } } }
        @{ Name = 'a pattern that matches nothing'; Id = 'UnknownName'; Says = "*'nix/*'*"
            With = @{ Tracepoint = 'nix/*' }; Code = { [pscustomobject]@{ A = 1 } } }
        @{ Name = 'a hook without a target'; Id = 'InvalidArgument'; Says = '*one of Tracepoint*'
            With = @{ On = @{ Name = 'x' } }; Code = { [pscustomobject]@{ A = 1 } } }
        @{ Name = 'an iterator beside another hook'; Id = 'InvalidArgument'; Says = '*two commands*'
            With = @{ On = @{ Iterator = 'task' }, @{ Tracepoint = 'sched/sched_switch' } }
            Code = { [pscustomobject]@{ A = 1 } } }
    ) {
        $failure = { Trace-Ebpf @With $Code } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be "$Id,EbpfCat.Commands.TraceEbpfCommand"
        "$failure" | Should -BeLike $Says
    }

    It 'ends when the pipeline stops, and leaves nothing attached' {
        $some = Invoke-Busy { New-Watch tracefirst | Trace-Ebpf -Tracepoint $tracepoint | Select-Object -First 3 }
        $some.Count | Should -Be 3
        Get-Left tracefirst | Should -BeNullOrEmpty
    }

    It 'ends after -First, and leaves nothing attached' {
        $some = Invoke-Busy { New-Watch tracecount | Trace-Ebpf -Tracepoint $tracepoint -First 5 } -Times 20
        $some.Count | Should -Be 5
        Get-Left tracecount | Should -BeNullOrEmpty
    }

    It 'ends after -Timeout: <_>' -ForEach 0.3, ([timespan]::FromSeconds(0.3)) {
        $limit = $_
        $clock = [Diagnostics.Stopwatch]::StartNew()
        New-Watch tracetime | Trace-Ebpf -Tracepoint $tracepoint -Timeout $limit | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.3
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 20
        Get-Left tracetime | Should -BeNullOrEmpty
    }

    It 'returns at once with a job, which stops and detaches as jobs do' {
        Invoke-Busy {
            $job = New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -AsJob
            $job.State | Should -Be Running
            while (-not $job.HasMoreData) { Start-Sleep -Milliseconds 20 }
            ($job | Receive-Job)[0].Id | Should -Be $PID
            $job | Stop-Job
            $job.State | Should -Be Stopped
            Get-EbpfAttachment | Should -BeNullOrEmpty
            $job | Remove-Job
            Get-Left tracejob | Should -BeNullOrEmpty
            New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -AsJob | Remove-Job -Force
            Get-Left tracejob | Should -BeNullOrEmpty
        }
    }

    It 'ends a job after -First, and runs -Action in it' {
        $seen = [Collections.Concurrent.ConcurrentQueue[object]]::new()
        $job = Invoke-Busy {
            New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -First 3 -AsJob -Action {
                ($using:seen).Enqueue($_.Id)
                $number++
                "event $number"
            } | Wait-Job
        }
        $job.State | Should -Be Completed
        $job | Receive-Job | Should -Be 'event 1', 'event 2', 'event 3'
        $seen | Should -Be $PID, $PID, $PID
        $job | Remove-Job
        Get-Left tracejob | Should -BeNullOrEmpty
    }

    It 'fails a job whose -Action fails, and detaches' {
        $job = Invoke-Busy {
            New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -AsJob -Action { throw 'no more' } | Wait-Job
        }
        $job.State | Should -Be Failed
        Get-Left tracejob | Should -BeNullOrEmpty
        { $job | Receive-Job -ErrorAction Stop } | Should -Throw '*no more*'
        $job | Remove-Job
    }

    It 'stops a job whose -Action waits' {
        $job = Invoke-Busy {
            $job = New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -AsJob -Action { 'begun'; Start-Sleep 1000 }
            Start-Sleep 1
            $job
        }
        $job | Stop-Job
        $job.State | Should -Be Stopped
        $job | Remove-Job
        Get-Left tracejob | Should -BeNullOrEmpty
    }

    It 'refuses a variable in -Action that the session has not, and leaves nothing attached' {
        $failure = { New-Watch tracejob | Trace-Ebpf -Tracepoint $tracepoint -AsJob -Action { $using:nowhere } } |
            Should -Throw -PassThru
        "$failure" | Should -BeLike '*no variable $nowhere*'
        Get-Left tracejob | Should -BeNullOrEmpty
    }

    It 'refuses the time limit <_>' -ForEach -1, -0.5, ([timespan]::FromSeconds(-1)) {
        $limit = $_
        $failure = { New-Watch tracetime | Trace-Ebpf -Tracepoint $tracepoint -Timeout $limit } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        "$failure" | Should -BeLike '*no time limit*'
    }

    It 'runs -Action for each event in the scope of the caller, and passes its output on' {
        $seen = @()
        $given = Invoke-Busy { New-Watch traceaction |
            Trace-Ebpf -Tracepoint $tracepoint -First 3 -Action { "of $($_.Id)" } }
        $given | Should -Be "of $PID", "of $PID", "of $PID"
        $seen = [Collections.Generic.List[object]]::new()
        Invoke-Busy { New-Watch traceaction |
            Trace-Ebpf -Tracepoint $tracepoint -First 2 -Action { $seen.Add($_.Which) } } | Should -BeNullOrEmpty
        $seen | Should -Be 0, 0
    }

    It 'leaves nothing attached when -Action fails' {
        { Invoke-Busy { New-Watch tracefail | Trace-Ebpf -Tracepoint $tracepoint -Action { throw 'no more' } } } |
            Should -Throw 'no more'
        Get-Left tracefail | Should -BeNullOrEmpty
    }

    It 'ends at once when stopped, and leaves nothing attached' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("
                Import-Module '$env:EBPFCAT_MODULE'
                New-EbpfProgram tracestop -Type Tracepoint -Code { [pscustomobject]@{ Id = `$process.Id } } |
                    Trace-Ebpf -Tracepoint $tracepoint -ProcessId 2")
            $running = $shell.BeginInvoke()
            Wait-Program tracestop
            Start-Sleep -Milliseconds 200
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            { $shell.EndInvoke($running) } | Should -Throw
            Get-Left tracestop | Should -BeNullOrEmpty
        }
        finally { $shell.Dispose() }
    }

    It 'leaves nothing attached when its process is killed' {
        $script = "Import-Module '$env:EBPFCAT_MODULE'
            New-EbpfProgram tracekill -Type Tracepoint -Code { [pscustomobject]@{ Id = `$process.Id } } |
                Trace-Ebpf -Tracepoint $tracepoint"
        $child = Start-PowerShell $script
        try {
            Wait-Program tracekill
        }
        finally {
            $child.Kill()
            $child.WaitForExit()
        }
        Get-Left tracekill | Should -BeNullOrEmpty
    }

    It 'traces one process with -ProcessId' {
        # A shell that runs one child after another; this process makes system calls all the time as well.
        $child = Start-Process sh '-c', '"while sleep 0.05; do :; done"' -PassThru
        try {
            $seen = Invoke-Busy {
                Trace-Ebpf -Tracepoint raw_syscalls/sys_enter -ProcessId $child.Id -First 20 -Timeout 120 {
                    [pscustomobject]@{ Id = $process.Id }
                }
            }
            $seen.Count | Should -Be 20
            $seen.Id | Sort-Object -Unique | Should -Be $child.Id
        }
        finally { $child.Kill() }
    }

    It 'traces a raw tracepoint with named arguments' {
        $one = Trace-Ebpf -RawTracepoint sched_switch -First 1 -Timeout 120 {
            [pscustomobject]@{ From = $event.prev.comm; To = $event.next.pid }
        }
        $one.From | Should -BeOfType string
        $one.psobject.Properties['To'].TypeNameOfValue | Should -Be System.Int32
    }

    It 'traces a library function, given as path:function or by -Path' {
        $limits = @{ ProcessId = $PID; First = 1; Timeout = 120 }
        $one = Invoke-Busy {
            Trace-Ebpf -Uprobe libc.so.6:getpgid @limits { [pscustomobject]@{ Which = [int]$event.arg0 } }
        }
        $one.Which | Should -Be 0
        $group = (Get-CLibrary)::getpgid(0)
        $back = Invoke-Busy {
            Trace-Ebpf -Uretprobe libc.so.6:getpgid @limits { [pscustomobject]@{ Group = $return } }
        }
        $same = Invoke-Busy {
            Trace-Ebpf -Path libc.so.6 -Function getpgid -Return @limits { [pscustomobject]@{ Group = $return } }
        }
        $back.Group, $same.Group | Should -Be $group, $group
    }

    It 'takes samples' {
        $one = Trace-Ebpf -Frequency 99 -First 1 -Timeout 120 {
            [pscustomobject]@{ Name = $process.Name; Cpu = $kernel.Cpu }
        }
        $one.Cpu | Should -BeLessThan ([Environment]::ProcessorCount)
        $one = Trace-Ebpf -PerfEvent ContextSwitches -First 1 -Timeout 120 { [pscustomobject]@{ Id = $process.Id } }
        $one | Should -Not -BeNullOrEmpty
    }

    It 'iterates over the tasks of the kernel once' {
        $tasks = Trace-Ebpf -Iterator task {
            if ($event.task) {
                [pscustomobject]@{ Id = $event.task.tgid; Thread = $event.task.pid; Name = $event.task.comm }
            }
        }
        ($tasks | Where-Object Id -EQ $PID).Count | Should -BeGreaterThan 1
        ($tasks | Where-Object { $_.Thread -eq $PID }).Name | Should -Be (Get-Content /proc/$PID/comm)
    }

    It 'delivers through <_>, and reports lost events' -ForEach RingBuffer, PerfEventArray {
        $buffer = $_
        $program = New-EbpfProgram traceloss -Type Tracepoint -Buffer $buffer -BufferSize 4096 |
            Add-EbpfVariable seen uint64 |
            Add-EbpfCode {
                if ($process.Id -eq $using:PID) {
                    $seen++
                    [pscustomobject]@{ Number = $seen; Name = $process.Name }
                }
            }
        # More events at once than the buffer holds.
        $events = Invoke-Busy -Times 2000 -Pause 20 {
            $program | Trace-Ebpf -Tracepoint $tracepoint -First 400 -Timeout 120 `
                -WarningVariable script:warnings -WarningAction SilentlyContinue
        }
        $events.Count | Should -Be 400
        $events[0].Number | Should -Be 1
        $lost = ($warnings | ForEach-Object { [long]("$_" -split ' ')[0] } | Measure-Object -Sum).Sum
        $lost | Should -BeGreaterThan 0
        # The number of the last event counts all events before it, delivered or lost.
        $last = ($events.Number | Measure-Object -Maximum).Maximum
        $events.Count + $lost | Should -BeGreaterOrEqual $last
    }

    It 'keeps the order of a perf event array on one processor' {
        $program = New-EbpfProgram traceorder -Type Tracepoint | Add-EbpfVariable seen uint64 |
            Add-EbpfCode {
                if ($process.Id -eq $using:PID) {
                    $seen++
                    [pscustomobject]@{ Number = $seen; Cpu = $kernel.Cpu; Text = 'text'; Flag = $true }
                }
            }
        $events = Invoke-Busy -Times 5 { $program |
            Trace-Ebpf -Tracepoint $tracepoint -Buffer PerfEventArray -First 50 }
        foreach ($processor in $events | Group-Object Cpu) {
            $processor.Group.Number | Should -Be ($processor.Group.Number | Sort-Object)
        }
        $events[0].Text, $events[0].Flag | Should -Be text, $true
    }

    It 'attaches nothing with -WhatIf' {
        New-Watch tracewhatif | Trace-Ebpf -Tracepoint $tracepoint -WhatIf | Should -BeNullOrEmpty
    }

    It 'reports the place of an error in a script' {
        $failure = { Trace-Ebpf -Tracepoint $tracepoint { [pscustomobject]@{ Which = $event.pidd } } } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownField,*'
        "$failure" | Should -BeLike "$($PSCommandPath):*pidd*Did you mean pid*"
        $failure.InvocationInfo.Line | Should -BeLike '*pidd*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an unknown tracepoint'; With = @{ Tracepoint = 'syscalls/sys_enter_opennat' }; Id = 'UnknownName';
            Says = '*sys_enter_openat*' }
        @{ Name = 'an unknown function'; With = @{ Uprobe = 'libc.so.6:getpgidd' }; Id = 'UnknownName';
            Says = '*getpgid*' }
        @{ Name = 'an unknown library'; With = @{ Uprobe = 'libcc.so.6:getpgid' }; Id = 'UnknownName';
            Says = '*libc.so.6*' }
        @{ Name = 'a function without a path'; With = @{ Uprobe = 'getpgid' }; Id = 'InvalidArgument';
            Says = '*path:function*' }
    ) {
        $failure = { Trace-Ebpf @With { [pscustomobject]@{ Id = $process.Id } } } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$failure" | Should -BeLike $Says
    }

    It 'refuses a script without output, and a missing script' {
        (({ Trace-Ebpf -Tracepoint $tracepoint { $x = 1 } } | Should -Throw -PassThru).FullyQualifiedErrorId) |
            Should -BeLike 'NoOutput,*'
        (({ Trace-Ebpf -Tracepoint $tracepoint } | Should -Throw -PassThru).FullyQualifiedErrorId) |
            Should -BeLike 'InvalidArgument,*'
    }
}

Describe 'Receive-EbpfEvent' {
    BeforeAll {
        # An XDP program that puts out this many objects when it runs, without being attached.
        function New-Burst([string] $Name, [int] $Size = 0) {
            $with = $Size ? @{ BufferSize = $Size } : @{}
            New-EbpfProgram $Name -Type Xdp @with | Add-EbpfVariable seen uint64 | Add-EbpfCode {
                foreach ($i in 1..100) { $seen++; [pscustomobject]@{ Number = $seen; Turn = $i; Cpu = $kernel.Cpu } }
                'Pass'
            } | Import-EbpfProgram
        }
    }

    It 'receives the output of several loaded programs' {
        $first, $second = (New-Burst first), (New-Burst second)
        try {
            $null = $first, $second | Invoke-EbpfProgram ([byte[]]::new(64))
            $events = $first, $second | Receive-EbpfEvent -First 200 -Timeout 20
            $events.Count | Should -Be 200
            $events[0..99].Number | Should -Be (1..100)
            # -Timeout 0 gives what is there, and no more.
            $null = $second | Invoke-EbpfProgram ([byte[]]::new(64))
            $rest = $first, $second | Receive-EbpfEvent -Timeout 0
            $rest.Number | Should -Be (101..200)
        }
        finally { $first, $second | ForEach-Object Dispose }
    }

    It 'leaves events beyond -First in the buffer' {
        $program = New-Burst rest
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64))
            ($program | Receive-EbpfEvent -First 10).Number | Should -Be (1..10)
            ($program | Receive-EbpfEvent -Timeout 0).Number | Should -Be (11..100)
        }
        finally { $program.Dispose() }
    }

    It 'warns with the number of lost events, each counted once' {
        $program = New-Burst lost -Size 4096
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64)) -Repeat 10
            $events = $program | Receive-EbpfEvent -Timeout 0 -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings.Count | Should -Be 1
            "$warnings" | Should -BeLike "$(1000 - $events.Count) events were lost*"
            $program | Get-EbpfMapValue seen | Should -Be 1000
            $program | Receive-EbpfEvent -Timeout 0 -WarningVariable warnings | Should -BeNullOrEmpty
            $warnings | Should -BeNullOrEmpty
        }
        finally { $program.Dispose() }
    }

    It 'uses no more memory for more events' {
        $program = New-Burst flat
        try {
            $bytes = [byte[]]::new(64)
            $read = {
                foreach ($time in 1..$args[0]) {
                    $null = $program | Invoke-EbpfProgram $bytes -Repeat 20
                    $program | Receive-EbpfEvent -Timeout 0 | ForEach-Object { $script:delivered++ }
                }
                [GC]::Collect()
                [GC]::GetTotalMemory($true)
            }
            $script:delivered = 0
            $before = & $read 5
            $after = & $read 100
            $delivered | Should -Be 210000
            $after - $before | Should -BeLessThan 4MB
        }
        finally { $program.Dispose() }
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a definition'; Given = { New-EbpfProgram -Type Xdp -Code { [pscustomobject]@{ A = 1 } } };
            Says = '*Trace-Ebpf*' }
        @{ Name = 'a program without output'; Says = '*puts out nothing*pscustomobject*'
            Given = { New-EbpfProgram -Type Xdp -Code { 'Pass' } | Import-EbpfProgram } }
        @{ Name = 'what is no program'; Given = { 7 }; Says = '*no program*' }
    ) {
        $one = & $Given
        try { { $one | Receive-EbpfEvent } | Should -Throw $Says }
        finally { if ($one -is [IDisposable]) { $one.Dispose() } }
    }
}
