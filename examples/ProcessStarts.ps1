#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the programs that processes start, with their arguments.
.DESCRIPTION
    A start is told of when it is asked for, by execve(2): one that fails, such as each folder in which a shell looks for a
    command, too. The arguments are read from the memory of the process, the first 16 of them.
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
    [pscustomobject]@{
        Time = [datetime]$kernel.Time; ProcessId = $process.Id; ParentId = $process.Parent; UserId = $process.UserId; File = $event.filename
        Arguments = $event.argv
    }
}
