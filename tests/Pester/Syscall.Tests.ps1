# System calls as objects, the kernel's trace log, and views of what programs count.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1, $PSScriptRoot/TestProcess.psm1 -Force
    $calls = Get-CLibrary

    # Runs a trace, and a script on another thread once the programs of the trace are loaded.
    function Invoke-During([string] $Program, [string] $Script, [scriptblock] $Trace) {
        $job = Start-ThreadJob {
            Import-Module $using:env:EBPFCAT_MODULE
            foreach ($try in 1..300) {
                if (Get-EbpfAttachment | Where-Object { $_.Program.Name -eq $using:Program }) { break }
                Start-Sleep -Milliseconds 20
            }
            & ([scriptblock]::Create($using:Script))
        }
        try { & $Trace }
        finally { $script:done = $job | Receive-Job -Wait -AutoRemoveJob }
    }
}

Describe 'Trace-Syscall' {
    It 'shows a process that binds to an address: who, what and when' {
        # Another process, with its own name and user.
        $code = 'while (-not (Test-Path $env:GO)) { Start-Sleep -Milliseconds 20 }
            $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 31337)
            $before = [DateTime]::Now; $listener.Start(); $after = [DateTime]::Now
            "{0:o}|{1:o}|{2}" -f $before, $after, $listener.Server.Handle
            Start-Sleep -Milliseconds 200; $listener.Stop()'
        $go = Join-Path ([IO.Path]::GetTempPath()) "ebpfcat-go-$PID"
        $env:GO = $go
        try {
            $child = Start-PowerShell $code
            $one = Invoke-During bind "Set-Content '$go' go" {
                Trace-Syscall bind -ProcessId $child.Id -Timeout 300 |
                    Where-Object { "$($_.umyaddr)" -eq '127.0.0.1:31337' } | Select-Object -First 1
            }
            $threads = Get-ChildItem "/proc/$($child.Id)/task" | ForEach-Object Name
            $child.WaitForExit(30000) | Should -BeTrue
            $before, $after, $handle = $child.StandardOutput.ReadToEnd().Trim() -split '\|'
            $one | Should -BeOfType EbpfCat.Traces.SyscallEvent
            $one.ProcessId | Should -Be $child.Id
            $threads | Should -Contain "$($one.ThreadId)"
            $one.ProcessName | Should -Not -BeNullOrEmpty
            $one.UserId, $one.GroupId | Should -Be (& id -u), (& id -g)
            $one.fd | Should -Be $handle
            $one.umyaddr | Should -BeOfType Net.IPEndPoint
            $one.addrlen | Should -Be 16
            $one.Time | Should -BeGreaterOrEqual ([datetime]$before).AddMilliseconds(-1)
            $one.Time | Should -BeLessOrEqual ([datetime]$after).AddMilliseconds(1)
            $one | Format-Table Time, ProcessName, ProcessId, ThreadId, UserId, fd, umyaddr | Out-String -Width 200 |
                Should -BeLike '*umyaddr*127.0.0.1:31337*'
        }
        finally {
            Remove-Item $go -ErrorAction Ignore
            $env:GO = $null
            if (-not $child.HasExited) { $child.Kill() }
        }
    }

    It 'shows the path of a unix socket, and texts' {
        $path = Join-Path ([IO.Path]::GetTempPath()) "ebpfcat-socket-$PID"
        $seen = Invoke-During unlink "
                `$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
                `$socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new('$path'))
                `$socket.Dispose(); [IO.File]::Delete('$path'); [IO.File]::Delete('$path')" {
            Trace-Syscall bind, unlink -ProcessId $PID -Timeout 60 |
                Where-Object { "$($_.umyaddr)$($_.pathname)" -eq $path } | Select-Object -First 2
        }
        $bind = $seen | Where-Object Syscall -EQ bind
        $bind.umyaddr | Should -BeOfType Net.Sockets.UnixDomainSocketEndPoint
        "$($bind.umyaddr)" | Should -Be $path
        ($seen | Where-Object Syscall -EQ unlink).pathname | Should -Be $path
    }

    It 'shows return value and duration with -IncludeReturn' {
        $seen = Invoke-During rmdir '[IO.Directory]::CreateDirectory("/tmp/ebpfcat-$PID")
                [IO.Directory]::Delete("/tmp/ebpfcat-$PID")
                try { [IO.Directory]::Delete("/proc/1") } catch { }' {
            Trace-Syscall rmdir -IncludeReturn -ProcessId $PID -First 2 -Timeout 60
        }
        $seen.pathname | Should -Be "/tmp/ebpfcat-$PID", /proc/1
        $seen[0].ReturnValue | Should -Be 0
        $seen[1].ReturnValue | Should -BeLessThan 0
        $seen.Duration | Should -BeOfType timespan
        foreach ($duration in $seen.Duration) { $duration | Should -BeGreaterThan ([timespan]::Zero) }
        "$($seen[0])" | Should -Be "rmdir(pathname=`"/tmp/ebpfcat-$PID`") = 0"
        $number, $name = "$($seen[1])" -replace '^.* = -' -split ' '
        $number | Should -Be (-$seen[1].ReturnValue)
        $name | Should -Be ([EbpfCat.Kernel.Errno][int]$number)
        $seen | Out-String -Width 200 | Should -BeLike "*ProcessId*Call*rmdir(pathname=`"/proc/1`") = -* E*"
        $seen[0].psobject.Properties.Name | Should -Be Time, Syscall, ProcessName, ProcessId, ThreadId, UserId,
            GroupId, pathname, ReturnValue, Duration
    }

    It 'shows the return value with -OnExit' {
        $seen = Invoke-During getpgid '
                $calls = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq "EbpfCatTestCalls" })
                1..3 | ForEach-Object { $calls[-1].GetType("CLibrary")::getpgid(0) }' {
            Trace-Syscall getpgid -OnExit -ProcessId $PID -First 2 -Timeout 60
        }
        $seen.ReturnValue | Sort-Object -Unique | Should -Be $calls::getpgid(0)
        $seen[0].psobject.Properties.Name | Should -Not -Contain pid
    }

    It 'shows any call by name with six arguments' {
        $one = Trace-Syscall * -ProcessId $PID -First 1 -Timeout 60
        $one.Syscall | Should -BeIn ([EbpfCat.Tracing.Syscalls]::Current.Names)
        $one.Arguments.Count | Should -Be 6
        "$one" | Should -Match "^$($one.Syscall)\((-?\d+|0x[0-9a-f]+)(, (-?\d+|0x[0-9a-f]+)){5}\)`$"
    }

    It 'leaves out the calls of its own thread' {
        $thread = [int]([IO.File]::ResolveLinkTarget('/proc/thread-self', $false).Name)
        $seen = Trace-Syscall * -ProcessId $PID -First 200 -Timeout 5 |
            ForEach-Object { $null = [IO.File]::Exists('/proc/1'); $_ }
        $seen.ThreadId | Should -Not -Contain $thread
    }

    It 'filters by process name and user in the kernel' {
        $busy = { 1..20 | ForEach-Object { [IO.File]::Delete("/tmp/ebpfcat-none-$PID") } }
        Invoke-During unlink $busy { Trace-Syscall unlink -ProcessId $PID -UserId 4000000000 -Timeout 1 } |
            Should -BeNullOrEmpty
        Invoke-During unlink $busy { Trace-Syscall unlink -ProcessName nobodyisnamedso -Timeout 1 } |
            Should -BeNullOrEmpty
        (Invoke-During unlink $busy {
            Trace-Syscall unlink -ProcessId 1, $PID -UserId (& id -u) -First 5 -Timeout 30
        }).Count | Should -Be 5
        { Trace-Syscall unlink -ProcessName a*b } | Should -Throw '*prefix*'
    }

    It 'takes patterns, and leaves nothing attached' {
        $null = Invoke-During unlinkat '[IO.File]::Delete("/tmp/ebpfcat-none")' {
            Trace-Syscall unlink* -ProcessId $PID -First 1 -Timeout 30
        }
        Get-EbpfAttachment syscalls/* | Should -BeNullOrEmpty
    }

    It 'refuses unknown names with the nearest' {
        $failure = { Trace-Syscall opennat } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownName,*'
        "$failure" | Should -BeLike '*opennat*did you mean openat*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'completes names' {
        $line = 'Trace-Syscall opena'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be openat, openat2
        (TabExpansion2 $line $line.Length).CompletionMatches[0].ToolTip |
            Should -Be 'openat(dfd, filename, flags, mode)'
    }

    It 'escapes what a terminal would interpret, and keeps it in the property' {
        $file = "/tmp/ebpfcat`e[31m-$PID"
        $delete = '1..2 | ForEach-Object { [IO.File]::Delete("/tmp/ebpfcat`e[31m-$PID") }'
        $seen = @(Invoke-During unlink $delete { Trace-Syscall unlink -ProcessId $PID -First 1 -Timeout 60 })
        $seen += Invoke-During trace $delete {
            Trace-Ebpf -Tracepoint syscalls/sys_enter_unlink {
                if ($process.Id -eq $using:PID) { [pscustomobject]@{ Number = 1; File = $event.pathname; Last = 2 } }
            } -First 1 -Timeout 60
        }
        $seen[0].pathname | Should -BeExactly $file
        $seen[1].File | Should -BeExactly $file
        $seen[1].PSObject.Properties.Name | Where-Object { $_ -ne 'IncompleteTexts' } | Should -Be Number, File, Last
        foreach ($view in { $seen[0] }, { $seen[1] }, { $seen[0] | Format-List pathname }, { $seen[1] | Format-List }) {
            $text = & $view | Out-String -Width 200
            $text -replace '\e\[(0|32;1)m' | Should -Not -Match '\e'
            $text | Should -BeLike "*ebpfcat\x1b``[31m-$PID*"
        }
    }

    It 'says which texts are not whole' {
        $long = '/proc/1/' + 'x' * 5000
        $code = 'foreach ($path in "/proc/1", ("/proc/1/" + "x" * 5000)) { try { [IO.File]::Delete($path) } catch { } }'
        $whole, $cut = Invoke-During unlink $code { Trace-Syscall unlink -ProcessId $PID -First 2 -Timeout 60 }
        $whole.IncompleteTexts | Should -BeNullOrEmpty
        $cut.pathname | Should -Be $long.Substring(0, 4095)
        $cut.IncompleteTexts.Property, $cut.IncompleteTexts.Fault | Should -Be pathname, Truncated
        "$cut" | Should -BeLike 'unlink(pathname="/proc/1/xxx*xxx"…)'
    }

    It 'warns that a call never returns' {
        $one = Invoke-During exit_group 'Start-Sleep 1; /bin/false' {
            Trace-Syscall exit_group -IncludeReturn -First 1 -Timeout 60 -WarningVariable script:warnings 3>$null
        }
        "$($script:warnings)" | Should -BeLike '*exit_group never returns*'
        $one.Syscall | Should -Be exit_group
    }

    It 'traces nothing with -WhatIf' {
        Trace-Syscall bind -WhatIf | Should -BeNullOrEmpty
    }
}

Describe 'Get-EbpfTraceLog' {
    It 'gives what Write-Debug wrote, and waits for more' {
        $mark = "mark$([Random]::Shared.Next(1000000))"
        $program = New-EbpfProgram -Type Xdp -Code { Write-Debug "$($using:mark) on $($kernel.Cpu)"; 'Pass' } |
            Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64)) -Repeat 3
            $lines = Get-EbpfTraceLog -Timeout 1 | Where-Object Text -Like "$mark*"
            $lines.Count | Should -Be 3
            $lines[0].Text | Should -Be "$mark on $($lines[0].Processor)"
            $lines | Out-String | Should -BeLike '*ThreadId*Text*'
            # All lines were read.
            Get-EbpfTraceLog | Where-Object Text -Like "$mark*" | Should -BeNullOrEmpty
            $job = Start-ThreadJob {
                Import-Module $using:env:EBPFCAT_MODULE
                Start-Sleep -Milliseconds 500
                $null = $using:program | Invoke-EbpfProgram ([byte[]]::new(64))
            }
            $line = Get-EbpfTraceLog -Wait -Timeout 60 | Where-Object Text -Like "$mark*" | Select-Object -First 1
            $line.Text | Should -BeLike "$mark on *"
            $job | Wait-Job | Remove-Job
        }
        finally { $program.Dispose() }
    }

    It 'ends when it is stopped' {
        $shell = [powershell]::Create()
        try {
            $running = $shell.AddScript("Import-Module '$env:EBPFCAT_MODULE'; Get-EbpfTraceLog -Wait").BeginInvoke()
            Start-Sleep -Milliseconds 1500
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        }
        finally { $shell.Dispose() }
    }
}

Describe 'Maps of programs' {
    It 'are drawn as histograms' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfMap sizes -Type Hash -Key uint32 -Value histogram -MaxEntries 4 |
            Add-EbpfCode { foreach ($i in 1..7) { $null = $sizes.Observe(0, $i) } } | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64))
            $shown = $program | Get-EbpfMapValue sizes | Out-String
            $shown | Should -Match '(?m)^0:\r?$'
            $shown | Should -Match '\[4, 8\) +4 \|@+\|'
            ($program | Get-EbpfMapValue sizes).Value | Out-String | Should -Match '\[2, 4\) +2 \|@+ +\|'
            ($program | Get-EbpfMapValue sizes).Value.Count | Should -Be 7
        }
        finally { $program.Dispose() }
    }

    It 'may be histograms of steps, and so may variables' {
        $program = New-EbpfProgram -Type Xdp |
            Add-EbpfMap sizes -Type Hash -Key uint32 -Value 'linear(0,6,2)' -MaxEntries 4 |
            Add-EbpfVariable all histogram | Add-EbpfVariable each 'linear(-10,10,5)' -Storage PerCpu |
            Add-EbpfCode {
                foreach ($i in 1..7) { $sizes[0].Observe($i); $all.Observe($i - 4); $each.Observe($i - 4) }
            } | Import-EbpfProgram
        try {
            ($program | Invoke-EbpfProgram ([byte[]]::new(64))).Verdict | Should -Be Pass
            $program | Get-EbpfMapValue sizes | Out-String | Should -Match '\[6, \.\.\.\) +2 \|@+\|'
            ($program | Get-EbpfMapValue sizes -Key 0).Buckets | ForEach-Object { "$($_.Low) $($_.High) $($_.Count)" } |
                Should -Be '0 1 1', '2 3 2', '4 5 2', '6 9223372036854775807 2'
            ($program | Get-EbpfMapValue all).Buckets.Low | Should -Be -4, -2, -1, 0, 1, 2
            $program | Get-EbpfMapValue all | Out-String | Should -Match '(?m)^\[-4, -2\) +1 \|@+ +\|'
            ($program | Get-EbpfMapValue each).Buckets | ForEach-Object Count | Should -Be 3, 4
        }
        finally { $program.Dispose() }
    }

    It 'are told how to observe: <text>' -TestCases @(
        @{ Text = 'one argument'; Code = { $all.Observe(1, 2) }; Advice = '*Write $all.Observe($value).*' }
        @{ Text = 'a key'; Code = { $sizes.Observe(2) }; Advice = '*Write $sizes`[$key`].Observe($value).*' }
        @{ Text = 'no operator'; Code = { $all += 1 }; Advice = '*Observe*' }
        @{ Text = 'no operator'; Code = { $sizes[1]++ }; Advice = '*Observe*' }
        @{ Text = 'a type'; Code = { $n.Observe(1) }; Advice = '*histogram, statistics or linear(0,100,10)*-Value*' }
        @{ Text = 'parentheses'; Code = { $sizes.Observe }; Advice = '*with its arguments*' }
    ) {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfMap sizes -Type Hash -Key uint32 -Value histogram -MaxEntries 4 |
            Add-EbpfVariable all histogram | Add-EbpfVariable n uint64
        { $program | Add-EbpfCode $Code | Import-EbpfProgram } | Should -Throw $Advice
    }

    It 'may have texts of the event as keys' {
        $attachment = New-EbpfProgram -Type Tracepoint |
            Add-EbpfMap names -Type Hash -Key 'char[16]' -Value statistics -MaxEntries 64 |
            Add-EbpfMap ids -Type Hash -Key ([ordered]@{ Name = 'char[16]' }) -Value int32 -MaxEntries 64 |
            Add-EbpfCode {
                if ($process.Id -eq $using:PID) {
                    [void]$names.Observe($event.newcomm, $event.pid)
                    $ids[@{ Name = $event.newcomm }] = $event.pid
                }
            } |
            New-TracepointAttachment task/task_rename
        try {
            Start-ThreadJob { [IO.File]::WriteAllText('/proc/thread-self/comm', 'ebpfcat-named') } | Wait-Job |
                Remove-Job
            ($attachment | Get-EbpfMapValue names -Key ebpfcat-named).Count | Should -BeGreaterOrEqual 1
            $attachment | Get-EbpfMapValue ids -Key @{ Name = 'ebpfcat-named' } | Should -BeGreaterThan 0
        }
        finally { $attachment | Remove-EbpfAttachment }
    }

    It 'show the functions of stacks that are keys' {
        $program = New-EbpfProgram -Type Tracepoint |
            Add-EbpfMap stacks -Type Hash -Key stack -Value uint64 -MaxEntries 64 |
            Add-EbpfCode { if ($process.Id -eq $using:PID) { $stacks[$kernel.Stack] += 1 } }
        # Some kernels (5.10, 6.1) have no stack at the entry of a system call.
        $attachment = $program | New-TracepointAttachment sock/inet_sock_set_state
        try {
            $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $listener.Start()
            $listener.Stop()
            # Some kernels have lost the function from the stack at the exit of the call, where the socket is closed.
            $entry = $attachment | Get-EbpfMapValue stacks |
                Where-Object { $_.Key.Frames.Symbol -contains 'inet_listen' } | Select-Object -First 1
            $entry.Key.Frames.Symbol | Should -Contain do_syscall_64
            $attachment | Get-EbpfMapValue stacks -Key $entry.Key | Should -BeGreaterOrEqual 1
            $entry.Key.Frames | Out-String | Should -BeLike '*Symbol*do_syscall_64*'
        }
        finally { $attachment | Remove-EbpfAttachment }
    }
}
