#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the programs that processes start, with their arguments.
.DESCRIPTION
    A start is told of when it is asked for, by execve(2): one that fails, such as each folder in which a shell looks for a
    command, too. The arguments are read from the memory of the process, the first eight of them.
.EXAMPLE
    sudo pwsh examples/ProcessStarts.ps1 -Timeout 60
#>
[CmdletBinding()]
param(
    # The process whose starts are wanted; all where none is given.
    [int] $ProcessId,

    # How many starts to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

Trace-Ebpf -Tracepoint syscalls/sys_enter_execve @PSBoundParameters {
    # The list ends with an address of 0; what lies behind it are no arguments.
    $count = [uint64]$event.argv[0] -eq 0 ? 0 :
        [uint64]$event.argv[1] -eq 0 ? 1 :
        [uint64]$event.argv[2] -eq 0 ? 2 :
        [uint64]$event.argv[3] -eq 0 ? 3 :
        [uint64]$event.argv[4] -eq 0 ? 4 :
        [uint64]$event.argv[5] -eq 0 ? 5 :
        [uint64]$event.argv[6] -eq 0 ? 6 :
        [uint64]$event.argv[7] -eq 0 ? 7 : 8
    [pscustomobject]@{
        Time = [datetime]$kernel.Time; ProcessId = $process.Id; ParentId = $process.Parent; UserId = $process.UserId; File = $event.filename
        Count = $count
        Argument0 = $event.argv[0]; Argument1 = $event.argv[1]; Argument2 = $event.argv[2]; Argument3 = $event.argv[3]
        Argument4 = $event.argv[4]; Argument5 = $event.argv[5]; Argument6 = $event.argv[6]; Argument7 = $event.argv[7]
    }
} | ForEach-Object {
    $all = $_.Argument0, $_.Argument1, $_.Argument2, $_.Argument3, $_.Argument4, $_.Argument5, $_.Argument6, $_.Argument7
    [pscustomobject]@{
        Time = $_.Time; ProcessId = $_.ProcessId; ParentId = $_.ParentId; UserId = $_.UserId; File = $_.File
        Arguments = [string[]]($all | Select-Object -First $_.Count)
    }
}
