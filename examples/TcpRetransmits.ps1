#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows TCP segments that are sent again, with the state of the connection.
.EXAMPLE
    sudo pwsh examples/TcpRetransmits.ps1 | Group-Object Destination -NoElement
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

Trace-Ebpf -Tracepoint tcp/tcp_retransmit_skb @PSBoundParameters {
    [pscustomobject]@{
        Time = [datetime]$kernel.Time
        Source = [ipaddress]$event.saddr_v6; SourcePort = $event.sport
        Destination = [ipaddress]$event.daddr_v6; DestinationPort = $event.dport
        State = $event.state
    }
}
