#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws how long threads that could run wait for a processor, in microseconds.
.DESCRIPTION
    A wait begins when a thread is woken up, or when it has to make way for another, and ends when it gets a processor. Long
    ones mean that there are more threads than the processors can serve.
.EXAMPLE
    sudo pwsh examples/RunQueueLatency.ps1 -Seconds 5
.EXAMPLE
    sudo pwsh examples/RunQueueLatency.ps1 -ByName | Where-Object Key -EQ nginx

    The waits of one program.
#>
[CmdletBinding()]
param(
    # How long to measure.
    [double] $Seconds = 10,

    # Makes a histogram for each name of a thread, in place of one for all.
    [switch] $ByName
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

try {
    $attachments = @()
    $waiting = New-EbpfMap -Name waiting -Type LruHash -Key int32 -Value uint64 -MaxEntries 16384

    $attachments += 'wakeup', 'wakeup_new' | ForEach-Object {
        New-EbpfProgram -Name $_ -Type Tracepoint -Target "sched/sched_$_" |
            Add-EbpfMap -Map $waiting |
            Add-EbpfCode { $waiting[$event.pid] = $kernel.Time } |
            New-TracepointAttachment
    }

    $attachments += New-EbpfProgram -Name switch -Type Tracepoint -Target sched/sched_switch |
        Add-EbpfMap -Map $waiting |
        Add-EbpfMap -Name latency -Type LruHash -Key 'char[16]' -Value histogram -MaxEntries 4096 |
        Add-EbpfCode {
            # Who sleeps has a bit set here; who does not could go on. Thread 0 is the processor at rest.
            if (($event.prev_state -band 0xff) -eq 0 -and $event.prev_pid -ne 0) { $waiting[$event.prev_pid] = $kernel.Time }
            $since = $waiting.Pop($event.next_pid)
            if ($since) {
                $waited = [Math]::Floor(($kernel.Time - $since) / 1000)
                if ($using:ByName) { [void]$latency.Observe($event.next_comm, $waited) } else { [void]$latency.Observe('all', $waited) }
            }
        } |
        New-TracepointAttachment

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachments[-1] | Get-EbpfMapValue -Name latency | Sort-Object Key
}
finally {
    $attachments | Remove-EbpfAttachment
    ${waiting}?.Dispose()
}
