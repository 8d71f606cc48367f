# The example of the README up to the attachment; Startup.Tests.ps1 measures its time.
param([string] $Module, [switch] $Second)

$ErrorActionPreference = 'Stop'
Import-Module $Module

function New-Count {
    New-EbpfProgram -Name count -Type Xdp |
        Add-EbpfVariable -Name packets -Type uint64 |
        Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
        Add-EbpfCode {
            if ($packet.IPv4) {
                $packets++
                $sources[$packet.IPv4.Source] += 1
            }
            'Pass'
        }
}

if (-not $Second) {
    $attachment = New-Count | New-XdpAttachment -InterfaceName near0
    return
}

# The first call compiles the function that reads the clock. That time is not the program's.
$clock = [Diagnostics.Stopwatch]::new()
function Get-Time { $clock.Elapsed.TotalMilliseconds }

$null = Get-Time
New-Count | Import-EbpfProgram | New-XdpAttachment -InterfaceName near0 | Remove-EbpfAttachment
$clock.Start()
$loaded = New-Count | Import-EbpfProgram
$ready = Get-Time
$attachment = $loaded | New-XdpAttachment -InterfaceName near0
"$ready $(Get-Time)"
