#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows which files and folders are deleted, and by whom.
.EXAMPLE
    sudo pwsh examples/Unlinks.ps1 | Where-Object Path -Like /var/log/*

    Who deletes the logs.
#>
[CmdletBinding()]
param(
    # The processes to watch; all where none is given.
    [int[]] $ProcessId,

    # The users to watch, by number.
    [uint[]] $UserId,

    # How many deletions to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

# Not every processor has the older ones.
$names = 'unlink', 'unlinkat', 'rmdir' | Where-Object { [EbpfCat.Tracing.Syscalls]::Current.Contains($_) }

Trace-Syscall $names -IncludeReturn @PSBoundParameters | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; Syscall = $_.Syscall; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId
        Path = $_.pathname
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
    }
}
