# What programs put out, as objects in the pipeline.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force

    # A system call that nobody makes by chance: getpgid(2) of this process, so many times.
    Add-Type -Namespace EbpfCatTests -Name Native -MemberDefinition '
        [DllImport("libc", EntryPoint = "getpgid")] static extern int GetProcessGroup(int id);
        public static void Repeat(int times) { for (int i = 0; i < times; i++) GetProcessGroup(0); }'
    $tracepoint = 'syscalls/sys_enter_getpgid'

    # Listens at a port of the loopback interface, once and again.
    $listening = {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, $args[0])
        $listener.Start()
        $listener.Stop()
    }

    # Makes the call again and again on a thread of its own, while something else runs.
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
            # To start the thread takes an emulated processor seconds.
            $null = $begun.Wait(120000)
            & $Action
        }
        finally {
            $stop.Cancel()
            $job | Wait-Job | Remove-Job
        }
    }

    # The programs of this name in the kernel, and their attachments: nothing must be left of a trace. The kernel frees a
    # program a moment after it was closed.
    function Get-Left([string] $Name) {
        foreach ($try in 1..100) {
            $left = @(Get-EbpfProgram "$Name*") + @(Get-EbpfAttachment | Where-Object { $_.Program.Name -eq $Name })
            if (-not $left) { return }
            Start-Sleep -Milliseconds 50
        }
        $left
    }

    # Waits until a program of this name is in the kernel.
    function Wait-Program([string] $Name) {
        foreach ($try in 1..300) {
            if (Get-EbpfProgram "$Name*") { return }
            Start-Sleep -Milliseconds 100
        }
        throw "The program '$Name' is not there."
    }

    function New-Watch([string] $Name, [hashtable] $With = @{}) {
        New-EbpfProgram $Name -Type Tracepoint @With -Code {
            if ($process.Id -eq $using:PID) { [pscustomobject]@{ Id = $process.Id; Thread = $process.ThreadId; Name = $process.Name; Which = $event.pid } }
        }
    }
}

