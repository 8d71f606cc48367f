# The tracing examples: each runs while the events that it shows happen.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    $examples = "$PSScriptRoot/../../examples"
    $mark = "ebpfcat-$PID"
    $folder = "/tmp/$mark"
    $null = New-Item $folder -ItemType Directory -Force

    Add-Type -Namespace ExampleTests -Name Native -MemberDefinition '
        [DllImport("libc")] public static extern int getpgid(int id);
        [DllImport("libc")] public static extern IntPtr malloc(nint size);
        [DllImport("libc")] public static extern void free(IntPtr memory);
        [DllImport("libc")] public static extern int umount2(string path, int flags);
        [DllImport("libc")] public static extern int clock_gettime(int clock, long[] time);
        [DllImport("libc")] public static extern int clock_nanosleep(int clock, int flags, long[] request, IntPtr rest);
        [DllImport("libc")]
        public static extern int getaddrinfo(string host, string service, byte[] hints, out IntPtr found);'

    # Repeats an action on another thread while an example runs. The first time is before the example begins, because an
    # emulated processor takes seconds to start the thread.
    function Invoke-During([scriptblock] $Busy, [scriptblock] $Example) {
        $stop = [Threading.CancellationTokenSource]::new()
        $begun = [Threading.ManualResetEventSlim]::new()
        $job = Start-ThreadJob {
            param($stop, $begun, $code, $mark, $folder, $port)
            $code = [scriptblock]::Create($code)
            while (-not $stop.IsCancellationRequested) {
                & $code
                $begun.Set()
                [Threading.Thread]::Sleep(20)
            }
        } -ArgumentList $stop.Token, $begun, "$Busy", $mark, $folder, $port
        try {
            $null = $begun.Wait(120000)
            & $Example
        }
        finally {
            $stop.Cancel()
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Ignore
        }
    }
}

AfterAll {
    Remove-Item $folder -Recurse -Force
}

