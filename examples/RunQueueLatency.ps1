#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws histograms of the time that runnable threads wait for a processor, in microseconds.
.DESCRIPTION
    A wait starts when a thread is woken up or preempted, and ends when it gets a processor. Long waits mean that
    there are more runnable threads than processors.
.EXAMPLE
    sudo pwsh examples/RunQueueLatency.ps1 -Seconds 5
.EXAMPLE
    sudo pwsh examples/RunQueueLatency.ps1 -ByName | Where-Object Key -EQ nginx

    Shows the waits of one program.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The time to measure.
    [double] $Seconds = 10,

    # Draws a histogram for each thread name instead of one for all.
    [switch] $ByName
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
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
            # A thread without a sleep state was preempted and waits again. Thread 0 is the idle task.
            if (($event.prev_state -band 0xff) -eq 0 -and $event.prev_pid -ne 0) {
                $waiting[$event.prev_pid] = $kernel.Time
            }
            $since = $waiting.Pop($event.next_pid)
            if ($since) {
                $waited = [Math]::Floor(($kernel.Time - $since) / 1000)
                if ($using:ByName) { $latency[$event.next_comm].Observe($waited) }
                else { $latency['all'].Observe($waited) }
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
