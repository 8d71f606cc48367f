#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows TCP connections to others, with the time between the request and the answer, or the failure.
.DESCRIPTION
    The kernel tells of each change of a connection's state, so that programs which do not wait for their connections are
    seen too.
.EXAMPLE
    sudo pwsh examples/TcpLatency.ps1 -Timeout 60 | Measure-Object { $_.Duration.TotalMilliseconds } -Average -Maximum
#>
[CmdletBinding()]
param(
    # How many connections to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

New-EbpfProgram -Name tcp_latency -Type Tracepoint |
    Add-EbpfMap -Name requests -Type LruHash -Key uint64 -MaxEntries 4096 -Value (
        [ordered]@{ Time = 'uint64'; ProcessId = 'uint32'; ProcessName = 'char[16]' }) |
    Trace-Ebpf -Tracepoint sock/inet_sock_set_state @PSBoundParameters {
        if ($event.newstate -eq 'TCP_SYN_SENT') {
            # Only now it runs in the process that asks; the answer comes by the network.
            $requests[$event.skaddr] = @{ Time = $kernel.Time; ProcessId = $process.Id; ProcessName = $process.Name }
        }
        elseif ($event.oldstate -eq 'TCP_SYN_SENT' -and $event.skaddr -in $requests) {
            $asked = $requests[$event.skaddr].Time
            [pscustomobject]@{
                Time = [datetime]$asked
                ProcessName = $requests[$event.skaddr].ProcessName; ProcessId = $requests[$event.skaddr].ProcessId
                Address = [ipaddress]$event.daddr_v6; Port = $event.dport
                IsConnected = $event.newstate -eq 'TCP_ESTABLISHED'; Duration = [timespan]($kernel.Time - $asked)
            }
            [void]$requests.Remove($event.skaddr)
        }
    }
