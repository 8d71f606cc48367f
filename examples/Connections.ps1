#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces the connections that processes open, with address, failure and duration.
.DESCRIPTION
    A non-blocking connect returns EINPROGRESS at once; TcpLatency.ps1 measures such connections.
.EXAMPLE
    sudo pwsh examples/Connections.ps1 | Where-Object Failure -NE $null

    Shows failed connections and their errors.
.EXAMPLE
    sudo pwsh examples/Connections.ps1 -Local -ProcessName nginx

    Includes Unix sockets.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The processes to watch; the default is all.
    [int[]] $ProcessId,

    # The names of the programs to watch; a * can stand at the end.
    [string[]] $ProcessName,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout,

    # Includes sockets without an IP address: Unix and netlink sockets.
    [switch] $Local
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

$null = $PSBoundParameters.Remove('Local')
Trace-Syscall connect -IncludeReturn @PSBoundParameters |
    Where-Object { $Local -or $_.uservaddr -is [ipendpoint] } |
    ForEach-Object {
        [pscustomobject]@{
            Time = $_.Time; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId
            Address = $_.uservaddr
            Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
            Duration = $_.Duration
        }
    }
