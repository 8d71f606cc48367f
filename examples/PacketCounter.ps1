#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows the packets that an interface receives, by protocol and by source, every two seconds until Ctrl-C.
.EXAMPLE
    sudo pwsh examples/PacketCounter.ps1

    Asks for the interface.
.EXAMPLE
    sudo pwsh examples/PacketCounter.ps1 eth0 -Mode Generic
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_NET_ADMIN.
#>
[CmdletBinding()]
param(
    # The interface; asked for by default.
    [Parameter(Position = 0)]
    [string] $InterfaceName,

    # The XDP mode.
    [ValidateSet('Best', 'Native', 'Generic')]
    [string] $Mode = 'Best',

    # The number of seconds between updates.
    [ValidateRange(0.1, 3600)]
    [double] $Interval = 2,

    # Ends after this number of updates; 0 means until Ctrl-C.
    [int] $Count,

    # The number of sources to show.
    [int] $Top = 15
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# Common IANA protocol numbers.
$protocolNames = @{
    1 = 'ICMP'; 2 = 'IGMP'; 4 = 'IPv4 in IP'; 6 = 'TCP'; 17 = 'UDP'; 41 = 'IPv6 in IP'; 47 = 'GRE'; 50 = 'ESP'
    51 = 'AH'; 58 = 'ICMPv6'; 89 = 'OSPF'; 103 = 'PIM'; 112 = 'VRRP'; 132 = 'SCTP'
}

function Select-Interface {
    $interfaces = [Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()
    for ($number = 1; $number -le $interfaces.Count; $number++) {
        $interface = $interfaces[$number - 1]
        Write-Host ('{0,3}  {1,-16} {2,-8} {3}' -f
            $number, $interface.Name, $interface.OperationalStatus, $interface.NetworkInterfaceType)
    }

    do { $answer = Read-Host "Which interface (1 to $($interfaces.Count))" }
    until ($answer -as [int] -in 1..$interfaces.Count)
    $interfaces[[int]$answer - 1].Name
}

function Show-Count {
    $packets = $attachment | Get-EbpfMapValue -Name packets
    $other = $attachment | Get-EbpfMapValue -Name other
    Write-Host ("`n$(Get-Date -Format T)  $InterfaceName, $($attachment.Mode) mode: " +
        "$packets packets, $other of them not IP")
    $attachment | Get-EbpfMapValue -Name protocols | Sort-Object Value -Descending | ForEach-Object {
        [pscustomobject]@{ Protocol = $protocolNames[[int]$_.Key] ?? $_.Key; Packets = $_.Value }
    } | Format-Table | Out-Host
    $attachment | Get-EbpfMapValue -Name sources | Sort-Object Value -Descending -Top $Top | ForEach-Object {
        [pscustomobject]@{ Source = "$($_.Key)"; Packets = $_.Value }
    } | Format-Table | Out-Host
}

$attachment = $null
try {
    if (-not $InterfaceName) { $InterfaceName = Select-Interface }
    $attachment = New-EbpfProgram -Name packet_counter -Type Xdp |
        Add-EbpfVariable -Name packets -Type uint64 |
        Add-EbpfVariable -Name other -Type uint64 |
        Add-EbpfMap -Name protocols -Type Hash -Key uint8 -Value uint64 -MaxEntries 256 |
        Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 16384 |
        Add-EbpfCode {
            $packets++
            if ($packet.IPv4) {
                $protocols[$packet.IPv4.Protocol] += 1
                $sources[$packet.IPv4.Source] += 1
            }
            elseif ($packet.IPv6) {
                $protocols[$packet.IPv6.NextHeader] += 1
                $sources[$packet.IPv6.Source] += 1
            }
            else {
                $other++
            }
            'Pass'
        } |
        New-XdpAttachment -InterfaceName $InterfaceName -Mode $Mode

    for ($look = 1; $Count -eq 0 -or $look -le $Count; $look++) {
        Start-Sleep -Milliseconds ($Interval * 1000)
        Show-Count
    }
}
finally {
    # Runs on Ctrl-C too.
    if ($attachment) { $attachment | Remove-EbpfAttachment }
}