Describe 'The example' {
    AfterEach {
        # Nothing is left attached, however the example ended.
        Get-EbpfAttachment | Should -BeNullOrEmpty
    }

    It 'ProcessStarts shows programs with their arguments' {
        $start = Invoke-During { /bin/echo $mark 'two words' '' end } {
            & "$examples/ProcessStarts.ps1" -Timeout 60 | Where-Object Arguments -Contains $mark |
                Select-Object -First 1
        }
        $start.File | Should -Be /bin/echo
        $start.Arguments | Should -Be /bin/echo, $mark, 'two words', '', end
        $start.ParentId | Should -Be $PID
        $start.UserId | Should -Be (& id -u)
        $start.psobject.Properties.Name | Should -Be Time, ProcessId, ParentId, UserId, File, Arguments
    }

    It 'ProcessStarts shows all arguments of many, and ends after -First' {
        $starts = Invoke-During { /bin/echo $mark 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 } {
            & "$examples/ProcessStarts.ps1" -First 30 -Timeout 60
        }
        $starts.Count | Should -Be 30
        ($starts | Where-Object Arguments -Contains $mark)[0].Arguments | Should -Be (@("/bin/echo", $mark) + 2..17)
    }

    It 'OpenedFiles shows opened files and failures' {
        Set-Content "$folder/there" text
        $there, $gone = Invoke-During {
            [IO.File]::ReadAllText("$folder/there")
            try { [IO.File]::ReadAllText("$folder/gone") } catch { }
        } {
            & "$examples/OpenedFiles.ps1" -ProcessId $PID -Timeout 60 |
                Where-Object File -In "$folder/there", "$folder/gone" | Select-Object -First 2 |
                Sort-Object File -Descending
        }
        $there.Failure | Should -BeNullOrEmpty
        $there.Descriptor | Should -BeGreaterThan 2
        $gone.Failure | Should -Be ENOENT
        $gone.Descriptor | Should -BeNullOrEmpty
        $gone.ProcessId | Should -Be $PID
        $gone.Duration | Should -BeGreaterThan ([timespan]::Zero)
    }

    Context 'of connections' {
        BeforeAll {
            $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $listener.Start(1000)
            $port = $listener.LocalEndpoint.Port
            # Nothing listens on port 1.
            $connecting = {
                foreach ($to in $port, 1) {
                    $socket = [Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
                    try { $socket.Connect([ipaddress]::Loopback, $to) } catch { }
                    $socket.Dispose()
                }
            }
        }

        AfterAll { $listener.Stop() }

        It 'Connections shows destination, result and duration' {
            $made, $refused = Invoke-During $connecting {
                & "$examples/Connections.ps1" -ProcessId $PID -Timeout 60 |
                    Where-Object { $_.Address.Port -in $port, 1 } |
                    Select-Object -First 2 | Sort-Object { $_.Address.Port } -Descending
            }
            "$($made.Address)", "$($refused.Address)" | Should -Be "127.0.0.1:$port", '127.0.0.1:1'
            $made.Failure | Should -BeNullOrEmpty
            $refused.Failure | Should -Be ECONNREFUSED
            $made.ProcessId | Should -Be $PID
            $made.Duration | Should -BeGreaterThan ([timespan]::Zero)
        }

        It 'Connections shows sockets in the file system with -Local' {
            $one = Invoke-During {
                $socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
                try { $socket.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new("$folder/socket")) } catch { }
                $socket.Dispose()
            } { & "$examples/Connections.ps1" -Local -ProcessId $PID -Timeout 60 |
                Where-Object { "$($_.Address)" -eq "$folder/socket" } | Select-Object -First 1 }
            $one.Failure | Should -Be ENOENT
        }

        It 'TcpLifetimes shows connections with their process and duration' {
            $life = Invoke-During $connecting {
                & "$examples/TcpLifetimes.ps1" -Timeout 60 |
                    Where-Object { $_.DestinationPort -eq $port -and $_.ProcessId -eq $PID } | Select-Object -First 1
            }
            $life.Destination | Should -Be ([ipaddress]::Loopback)
            $life.Duration | Should -BeGreaterThan ([timespan]::Zero)
        }

        It 'TcpLatency shows accepted and refused connections' {
            $made, $refused = Invoke-During $connecting {
                & "$examples/TcpLatency.ps1" -Timeout 60 |
                    Where-Object { $_.Port -in $port, 1 -and $_.ProcessId -eq $PID } |
                    Select-Object -First 2 | Sort-Object Port -Descending
            }
            $made.IsConnected, $refused.IsConnected | Should -Be $true, $false
            $made.Address | Should -Be ([ipaddress]::Loopback)
            $made.ProcessId | Should -Be $PID
            $made.Duration | Should -BeGreaterThan ([timespan]::Zero)
            $made.Time | Should -BeOfType datetime
        }
    }

    It 'Sleeps shows length and end' {
        $length, $until = Invoke-During {
            [void][ExampleTests.Native]::clock_nanosleep(1, 0, (0, 1234567), 0)
            $now = [long[]]::new(2)
            [void][ExampleTests.Native]::clock_gettime(1, $now)
            [void][ExampleTests.Native]::clock_nanosleep(1, 1, (($now[0] + 3), 0), 0)
        } {
            & "$examples/Sleeps.ps1" -Timeout 60 | Where-Object ProcessId -EQ $PID |
                Where-Object { $_.Length.TotalMicroseconds -eq 1234.5 -or $_.Length.TotalSeconds -gt 1 -and
                $_.Length.TotalSeconds -le 3 } |
                Select-Object -First 2 | Sort-Object Length
        }
        $length.Length.TotalMicroseconds | Should -Be 1234.5
        $until.Length.TotalSeconds | Should -BeGreaterThan 1.9
        $until.ProcessName | Should -Not -BeNullOrEmpty
    }

    It 'Syncs shows calls that write to disk, and their duration' {
        $calls = Invoke-During {
            $stream = [IO.File]::OpenWrite("$folder/synced")
            $stream.WriteByte(1)
            $stream.Flush($true)
            $stream.Dispose()
            sync -d "$folder/synced"
            $map = [IO.MemoryMappedFiles.MemoryMappedFile]::CreateFromFile("$folder/mapped", 'OpenOrCreate',
                [NullString]::Value, 4096)
            $view = $map.CreateViewAccessor()
            $view.Write(0, 1)
            $view.Flush()
            $view.Dispose()
            $map.Dispose()
        } {
            $seen = @{}
            & "$examples/Syncs.ps1" -Timeout 60 | Where-Object { $_.ProcessId -eq $PID -or $_.ProcessName -eq 'sync' } |
                ForEach-Object {
                    $seen[$_.Syscall] = $_
                    if ($seen.fsync -and $seen.fdatasync -and $seen.msync) { $seen }
                } | Select-Object -First 1
        }
        $calls.fsync.ProcessId | Should -Be $PID
        $calls.fsync.ReturnValue, $calls.fdatasync.ReturnValue, $calls.msync.ReturnValue | Should -Be 0, 0, 0
        $calls.fdatasync.ProcessName | Should -Be sync
        $calls.Values.Duration | ForEach-Object { $_ | Should -BeGreaterThan ([timespan]::Zero) }
    }

    It 'Unlinks shows deleted files and folders, and failures' {
        $seen = Invoke-During {
            $null = [IO.Directory]::CreateDirectory("$folder/inner")
            [IO.File]::WriteAllText("$folder/inner/file", '')
            [IO.File]::Delete("$folder/inner/file")
            [IO.Directory]::Delete("$folder/inner")
            rm -f "$folder/none"
        } {
            $seen = @{}
            & "$examples/Unlinks.ps1" -Timeout 60 | Where-Object Path -Like "$folder/*" |
                ForEach-Object { $seen[$_.Path] = $_; if ($seen.Count -eq 3) { $seen } } | Select-Object -First 1
        }
        $seen["$folder/inner/file"].Failure, $seen["$folder/inner"].Failure | Should -Be $null, $null
        $seen["$folder/inner/file"].ProcessId | Should -Be $PID
        $seen["$folder/none"].Failure | Should -Be ENOENT
        $seen["$folder/none"].ProcessName | Should -Be rm
    }

    It 'Unmounts shows unmounted file systems and failures' {
        $failed = Invoke-During { [void][ExampleTests.Native]::umount2($folder, 0) } {
            & "$examples/Unmounts.ps1" -ProcessId $PID -First 1 -Timeout 60
        }
        $failed.Path, $failed.Failure, $failed.ProcessId | Should -Be $folder, EINVAL, $PID
        # In a separate mount namespace, so that no other process sees the file system.
        $done = Invoke-During { unshare --mount sh -c "mount -t tmpfs none $folder && exec umount $folder" } {
            & "$examples/Unmounts.ps1" -Timeout 60 | Where-Object Path -EQ $folder | Select-Object -First 1
        }
        $done.Failure | Should -BeNullOrEmpty
        $done.ProcessName | Should -Be umount
    }

    It 'SyscallCounts counts by process and call' {
        $counts = Invoke-During { 1..50 | ForEach-Object { [void][ExampleTests.Native]::getpgid(0) } } {
            & "$examples/SyscallCounts.ps1" -Seconds 2 -ProcessId $PID
        }
        $counts.ProcessId | Sort-Object -Unique | Should -Be $PID
        ($counts | Where-Object Syscall -EQ getpgid | Measure-Object Count -Sum).Sum | Should -BeGreaterOrEqual 50
        $counts.Count | Should -Be ($counts.Count | Sort-Object -Descending)
        # An emulated processor may take seconds to start a process.
        foreach ($window in 2, 10, 30) {
            $seen = Invoke-During { sleep 0.02 } { & "$examples/SyscallCounts.ps1" -Seconds $window } |
                Where-Object ProcessName -EQ sleep
            if ('clock_nanosleep' -in $seen.Syscall) { break }
        }
        $seen.Syscall | Should -Contain clock_nanosleep
    }

    It 'RunQueueLatency draws one histogram, or one for each name' {
        $one = Invoke-During { sleep 0.02 } { & "$examples/RunQueueLatency.ps1" -Seconds 2 }
        $one.Key | Should -Be all
        $one.Value.Count | Should -BeGreaterThan 10
        $one | Out-String | Should -Match '\) +\d+ \|@+'
        foreach ($window in 2, 10, 30) {
            $several = Invoke-During { sleep 0.02 } { & "$examples/RunQueueLatency.ps1" -Seconds $window -ByName }
            if ('sleep' -in $several.Key) { break }
        }
        $several.Key | Should -Contain sleep
        $several.Key | Should -Not -Contain all
        $several.Key | Should -Be ($several.Key | Sort-Object -Unique)
    }

    It 'BlockLatency draws one histogram, or one for each disk' {
        # The completed requests of each disk: reads, writes, discards, flushes.
        function Get-Done {
            $done = @{}
            foreach ($stat in Get-Item /sys/block/*/stat) {
                $fields = -split (Get-Content $stat)
                $done[$stat.Directory.Name] = (0, 4, 11, 15 | ForEach-Object { [long]$fields[$_] } |
                    Measure-Object -Sum).Sum
            }
            $done
        }

        $file = "/var/tmp/$mark"
        $write = [scriptblock]::Create("dd if=/dev/zero of=$file bs=4k count=5 oflag=direct conv=fsync 2>/dev/null")
        try {
            $before = Get-Done
            & $write
            $after = Get-Done
            $disks = $after.Keys.Where({ $after[$_] -gt $before[$_] })
            if (-not $disks) {
                Set-ItResult -Skipped -Because 'writing to a file in /var/tmp asks nothing of any disk here'
                return
            }

            $one = Invoke-During $write { & "$examples/BlockLatency.ps1" -Seconds 1 }
            $one.Key | Should -Be all
            $one.Value.Count | Should -BeGreaterThan 4
            $one | Out-String | Should -Match '\) +\d+ \|@+'

            $before = Get-Done
            $several = Invoke-During $write { & "$examples/BlockLatency.ps1" -Seconds 1 -ByDevice }
            $after = Get-Done
            $several.Key | Should -Be ($several.Key | Sort-Object -Unique)
            $several.Key.Where({ $_ -in $disks }) | Should -Not -BeNullOrEmpty
            $written = $several.Where({ $_.Key -in $disks })[0]
            $written.Value.Count | Should -BeGreaterThan 4
            $written.Value.Count | Should -Not -BeGreaterThan ($after[$written.Key] - $before[$written.Key])
        }
        finally {
            Remove-Item $file -ErrorAction Ignore
        }
    }

    Context 'of a busy process' {
        BeforeAll {
            # It only makes system calls.
            $dd = Start-Process dd 'if=/dev/zero', 'of=/dev/null', 'bs=1' -PassThru -RedirectStandardError /dev/null
        }

        AfterAll {
            $dd.Kill()
            $dd.WaitForExit()
        }

        It 'CpuProfile shows the most frequent stacks first' {
            $stacks = & "$examples/CpuProfile.ps1" -Seconds 2 -ProcessId $dd.Id
            $stacks.ProcessName | Sort-Object -Unique | Should -Be dd
            ($stacks.Count | Measure-Object -Sum).Sum | Should -BeGreaterThan 10
            $stacks.Stack.Symbol | Should -Contain do_syscall_64
            $stacks.Function | Should -Not -BeNullOrEmpty
        }

        It 'CpuProfile draws a flame graph with -FlameGraph' {
            & "$examples/CpuProfile.ps1" -Seconds 1 -ProcessId $dd.Id -FlameGraph TestDrive:/cpu.svg | Should -BeNullOrEmpty
            Get-Content TestDrive:/cpu.svg -Raw | Should -BeLike '*data-name="dd" data-depth="1"*'
        }

        It 'CpuProfile writes lines for flame graphs with -Folded' {
            $lines = & "$examples/CpuProfile.ps1" -Seconds 1 -ProcessId $dd.Id -Folded
            $lines | ForEach-Object { $_ | Should -Match '^dd(;[^;]+)* \d+$' }
            @($lines -match ';do_syscall_64;.*(read|write)').Count | Should -BeGreaterThan 0
        }
    }

    It 'FileStatus shows failures' {
        $one = Invoke-During { [void][IO.File]::Exists("$folder/none") } {
            & "$examples/FileStatus.ps1" -Timeout 60 | Where-Object File -EQ "$folder/none" | Select-Object -First 1
        }
        $one.ProcessId, $one.Failure | Should -Be $PID, ENOENT
    }

    It 'Signals shows sender and receiver' {
        $one = Invoke-During { /bin/sh -c 'kill -CHLD $PPID' } {
            & "$examples/Signals.ps1" -Timeout 60 |
                Where-Object { $_.TargetId -and $_.ProcessName -eq 'sh' -and $_.Signal -eq 17 } |
                Select-Object -First 1
        }
        $one.ProcessId | Should -BeGreaterThan 0
        $one.Time | Should -BeOfType datetime
    }

    It 'FunctionLatency draws the time of calls' {
        $times = Invoke-During { $null = [Net.Dns]::GetHostAddresses('localhost') } {
            & "$examples/FunctionLatency.ps1" libc.so.6:getaddrinfo -Seconds 2 -ProcessId $PID
        }
        $times[0].Value.Count | Should -BeGreaterThan 0
    }

    It '<_> runs while nothing happens' -ForEach TcpRetransmits, OomKills, ShellCommands {
        { & "$examples/$_.ps1" -Timeout 1 } | Should -Not -Throw
    }

    It 'Capabilities shows what a process is asked for' {
        if (-not (Test-Path "$([EbpfCat.Tracing.TraceFs]::Current.Path)/events/capability")) {
            Set-ItResult -Skipped -Because 'the tracepoint came with Linux 6.14'
            return
        }

        $one = Invoke-During { chown 0 $folder } {
            & "$examples/Capabilities.ps1" -Timeout 60 | Where-Object ProcessName -EQ chown | Select-Object -First 1
        }
        $one.Capability | Should -Match '^[A-Z_]+$'
    }

    It 'NameLookups shows names, results and durations' {
        $found, $wrong = Invoke-During {
            $null = [Net.Dns]::GetHostAddresses('localhost')
            # AI_NUMERICHOST: a name is not resolved.
            $hints = [byte[]]::new(48)
            $hints[0] = 4
            $answer = [IntPtr]::Zero
            [void][ExampleTests.Native]::getaddrinfo("$mark.example", $null, $hints, [ref]$answer)
        } {
            & "$examples/NameLookups.ps1" -Timeout 60 |
                Where-Object { $_.ProcessId -eq $PID -and $_.Host -in 'localhost', "$mark.example" } |
                Select-Object -First 2 | Sort-Object Host -Descending
        }
        $found.Host, $wrong.Host | Should -Be localhost, "$mark.example"
        $found.Failure, $wrong.Failure | Should -Be $null, NONAME
        $found.Duration | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'Allocations draws the requested sizes' {
        $sizes = Invoke-During { 1..50 |
            ForEach-Object { [ExampleTests.Native]::free([ExampleTests.Native]::malloc(9MB)) } } {
            & "$examples/Allocations.ps1" -Seconds 2 -ProcessId $PID
        }
        $asked = $sizes.Value.Buckets | Where-Object { $_.Low -le 9MB -and $_.High -ge 9MB }
        ($asked.Count | Measure-Object -Sum).Sum | Should -BeGreaterOrEqual 50
        $sizes | Out-String | Should -Match '\[8M, 16M\) +\d+'
    }
}

Describe 'Get-Help' {
    It 'describes the example <_>' -ForEach @(Get-ChildItem "$PSScriptRoot/../../examples/*.ps1" |
        ForEach-Object Name) {
        $help = Get-Help "$examples/$_" -Full
        $help.Synopsis | Should -Match '^[A-Z].*\.\s*$'
        "$($help.examples.example[0].code)" | Should -Match ([IO.Path]::GetFileNameWithoutExtension($_))
        foreach ($parameter in @($help.parameters.parameter) | Where-Object name -NotIn WhatIf, Confirm) {
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name
        }
    }
}
