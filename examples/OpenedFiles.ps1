#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces the files that processes open, with descriptor or failure.
.EXAMPLE
    sudo pwsh examples/OpenedFiles.ps1 -Timeout 10 | Where-Object Failure -EQ ENOENT

    Shows files that were not found.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The processes to watch; the default is all.
    [int[]] $ProcessId,

    # The names of the programs to watch; a * can stand at the end.
    [string[]] $ProcessName,

    # Ends after this number of files.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# Some architectures lack the oldest of them.
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
