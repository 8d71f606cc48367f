#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows TCP connections when they end, with their duration.
.EXAMPLE
    sudo pwsh examples/TcpLifetimes.ps1 -Timeout 60 | Sort-Object Duration -Descending
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # Ends after this number of events.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

New-EbpfProgram -Name tcp_life -Type Tracepoint |
    Add-EbpfMap -Name sockets -Type LruHash -Key uint64 -MaxEntries 16384 -Value (
        [ordered]@{ Time = 'uint64'; ProcessId = 'uint32'; ProcessName = 'char[16]' }) |
    Trace-Ebpf -Tracepoint sock/inet_sock_set_state, tcp/tcp_destroy_sock @PSBoundParameters {
        if ($event.Hook -eq 'tcp_destroy_sock') {
            [void]$sockets.Remove($event.skaddr)
        }
        elseif ($event.newstate -eq 'TCP_SYN_SENT') {
            # The connecting process; the other states change where the packets arrive.
            $sockets[$event.skaddr] = @{ Time = $kernel.Time; ProcessId = $process.Id; ProcessName = $process.Name }
        }
        elseif ($event.newstate -eq 'TCP_ESTABLISHED' -and $event.skaddr -notin $sockets) {
            $sockets[$event.skaddr] = @{ Time = $kernel.Time; ProcessId = 0; ProcessName = '' }
        }
        elseif ($event.newstate -eq 'TCP_CLOSE' -and $event.skaddr -in $sockets) {
            $begin = $sockets[$event.skaddr].Time
            [pscustomobject]@{
                Time = [datetime]$begin
                ProcessId = $sockets[$event.skaddr].ProcessId; ProcessName = $sockets[$event.skaddr].ProcessName
                Source = [ipaddress]$event.saddr_v6; SourcePort = $event.sport
                Destination = [ipaddress]$event.daddr_v6; DestinationPort = $event.dport
                Duration = [timespan]($kernel.Time - $begin)
            }
        }
    }
