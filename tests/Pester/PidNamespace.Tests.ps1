# Ids of processes in a PID namespace are those that its processes know each other by.

BeforeDiscovery {
    $hasNamespaces = (Get-Command unshare -ErrorAction Ignore) -and
        $(unshare --pid --fork --mount-proc true 2>$null; $LASTEXITCODE -eq 0)
}

BeforeAll {
    Import-Module $PSScriptRoot/TestProcess.psm1 -Force
}

Describe 'A session in a PID namespace' -Skip:(-not $hasNamespaces) {
    BeforeAll {
        # A shell that sends signal 0 to itself, traced in three ways.
        $script = {
            Import-Module $env:EBPFCAT_MODULE
            $shell = Start-Process sh -ArgumentList '-c "while :; do kill -0 $$; sleep 0.05; done"' -PassThru
            $id = @{ ProcessId = $shell.Id; First = 1; Timeout = 20 }
            $code = {
                [pscustomobject]@{ Id = $process.Id; Thread = $process.ThreadId; Pid = $event.pid }
            }
            try {
                "shell $($shell.Id)"
                $call = Trace-Syscall kill @id
                "call $($call.ProcessId) $($call.ThreadId) $($call.pid)"
                $record = Trace-Ebpf $code -Tracepoint syscalls/sys_enter_kill @id
                "record $($record.Id) $($record.Thread) $($record.Pid)"
                try { New-EbpfProgram -Type Tracepoint -Code { $x = $process.Parent } | Get-EbpfInstruction }
                catch { "parent $($_.Exception.Problem)" }
            }
            finally { $shell.Kill() }
        }
        $found = @{}
        Invoke-PowerShell $script unshare, --pid, --fork, --mount-proc | ForEach-Object {
            $name, $value = $_ -split ' ', 2
            $found[$name] = $value
        }
    }

    It 'selects a system call by process' {
        $found.call | Should -Be "$($found.shell) $($found.shell) $($found.shell)"
    }

    It 'selects an event by process' {
        $found.record | Should -Be "$($found.shell) $($found.shell) $($found.shell)"
    }

    It 'says that the parent is unknown' {
        $found.parent | Should -BeLike '*PID namespace*'
    }
}
