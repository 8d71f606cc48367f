#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Counts packets between two temporary network namespaces, and checks the numbers.
.DESCRIPTION
    One end of a veth pair runs the first example of the README in the driver. The other end sends known numbers of
    packets. The exit code is 1 if a count differs.
.EXAMPLE
    sudo pwsh examples/Demo.ps1
.NOTES
    Requires root.
#>
[CmdletBinding()]
param(
    # The folder of the module.
    [string] $Module = "$PSScriptRoot/../out/EbpfCat"
)

$ErrorActionPreference = 'Stop'
Import-Module $Module

# The number of packets that each source sends.
$sent = [ordered]@{ '192.0.2.2' = 120; '192.0.2.3' = 77; '192.0.2.4' = 5 }

$outside = [EbpfCat.Attachments.NetworkNamespace]::OpenCurrent()
$here = [EbpfCat.Attachments.NetworkNamespace]::Create()
$there = [EbpfCat.Attachments.NetworkNamespace]::Create()
try {
    $here.CreateVethPair('near0', $there, 'far0')
    $here.AddAddress('near0', '192.0.2.1', 24)
    $there.AddNeighbor('far0', '192.0.2.1', $here.GetLinkAddress('near0'))

    $here.Enter()
    New-EbpfProgram -Name count -Type Xdp |
        Add-EbpfVariable -Name packets -Type uint64 |
        Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
        Add-EbpfCode {
            if ($packet.IPv4) {
                $packets++
                $sources[$packet.IPv4.Source] += 1
            }
            'Pass'
        } |
        New-XdpAttachment -InterfaceName near0 -Mode Native -OutVariable attachment |
        Format-Table | Out-Host

    $there.Enter()
    foreach ($source in $sent.Keys) {
        $there.AddAddress('far0', $source, 24)
        $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]$source, 0))
        for ($number = 0; $number -lt $sent[$source]; $number++) {
            $null = $socket.Send([byte[]](1, 2, 3), 3, '192.0.2.1', 9999)
        }
        $socket.Dispose()
    }

    $here.Enter()

    # The last packets may still be in flight.
    $total = ($sent.Values | Measure-Object -Sum).Sum
    for ($time = 0; $time -lt 100 -and ($attachment | Get-EbpfMapValue -Name packets) -lt $total; $time++) {
        Start-Sleep -Milliseconds 20
    }

    $counted = $attachment | Get-EbpfMapValue -Name packets
    $sources = $attachment | Get-EbpfMapValue -Name sources
    $result = foreach ($source in $sent.Keys) {
        [pscustomobject]@{
            Source  = $source
            Sent    = $sent[$source]
            Counted = ($sources | Where-Object { "$($_.Key)" -eq $source }).Value
        }
    }

    $result | Format-Table | Out-Host
    $isExact = $counted -eq $total -and -not ($result | Where-Object { $_.Sent -ne $_.Counted })
    Write-Host "$total packets sent, $counted counted: $($isExact ? 'exact' : 'THE NUMBERS DIFFER')."
}
finally {
    if ($attachment) { $attachment | Remove-EbpfAttachment }
    $outside.Enter()
    $here.Dispose()
    $there.Dispose()
    $outside.Dispose()
}

if (-not $isExact) { exit 1 }