Describe 'Trace-Ebpf' {
    It 'gives objects whose properties have the order and the types of the script' {
        $one = Invoke-Busy {
            Trace-Ebpf -Tracepoint $tracepoint -ProcessId $PID -First 1 {
                [pscustomobject]@{
                    Pid = $process.Id; Name = $process.Name; When = [datetime]$kernel.Time; Took = [timespan]1500
                    Ready = $true; Share = 1 / 4; From = [ipaddress]'10.0.0.1'; Which = $event.pid; Long = $kernel.Time
                }
            }
        }
        $one.psobject.Properties.Name | Should -Be Pid, Name, When, Took, Ready, Share, From, Which, Long
        $one.psobject.Properties.TypeNameOfValue | Should -Be System.UInt32, System.String, System.DateTime, System.TimeSpan,
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

    It 'gives values with names by their names, and the addresses of sockets' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $one = Invoke-While $listening $port {
            Trace-Ebpf -Tracepoint sock/inet_sock_set_state -ProcessId $PID -First 1 -Timeout 120 {
                if ($event.newstate -eq 'TCP_LISTEN') { [pscustomobject]@{ State = $event.newstate; Address = $event.saddr; Port = $event.sport } }
            }
        }
        $one.State, $one.Address, $one.Port | Should -Be TCP_LISTEN, ([ipaddress]::Loopback), $port
    }

    It 'gives structs as objects and stacks as functions' {
        # Where a system call begins, some kernels (5.10 and 6.1 among them) have no stack.
        $one = Invoke-While $listening 0 {
            Trace-Ebpf -Tracepoint sock/inet_sock_set_state -ProcessId $PID -First 1 -Timeout 120 {
                if ($event.newstate -eq 'TCP_LISTEN') { [pscustomobject]@{ Kernel = $kernel.Stack; User = $kernel.UserStack } }
            }
        }
        $one.Kernel.Frames.Symbol | Should -Contain do_syscall_64
        $one.User.ProcessId | Should -Be $PID
        $one.User.Frames.Count | Should -BeGreaterThan 0
    }

    It 'ends when the pipeline has enough, and leaves nothing' {
        $some = Invoke-Busy { New-Watch tracefirst | Trace-Ebpf -Tracepoint $tracepoint | Select-Object -First 3 }
        $some.Count | Should -Be 3
        Get-Left tracefirst | Should -BeNullOrEmpty
    }

    It 'ends after -First, and leaves nothing' {
        $some = Invoke-Busy { New-Watch tracecount | Trace-Ebpf -Tracepoint $tracepoint -First 5 } -Times 20
        $some.Count | Should -Be 5
        Get-Left tracecount | Should -BeNullOrEmpty
    }

    It 'ends when -Timeout is up: <_>' -ForEach 0.3, ([timespan]::FromSeconds(0.3)) {
        $limit = $_
        $clock = [Diagnostics.Stopwatch]::StartNew()
        New-Watch tracetime | Trace-Ebpf -Tracepoint $tracepoint -Timeout $limit | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.3
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 20
        Get-Left tracetime | Should -BeNullOrEmpty
    }

    It 'calls -Action for each, in the scope of the caller, and writes what that writes' {
        $seen = @()
        $given = Invoke-Busy { New-Watch traceaction | Trace-Ebpf -Tracepoint $tracepoint -First 3 -Action { "of $($_.Id)" } }
        $given | Should -Be "of $PID", "of $PID", "of $PID"
        $seen = [Collections.Generic.List[object]]::new()
        Invoke-Busy { New-Watch traceaction | Trace-Ebpf -Tracepoint $tracepoint -First 2 -Action { $seen.Add($_.Which) } } | Should -BeNullOrEmpty
        $seen | Should -Be 0, 0
    }

    It 'leaves nothing where -Action fails' {
        { Invoke-Busy { New-Watch tracefail | Trace-Ebpf -Tracepoint $tracepoint -Action { throw 'no more' } } } | Should -Throw 'no more'
        Get-Left tracefail | Should -BeNullOrEmpty
    }

    It 'ends at once when it is stopped, and leaves nothing' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("
                Import-Module '$env:EBPFCAT_MODULE'
                New-EbpfProgram tracestop -Type Tracepoint -Code { [pscustomobject]@{ Id = `$process.Id } } | Trace-Ebpf -Tracepoint $tracepoint -ProcessId 2")
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

    It 'leaves nothing when its process is killed' {
        $script = "Import-Module '$env:EBPFCAT_MODULE'
            New-EbpfProgram tracekill -Type Tracepoint -Code { [pscustomobject]@{ Id = `$process.Id } } | Trace-Ebpf -Tracepoint $tracepoint"
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
        # A shell that waits for one child after the other; this process makes calls all the time too.
        $child = Start-Process sh '-c', '"while sleep 0.05; do :; done"' -PassThru
        try {
            $seen = Invoke-Busy { Trace-Ebpf -Tracepoint raw_syscalls/sys_enter -ProcessId $child.Id -First 20 -Timeout 120 { [pscustomobject]@{ Id = $process.Id } } }
            $seen.Count | Should -Be 20
            $seen.Id | Sort-Object -Unique | Should -Be $child.Id
        }
        finally { $child.Kill() }
    }

    It 'works at a raw tracepoint, with the arguments by name' {
        $one = Trace-Ebpf -RawTracepoint sched_switch -First 1 -Timeout 120 { [pscustomobject]@{ From = $event.prev.comm; To = $event.next.pid } }
        $one.From | Should -BeOfType string
        $one.psobject.Properties['To'].TypeNameOfValue | Should -Be System.Int32
    }

    It 'works at a function of a library, by path:function and by -Path' {
        $one = Invoke-Busy { Trace-Ebpf -Uprobe libc.so.6:getpgid -ProcessId $PID -First 1 -Timeout 120 { [pscustomobject]@{ Which = [int]$event.arg0 } } }
        $one.Which | Should -Be 0
        $group = (Get-CLibrary)::getpgid(0)
        $back = Invoke-Busy { Trace-Ebpf -Uretprobe libc.so.6:getpgid -ProcessId $PID -First 1 -Timeout 120 { [pscustomobject]@{ Group = $return } } }
        $same = Invoke-Busy { Trace-Ebpf -Path libc.so.6 -Function getpgid -Return -ProcessId $PID -First 1 -Timeout 120 { [pscustomobject]@{ Group = $return } } }
        $back.Group, $same.Group | Should -Be $group, $group
    }

    It 'takes samples' {
        $one = Trace-Ebpf -Frequency 99 -First 1 -Timeout 120 { [pscustomobject]@{ Name = $process.Name; Cpu = $kernel.Cpu } }
        $one.Cpu | Should -BeLessThan ([Environment]::ProcessorCount)
        $one = Trace-Ebpf -PerfEvent ContextSwitches -First 1 -Timeout 120 { [pscustomobject]@{ Id = $process.Id } }
        $one | Should -Not -BeNullOrEmpty
    }

    It 'goes through the tasks of the kernel once' {
        $tasks = Trace-Ebpf -Iterator task { if ($event.task) { [pscustomobject]@{ Id = $event.task.tgid; Thread = $event.task.pid; Name = $event.task.comm } } }
        ($tasks | Where-Object Id -EQ $PID).Count | Should -BeGreaterThan 1
        ($tasks | Where-Object { $_.Thread -eq $PID }).Name | Should -Be (Get-Content /proc/$PID/comm)
    }

    It 'puts out through <_>, and tells what was lost' -ForEach RingBuffer, PerfEventArray {
        $buffer = $_
        $program = New-EbpfProgram traceloss -Type Tracepoint -Buffer $buffer -BufferSize 4096 | Add-EbpfVariable seen uint64 |
            Add-EbpfCode { if ($process.Id -eq $using:PID) { $seen++; [pscustomobject]@{ Number = $seen; Name = $process.Name } } }
        # So many are put out at once that there is no room for them all.
        $events = Invoke-Busy -Times 2000 -Pause 20 {
            $program | Trace-Ebpf -Tracepoint $tracepoint -First 400 -Timeout 120 -WarningVariable script:warnings -WarningAction SilentlyContinue
        }
        $events.Count | Should -Be 400
        $events[0].Number | Should -Be 1
        $lost = ($warnings | ForEach-Object { [long]("$_" -split ' ')[0] } | Measure-Object -Sum).Sum
        $lost | Should -BeGreaterThan 0
        # The last number that came counts all before it, those delivered and those lost.
        $last = ($events.Number | Measure-Object -Maximum).Maximum
        $events.Count + $lost | Should -BeGreaterOrEqual $last
    }

    It 'keeps the order of a perf event array on one processor' {
        $program = New-EbpfProgram traceorder -Type Tracepoint | Add-EbpfVariable seen uint64 |
            Add-EbpfCode { if ($process.Id -eq $using:PID) { $seen++; [pscustomobject]@{ Number = $seen; Cpu = $kernel.Cpu; Text = 'text'; Flag = $true } } }
        $events = Invoke-Busy -Times 5 { $program | Trace-Ebpf -Tracepoint $tracepoint -Buffer PerfEventArray -First 50 }
        foreach ($processor in $events | Group-Object Cpu) { $processor.Group.Number | Should -Be ($processor.Group.Number | Sort-Object) }
        $events[0].Text, $events[0].Flag | Should -Be text, $true
    }

    It 'attaches nothing with -WhatIf' {
        New-Watch tracewhatif | Trace-Ebpf -Tracepoint $tracepoint -WhatIf | Should -BeNullOrEmpty
    }

    It 'shows the place of what is wrong with a script' {
        $failure = { Trace-Ebpf -Tracepoint $tracepoint { [pscustomobject]@{ Which = $event.pidd } } } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownField,*'
        "$failure" | Should -BeLike "$($PSCommandPath):*pidd*Did you mean pid*"
        $failure.InvocationInfo.Line | Should -BeLike '*pidd*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a tracepoint that is none'; With = @{ Tracepoint = 'syscalls/sys_enter_opennat' }; Id = 'UnknownName'; Says = '*sys_enter_openat*' }
        @{ Name = 'a function that is none'; With = @{ Uprobe = 'libc.so.6:getpgidd' }; Id = 'UnknownName'; Says = '*getpgid*' }
        @{ Name = 'a library that is none'; With = @{ Uprobe = 'libcc.so.6:getpgid' }; Id = 'UnknownName'; Says = '*libc.so.6*' }
        @{ Name = 'a place that is none'; With = @{ Uprobe = 'getpgid' }; Id = 'InvalidArgument'; Says = '*path:function*' }
    ) {
        $failure = { Trace-Ebpf @With { [pscustomobject]@{ Id = $process.Id } } } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$failure" | Should -BeLike $Says
    }

    It 'refuses a script that puts out nothing, and no script' {
        (({ Trace-Ebpf -Tracepoint $tracepoint { $x = 1 } } | Should -Throw -PassThru).FullyQualifiedErrorId) | Should -BeLike 'NoOutput,*'
        (({ Trace-Ebpf -Tracepoint $tracepoint } | Should -Throw -PassThru).FullyQualifiedErrorId) | Should -BeLike 'InvalidArgument,*'
    }
}

