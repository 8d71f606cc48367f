#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows processes that the kernel kills because memory runs out.
.EXAMPLE
    sudo pwsh examples/OomKills.ps1 -Timeout 3600
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

# The process that asks for memory is the current one, mostly another than the one that is killed.
Trace-Ebpf -Tracepoint oom/mark_victim @PSBoundParameters {
    [pscustomobject]@{
        Time = [datetime]$kernel.Time; ProcessId = $process.Id; ProcessName = $process.Name; VictimId = $event.pid
    }
}
