<#
.SYNOPSIS
    Runs the Pester suite against a built module, and ends with 0 where all passed, 77 where it cannot run.
.EXAMPLE
    pwsh tests/Pester/Invoke-Suite.ps1 -Test *Attachment*
#>
[CmdletBinding()]
param(
    # The module's folder.
    [Parameter(Position = 0)]
    [string] $Module = "$PSScriptRoot/../../out/EbpfCat",

    # Which test files to run, by name: wildcards, with commas between.
    [string] $Test = '*',

    # Which tests to run, by tag: with commas between; all where none is given.
    [string] $Tag,

    # Which tests not to run, by tag: with commas between.
    [string] $ExcludeTag
)

$ErrorActionPreference = 'Stop'

if ($PSVersionTable.PSVersion -lt [version] '7.6') {
    "It takes PowerShell 7.6 or later; this is $($PSVersionTable.PSVersion)."
    exit 77
}

if (-not (Get-Module Pester -ListAvailable | Where-Object Version -ge 5.5)) {
    'It takes Pester 5.5 or later: Install-PSResource Pester'
    exit 77
}

if ([Environment]::UserName -ne 'root') {
    "It takes root: the tests load programs into the kernel. This is $([Environment]::UserName)."
    exit 77
}

# In a mount namespace and a BPF file system of its own, what the tests pin and mount is theirs alone, and gone when they
# end, however they end.
if (-not $env:EBPFCAT_ISOLATED -and (Get-Command unshare -CommandType Application -ErrorAction Ignore)) {
    $env:EBPFCAT_ISOLATED = 1
    # Quoted, so that a * is not taken for files.
    & unshare --mount --propagation private sh -c 'mount -t bpf bpf /sys/fs/bpf; exec "$@"' sh `
        (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $PSCommandPath -Module "$Module" -Test "$Test" -Tag "$Tag" -ExcludeTag "$ExcludeTag"
    exit $LASTEXITCODE
}

Import-Module Pester -MinimumVersion 5.5
$env:EBPFCAT_MODULE = [IO.Path]::GetFullPath($Module, $PWD)

$configuration = New-PesterConfiguration
$files = $Test -split ',' | ForEach-Object { (Get-ChildItem "$PSScriptRoot/$_.Tests.ps1").FullName }
if ($Tag) {
    # To look through all files for tests would take an emulated processor minutes.
    $words = ($Tag -split ',' | ForEach-Object { [regex]::Escape($_) }) -join '|'
    $files = $files | Where-Object { Select-String -Path $_ -Pattern "-Tag\b.*\b($words)\b" -Quiet }
    if (-not $files) {
        "There are no Pester tests with the tag $Tag."
        exit 0
    }
}

$configuration.Run.Path = $files
if ($Tag) { $configuration.Filter.Tag = $Tag -split ',' }
if ($ExcludeTag) { $configuration.Filter.ExcludeTag = $ExcludeTag -split ',' }
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$result = Invoke-Pester -Configuration $configuration
exit [int]($result.Result -ne 'Passed')
