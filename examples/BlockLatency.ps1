#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws how long disks take for what is asked of them, in microseconds.
.DESCRIPTION
    The time of a request runs from when it is given to the device until the device has done it: what the device takes, without the
    wait in the queue before it. Requests are told apart by their device and their first sector. A slow or failing disk shows as a
    second hill far down.
.EXAMPLE
    sudo pwsh examples/BlockLatency.ps1 -Seconds 5
.EXAMPLE
    sudo pwsh examples/BlockLatency.ps1 -ByDevice | Where-Object Key -Like 'nvme*'

    A histogram for each of the disks that begin so.
#>
[CmdletBinding()]
param(
    # How long to measure.
    [double] $Seconds = 10,

    # Makes a histogram for each device, in place of one for all.
    [switch] $ByDevice
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

# The kernel's number has the major one above 20 bits of the minor one.
function Get-DeviceName([uint32] $Number) {
    $name = "$($Number -shr 20):$($Number -band 0xfffff)"
    $link = Get-Item "/sys/dev/block/$name" -ErrorAction Ignore
    $link ? (Split-Path $link.LinkTarget -Leaf) : $name
}

try {
    $attachments = @()
    $issued = New-EbpfMap -Name issued -Type LruHash -Value uint64 -MaxEntries 16384 -Key (
        [ordered]@{ Device = 'uint32'; Sector = 'uint64' })

    # Ends first, so that no request waits for one that is not looked for.
    $attachments += New-EbpfProgram -Name complete -Type Tracepoint -Target block/block_rq_complete |
        Add-EbpfMap -Map $issued |
        Add-EbpfMap -Name latency -Type Hash -Key uint32 -Value histogram -MaxEntries 1024 |
        Add-EbpfCode {
            $since = $issued.Pop(@{ Device = $event.dev; Sector = $event.sector })
            if ($since) {
                $device = $using:ByDevice ? $event.dev : 0
                [void]$latency.Observe($device, [Math]::Floor(($kernel.Time - $since) / 1000))
            }
        } |
        New-TracepointAttachment

    $attachments += New-EbpfProgram -Name issue -Type Tracepoint -Target block/block_rq_issue |
        Add-EbpfMap -Map $issued |
        Add-EbpfCode { $issued[@{ Device = $event.dev; Sector = $event.sector }] = $kernel.Time } |
        New-TracepointAttachment

    Start-Sleep -Milliseconds ($Seconds * 1000)

    # Of the class that is drawn, with a name in place of the number.
    $attachments[0] | Get-EbpfMapValue -Name latency | ForEach-Object {
        [pscustomobject]@{
            PSTypeName = 'EbpfCat.Maps.MapEntry#Histogram'
            Key = $ByDevice ? (Get-DeviceName $_.Key) : 'all'
            Value = $_.Value
        }
    } | Sort-Object Key
}
finally {
    $attachments | Remove-EbpfAttachment
    ${issued}?.Dispose()
}
