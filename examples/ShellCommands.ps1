#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the lines that people enter in bash, in all its sessions.
.EXAMPLE
    sudo pwsh examples/ShellCommands.ps1 | Format-Table
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

Trace-Ebpf -Uretprobe bash:readline @PSBoundParameters {
    if ($return) {
        [pscustomobject]@{
            Time = [datetime]$kernel.Time; ProcessId = $process.Id; UserId = $process.UserId; Line = [string]$return
        }
    }
}
