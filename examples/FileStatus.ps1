#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows questions for the status of files, with their failures.
.EXAMPLE
    sudo pwsh examples/FileStatus.ps1 | Where-Object Failure -EQ ENOENT
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

# Some architectures lack the oldest of them.
$names = 'stat', 'lstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2' |
    Where-Object { [EbpfCat.Tracing.Syscalls]::Current.Contains($_) }

Trace-Syscall $names -IncludeReturn @PSBoundParameters | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; ProcessId = $_.ProcessId; ProcessName = $_.ProcessName; Syscall = $_.Syscall; File = $_.filename
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
    }
}
