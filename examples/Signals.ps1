#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows signals that processes send, with sender and receiver.
.EXAMPLE
    sudo pwsh examples/Signals.ps1 | Where-Object Signal -EQ 9
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

Trace-Ebpf -Tracepoint signal/signal_generate @PSBoundParameters {
    [pscustomobject]@{
        Time = [datetime]$kernel.Time
        ProcessId = $process.Id; ProcessName = $process.Name; Signal = $event.sig
        TargetId = $event.pid; TargetName = $event.comm; IsDelivered = $event.result -eq 0
    }
}
