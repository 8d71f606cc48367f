#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the connections that processes ask for, to where, and how long that took.
.DESCRIPTION
    A program that does not wait for its connection gets EINPROGRESS at once; TcpLatency.ps1 shows how long those take.
.EXAMPLE
    sudo pwsh examples/Connections.ps1 | Where-Object Failure -NE $null

    Connections that fail, and why.
.EXAMPLE
    sudo pwsh examples/Connections.ps1 -Local -ProcessName nginx

    Sockets of this machine too.
#>
[CmdletBinding()]
param(
    # The processes to watch; all where none is given.
    [int[]] $ProcessId,

    # The names of the programs to watch: each whole, or its beginning and a *.
    [string[]] $ProcessName,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout,

    # Shows what is no IP address too: sockets in the file system, and of the kernel.
    [switch] $Local
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

$null = $PSBoundParameters.Remove('Local')
Trace-Syscall connect -IncludeReturn @PSBoundParameters | Where-Object { $Local -or $_.uservaddr -is [ipendpoint] } | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; ProcessName = $_.ProcessName; ProcessId = $_.ProcessId; UserId = $_.UserId; Address = $_.uservaddr
        Failure = $_.ReturnValue -lt 0 ? [EbpfCat.Kernel.Errno](-$_.ReturnValue) : $null
        Duration = $_.Duration
    }
}
