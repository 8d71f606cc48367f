#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows which host names programs look up, what came of it, and how long that took.
.DESCRIPTION
    Lookups by getaddrinfo(3) of the C library are seen, in all processes that use it, however the answer is found: by DNS, in
    a file, or from a cache. A program on its entry keeps the name, one on its return puts out the object.
.EXAMPLE
    sudo pwsh examples/NameLookups.ps1 | Where-Object Duration -GT 0:0:1

    Lookups that take longer than a second.
#>
[CmdletBinding()]
param(
    # The library that has the function, by name or path.
    [string] $Library = 'libc',

    # How many lookups to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

# netdb.h: what getaddrinfo returns.
$failures = @{
    -1 = 'BADFLAGS'; -2 = 'NONAME'; -3 = 'AGAIN'; -4 = 'FAIL'; -5 = 'NODATA'; -6 = 'FAMILY'; -7 = 'SOCKTYPE'; -8 = 'SERVICE'
    -9 = 'ADDRFAMILY'; -10 = 'MEMORY'; -11 = 'SYSTEM'; -12 = 'OVERFLOW'
}

$null = $PSBoundParameters.Remove('Library')
$attachments = @()
try {
    $lookups = New-EbpfMap -Name lookups -Type LruHash -Key uint32 -Value ([ordered]@{ Time = 'uint64'; Host = 'char[128]' }) -MaxEntries 4096

    $attachments += New-EbpfProgram -Name lookup_end -Type Kprobe |
        Add-EbpfMap -Map $lookups |
        Add-EbpfCode {
            if ($process.ThreadId -in $lookups) {
                $started = $lookups[$process.ThreadId].Time
                [pscustomobject]@{
                    Time = [datetime]$started; ProcessName = $process.Name; ProcessId = $process.Id; Host = $lookups[$process.ThreadId].Host
                    Result = [int]$return; Duration = [timespan]($kernel.Time - $started)
                }
                [void]$lookups.Remove($process.ThreadId)
            }
        } |
        New-UprobeAttachment $Library getaddrinfo -Return

    $attachments += New-EbpfProgram -Name lookup_begin -Type Kprobe |
        Add-EbpfMap -Map $lookups |
        Add-EbpfCode { $lookups[$process.ThreadId] = @{ Time = $kernel.Time; Host = [string]$event.arg0 } } |
        New-UprobeAttachment $Library getaddrinfo

    $attachments[0] | Receive-EbpfEvent @PSBoundParameters |
        Select-Object Time, ProcessName, ProcessId, Host, @{ Name = 'Failure'; Expression = { $failures[$_.Result] } }, Duration
}
finally {
    $attachments | Remove-EbpfAttachment
    ${lookups}?.Dispose()
}
