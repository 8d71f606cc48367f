#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows who has data written to disk at once, and how long each has to wait for it.
.EXAMPLE
    sudo pwsh examples/Syncs.ps1 -Timeout 60 | Sort-Object Duration -Descending -Top 10

    The ten longest waits of a minute.
#>
[CmdletBinding()]
param(
    # The processes to watch; all where none is given.
    [int[]] $ProcessId,

    # How many calls to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

Trace-Syscall sync, syncfs, fsync, fdatasync, sync_file_range, msync -IncludeReturn @PSBoundParameters |
    Select-Object Time, Syscall, ProcessName, ProcessId, ThreadId, UserId, @{ Name = 'Descriptor'; Expression = { $_.fd } }, ReturnValue, Duration