Describe 'Receive-EbpfEvent' {
    BeforeAll {
        # An XDP program that puts out so many objects when it is run, without being attached.
        function New-Burst([string] $Name, [int] $Size = 0) {
            $with = $Size ? @{ BufferSize = $Size } : @{}
            New-EbpfProgram $Name -Type Xdp @with | Add-EbpfVariable seen uint64 | Add-EbpfCode {
                foreach ($i in 1..100) { $seen++; [pscustomobject]@{ Number = $seen; Turn = $i; Cpu = $kernel.Cpu } }
                'Pass'
            } | Import-EbpfProgram
        }
    }

    It 'gives what loaded programs put out, several at a time' {
        $first, $second = (New-Burst first), (New-Burst second)
        try {
            $null = $first, $second | Invoke-EbpfProgram ([byte[]]::new(64))
            $events = $first, $second | Receive-EbpfEvent -First 200 -Timeout 20
            $events.Count | Should -Be 200
            $events[0..99].Number | Should -Be (1..100)
            # What is there with -Timeout 0, and no more.
            $null = $second | Invoke-EbpfProgram ([byte[]]::new(64))
            $rest = $first, $second | Receive-EbpfEvent -Timeout 0
            $rest.Number | Should -Be (101..200)
        }
        finally { $first, $second | ForEach-Object Dispose }
    }

    It 'leaves in the buffer what was not asked for' {
        $program = New-Burst rest
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64))
            ($program | Receive-EbpfEvent -First 10).Number | Should -Be (1..10)
            ($program | Receive-EbpfEvent -Timeout 0).Number | Should -Be (11..100)
        }
        finally { $program.Dispose() }
    }

    It 'warns with the number of lost events: all that were not delivered, each once' {
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

    It 'takes no more memory the more there are' {
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
        @{ Name = 'a definition'; Given = { New-EbpfProgram -Type Xdp -Code { [pscustomobject]@{ A = 1 } } }; Says = '*Trace-Ebpf*' }
        @{ Name = 'a program that puts out nothing'; Given = { New-EbpfProgram -Type Xdp -Code { 'Pass' } | Import-EbpfProgram }; Says = '*puts out nothing*pscustomobject*' }
        @{ Name = 'what is no program'; Given = { 7 }; Says = '*no program*' }
    ) {
        $one = & $Given
        try { { $one | Receive-EbpfEvent } | Should -Throw $Says }
        finally { if ($one -is [IDisposable]) { $one.Dispose() } }
    }
}
