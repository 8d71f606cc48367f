#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the files that processes open, and what came of it.
.EXAMPLE
    sudo pwsh examples/OpenedFiles.ps1 -Timeout 10 | Where-Object Failure -EQ ENOENT

    Files that were looked for in vain.
#>
[CmdletBinding()]
param(
    # The processes to watch; all where none is given.
    [int[]] $ProcessId,

    # The names of the programs to watch: each whole, or its beginning and a *.
    [string[]] $ProcessName,

    # How many files to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

# Not every processor has the oldest of them.
$names = 'open', 'openat', 'openat2' | Where-Object { [EbpfCat.Tracing.Syscalls]::Current.Contains($_) }

Trace-Syscall $names -IncludeReturn @PSBoundParameters | ForEach-Object {
    $failed = $_.ReturnValue -lt 0
    [pscustomobject]@{
        Time = $_.Time; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId; File = $_.filename
        Descriptor = $failed ? $null : $_.ReturnValue
        Failure = $failed ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
        Duration = $_.Duration
    }
}
