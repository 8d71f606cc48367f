#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces deleted files and folders, with process and user.
.EXAMPLE
    sudo pwsh examples/Unlinks.ps1 | Where-Object Path -Like /var/log/*

    Shows who deletes logs.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The processes to watch; the default is all.
    [int[]] $ProcessId,

    # The ids of the users to watch.
    [uint[]] $UserId,

    # Ends after this number of deletions.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# Some architectures lack the older ones.
$names = 'unlink', 'unlinkat', 'rmdir' | Where-Object { [EbpfCat.Tracing.Syscalls]::Current.Contains($_) }

Trace-Syscall $names -IncludeReturn @PSBoundParameters | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; Syscall = $_.Syscall; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId
        Path = $_.pathname
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
    }
}
