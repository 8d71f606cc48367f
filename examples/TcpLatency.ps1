#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces outgoing TCP connections, with the time from the request to the answer or failure.
.DESCRIPTION
    Uses the tracepoint for changes of socket states, so it includes non-blocking connections.
.EXAMPLE
    sudo pwsh examples/TcpLatency.ps1 -Timeout 60 | Measure-Object { $_.Duration.TotalMilliseconds } -Average -Maximum
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # Ends after this number of connections.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

New-EbpfProgram -Name tcp_latency -Type Tracepoint |
    Add-EbpfMap -Name requests -Type LruHash -Key uint64 -MaxEntries 4096 -Value (
        [ordered]@{ Time = 'uint64'; ProcessId = 'uint32'; ProcessName = 'char[16]' }) |
    Trace-Ebpf -Tracepoint sock/inet_sock_set_state @PSBoundParameters {
        if ($event.newstate -eq 'TCP_SYN_SENT') {
            # This event occurs in the connecting process, the next one when the answer arrives.
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
