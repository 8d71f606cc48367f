#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Drops what an interface receives from the addresses of a list, until it is called with -Clear.
.DESCRIPTION
    The list has addresses and networks of IPv4 and IPv6, such as 192.0.2.7 and 2001:db8::/32. It stays in force when the
    session ends. A new list takes the place of the one before.
.EXAMPLE
    sudo pwsh -Command "Get-Content blocked.txt | examples/BlockSources.ps1 eth0"

    One address or network a line.
.EXAMPLE
    sudo pwsh examples/BlockSources.ps1 eth0 -Clear
#>
[CmdletBinding(DefaultParameterSetName = 'Block')]
param(
    # The interface.
    [Parameter(Mandatory, Position = 0)]
    [string] $InterfaceName,

    # Addresses and networks.
    [Parameter(Mandatory, Position = 1, ValueFromPipeline, ParameterSetName = 'Block')]
    [string[]] $Source,

    # Ends it: nothing is dropped any more.
    [Parameter(Mandatory, ParameterSetName = 'Clear')]
    [switch] $Clear
)

begin {
    $ErrorActionPreference = 'Stop'
    if (-not (Get-Module EbpfCat)) {
        $built = "$PSScriptRoot/../out/EbpfCat"
        Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
    }

    $pin = "blocked-$InterfaceName"
    $list = [Collections.Generic.List[string]]::new()
}

process {
    if ($Source) { $list.AddRange($Source) }
}

end {
    $before = Get-EbpfAttachment -Pin $pin -ErrorAction Ignore
    if ($before) { $before | Remove-EbpfAttachment }
    if ($Clear) { return }

    $program = New-EbpfProgram -Name blocked -Type Tc |
        Add-EbpfMap -Name blocked -Type LpmTrie -Key ipprefix -Value uint8 -MaxEntries 65536 |
        Add-EbpfVariable -Name dropped -Type uint64 |
        Add-EbpfCode {
            if (($packet.IPv4 -and $packet.IPv4.Source -in $blocked) -or ($packet.IPv6 -and $packet.IPv6.Source -in $blocked)) {
                $dropped++
                'Drop'
            }
            else { 'Unspec' }
        } |
        Import-EbpfProgram
    $list | ForEach-Object { [pscustomobject]@{ Key = $_; Value = 1 } } | Set-EbpfMapValue -InputObject $program -Name blocked
    $program | New-TcAttachment $InterfaceName Ingress -Pin $pin
}
