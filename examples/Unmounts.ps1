#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows which file systems are unmounted, and by whom.
.EXAMPLE
    sudo pwsh examples/Unmounts.ps1 | Where-Object Failure -EQ EBUSY

    Those that are still in use.
#>
[CmdletBinding()]
param(
    # The processes to watch; all where none is given.
    [int[]] $ProcessId,

    # How many to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

Trace-Syscall umount -IncludeReturn @PSBoundParameters | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId; Path = $_.name
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
    }
}
