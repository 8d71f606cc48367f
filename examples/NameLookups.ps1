#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces host name lookups, with their failure and duration.
.DESCRIPTION
    Traces getaddrinfo(3) of the C library in all processes, whether DNS, a file or a cache answers. A uprobe at the
    entry stores the name; one at the return emits the object.
.EXAMPLE
    sudo pwsh examples/NameLookups.ps1 | Where-Object Duration -GT 0:0:1

    Shows lookups that take longer than a second.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON.
#>
[CmdletBinding()]
param(
    # The library with the function, by name or path.
    [string] $Library = 'libc',

    # Ends after this number of lookups.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# Results of getaddrinfo (netdb.h).
$failures = @{
    -1 = 'BADFLAGS'; -2 = 'NONAME'; -3 = 'AGAIN'; -4 = 'FAIL'; -5 = 'NODATA'; -6 = 'FAMILY'; -7 = 'SOCKTYPE'
    -8 = 'SERVICE'; -9 = 'ADDRFAMILY'; -10 = 'MEMORY'; -11 = 'SYSTEM'; -12 = 'OVERFLOW'
}

$null = $PSBoundParameters.Remove('Library')
$attachments = @()
try {
    $lookups = New-EbpfMap -Name lookups -Type LruHash -MaxEntries 4096 -Key uint32 -Value (
        [ordered]@{ Time = 'uint64'; Host = 'char[128]' })

    $attachments += New-EbpfProgram -Name lookup_end -Type Kprobe |
        Add-EbpfMap -Map $lookups |
        Add-EbpfCode {
            if ($process.ThreadId -in $lookups) {
                $started = $lookups[$process.ThreadId].Time
                [pscustomobject]@{
                    Time = [datetime]$started; ProcessName = $process.Name; ProcessId = $process.Id
                    Host = $lookups[$process.ThreadId].Host
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
        Select-Object Time, ProcessName, ProcessId, Host,
            @{ Name = 'Failure'; Expression = { $failures[$_.Result] } }, Duration
}
finally {
    $attachments | Remove-EbpfAttachment
    ${lookups}?.Dispose()
}
