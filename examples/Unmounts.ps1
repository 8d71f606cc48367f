#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces unmounted file systems, with process and user.
.EXAMPLE
    sudo pwsh examples/Unmounts.ps1 | Where-Object Failure -EQ EBUSY

    Shows file systems that were in use.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The processes to watch; the default is all.
    [int[]] $ProcessId,

    # Ends after this number of calls.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

Trace-Syscall umount -IncludeReturn @PSBoundParameters | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId; Path = $_.name
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
    }
}
