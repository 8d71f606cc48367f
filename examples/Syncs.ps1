#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces calls that flush data to disk (sync(2), fsync(2) and similar), with their duration.
.EXAMPLE
    sudo pwsh examples/Syncs.ps1 -Timeout 60 | Sort-Object Duration -Descending -Top 10

    Shows the ten longest calls of a minute.
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

Trace-Syscall sync, syncfs, fsync, fdatasync, sync_file_range, msync -IncludeReturn @PSBoundParameters |
    Select-Object Time, Syscall, ProcessName, ProcessId, ThreadId, UserId,
        @{ Name = 'Descriptor'; Expression = { $_.fd } }, ReturnValue, Duration
