# Trace-Ebpf on functions and hooks of the kernel, and on USDT probes.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1 -Force
    $hasKprobes = Test-Kprobe
    $hasTrampolines = Test-Trampoline tcp_v4_connect
    $hasSecurityHooks = Test-SecurityHook
    $hasPythonProbes = [bool](Get-PythonWithProbes)
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1 -Force
    $calls = Get-CLibrary
    $python = Get-PythonWithProbes
    $getpgid = Get-SyscallFunction getpgid
    $nobody = [int]::MaxValue
    $limits = @{ First = 1; Timeout = 120 }

    # Asks for the process group of a process that cannot exist: ESRCH.
    $asking = { $null = $args[0]::getpgid($args[1]) }

    $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $connecting = {
        $client = [Net.Sockets.TcpClient]::new([Net.Sockets.AddressFamily]::InterNetwork)
        try { $client.Connect([ipaddress]::Loopback, $args[0]) }
        finally { $client.Dispose() }
    }
}

AfterAll { $listener.Stop() }

Describe 'Trace-Ebpf' -Tag Hooks {
    AfterEach { Get-EbpfAttachment | Should -BeNullOrEmpty }

    It 'gives the arguments of a function: -Kprobe' -Skip:(-not $hasKprobes) {
        $one = Invoke-While $asking $calls, $nobody {
            Trace-Ebpf -Kprobe $getpgid -ProcessId $PID @limits {
                if ($event.pid -eq $using:nobody) { [pscustomobject]@{ Asked = $event.pid; By = $process.Id } }
            }
        }
        $one.Asked, $one.By | Should -Be $nobody, $PID
        $one = Invoke-While $connecting $port {
            Trace-Ebpf -Kprobe tcp_v4_connect -ProcessId $PID @limits {
                [pscustomobject]@{ Length = $event.addr_len; Family = $event.sk.__sk_common.skc_family }
            }
        }
        $one.Length, $one.Family | Should -Be 16, 2
    }

    It 'gives the return value of a function: -Kretprobe' -Skip:(-not $hasKprobes) {
        $one = Invoke-While $asking $calls, $nobody {
            Trace-Ebpf -Kretprobe $getpgid -ProcessId $PID @limits {
                if ($return -lt 0) { [pscustomobject]@{ Result = $return } }
            }
        }
        $one.Result | Should -Be -3
    }

    It 'gives the arguments of a function: -Fentry' -Skip:(-not $hasTrampolines) {
        $one = Invoke-While $connecting $port {
            Trace-Ebpf -Fentry tcp_v4_connect -ProcessId $PID @limits {
                [pscustomobject]@{ Length = $event.addr_len; Family = $event.sk.__sk_common.skc_family;
                    State = $event.sk.__sk_common.skc_state }
            }
        }
        # AF_INET and TCP_CLOSE: the socket is not connected yet.
        $one.Length, $one.Family, $one.State | Should -Be 16, 2, 7
    }

    It 'gives arguments and return value of a function: -Fexit' -Skip:(-not $hasTrampolines) {
        $one = Invoke-While $connecting $port {
            Trace-Ebpf -Fexit tcp_v4_connect -ProcessId $PID @limits {
                [pscustomobject]@{ Length = $event.addr_len; Port = $event.sk.__sk_common.skc_dport;
                    Address = $event.sk.__sk_common.skc_daddr; Result = $return }
            }
        }
        $one.Length, $one.Result | Should -Be 16, 0
        # The kernel stores both in network order.
        $one.Port, $one.Address | Should -Be $port, ([ipaddress]::Loopback)
    }

    It 'gives the arguments of a security hook, and allows the operation: -Lsm' -Skip:(-not $hasSecurityHooks) {
        $one = Invoke-While $connecting $port {
            Trace-Ebpf -Lsm socket_connect -ProcessId $PID @limits {
                [pscustomobject]@{ To = $event.address; Length = $event.addrlen; Type = $event.sock.type }
            }
        }
        $one.To | Should -Be ([Net.IPEndPoint]::new([ipaddress]::Loopback, $port))
        $one.Length, $one.Type | Should -Be 16, 1
    }

    It 'gives the arguments of a probe: -Usdt' -Skip:(-not $hasPythonProbes) {
        $child = Start-Process $python '-c',
            '"import gc, time; gc.disable(); exec(''while True: gc.collect(1); time.sleep(0.01)'')"' -PassThru
        try {
            $one = Trace-Ebpf -Usdt "${python}:python:gc__start" -ProcessId $child.Id @limits {
                if ($event.arg0 -eq 1) {
                    [pscustomobject]@{ Generation = [int]$event.arg0; Process = $process.Id; Name = $process.Name }
                }
            }
            $one.Generation, $one.Process | Should -Be 1, $child.Id
            $one.Name | Should -BeLike 'python3*'
        }
        finally { $child.Kill() }
    }

    It 'names what the kernel lacks: <With.Keys>' -ForEach @(
        if (-not $hasKprobes) {
            @{ With = @{ Kprobe = 'tcp_v4_connect' } }
            @{ With = @{ Kretprobe = 'tcp_v4_connect' } }
        }
        if (-not $hasTrampolines) {
            @{ With = @{ Fentry = 'tcp_v4_connect' } }
            @{ With = @{ Fexit = 'tcp_v4_connect' } }
        }
        if (-not $hasSecurityHooks) { @{ With = @{ Lsm = 'socket_connect' } } }
    ) -AllowNullOrEmptyForEach {
        $failure = Get-Refusal { Trace-Ebpf @With @limits { [pscustomobject]@{ Id = $process.Id } } }
        $lacks = 'CONFIG_KPROBES', 'CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS', 'lsm=', 'no security hook',
            'policy of this kernel'
        "$failure" | Should -Match ($lacks -join '|')
        $failure.CategoryInfo.Category | Should -BeIn NotImplemented, ObjectNotFound, PermissionDenied
    }
}
