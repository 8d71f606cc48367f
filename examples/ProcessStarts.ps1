#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces the programs that processes start, with their arguments.
.DESCRIPTION
    Traces the entry of execve(2), so it includes failed calls, such as those for each PATH folder in which a shell
    looks for a command. The arguments are read from the memory of the process.
.EXAMPLE
    sudo pwsh examples/ProcessStarts.ps1 -Timeout 60
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The process that starts programs; the default is all.
    [int] $ProcessId,

    # Ends after this number of starts.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

Trace-Ebpf -Tracepoint syscalls/sys_enter_execve @PSBoundParameters {
    [pscustomobject]@{
        Time = [datetime]$kernel.Time; ProcessId = $process.Id; ParentId = $process.Parent; UserId = $process.UserId
        File = $event.filename; Arguments = $event.argv
    }
}
