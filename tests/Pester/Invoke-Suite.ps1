#Requires -Version 7.6
<#
.SYNOPSIS
    Runs the Pester suite on a built module. The exit code is 0 if all tests passed, 77 if they cannot run, or else 1.
.DESCRIPTION
    Pester comes from the NuGet package; `dotnet build tests/Pester` copies it and builds the module.
.EXAMPLE
    dotnet pwsh tests/Pester/Invoke-Suite.ps1 -Test *Attachment*
#>
[CmdletBinding()]
param(
    # The folder of the module.
    [Parameter(Position = 0)]
    [string] $Module = "$PSScriptRoot/../../out/EbpfCat",

    # The names of the test files, separated by commas; wildcards are allowed.
    [string] $Test = '*',

    # The tags of the tests to run, separated by commas; all tests run without it.
    [string] $Tag,

    # The tags of the tests to leave out, separated by commas.
    [string] $ExcludeTag,

    # The file that receives each test's name, result, file and error, as JSON.
    [string] $Report
)

$ErrorActionPreference = 'Stop'

$pester = "$PSScriptRoot/bin/Release/net10.0/Pester/Pester.psd1"
if (-not (Test-Path $pester)) { throw "There is no $pester. Run 'dotnet build tests/Pester' first." }

if ([Environment]::UserName -ne 'root') {
    "The tests load programs into the kernel, which takes root. This is $([Environment]::UserName)."
    exit 77
}

# The suite has its own mount namespace and BPF file system, so that its pins and mounts are gone when the process ends,
# however it ends.
if (-not $env:EBPFCAT_ISOLATED -and (Get-Command unshare -CommandType Application -ErrorAction Ignore)) {
    $env:EBPFCAT_ISOLATED = 1
    Import-Module $PSScriptRoot/TestProcess.psm1
    $command = Get-PowerShellCommand
    # In quotes, so that PowerShell does not expand wildcards.
    & unshare --mount --propagation private sh -c 'mount -t bpf bpf /sys/fs/bpf; exec "$@"' sh `
        @command -NoProfile -NonInteractive -File $PSCommandPath -Module "$Module" -Test "$Test" -Tag "$Tag" `
        -ExcludeTag "$ExcludeTag" -Report "$Report"
    exit $LASTEXITCODE
}

Import-Module $pester
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

if ($Report) {
    # Blocks and files fail too: in BeforeAll and AfterAll, and when they are read.
    $failed = @($result.FailedBlocks; $result.FailedContainers)
    $rows = foreach ($item in @($result.Tests; $failed)) {
        if ($item.Result -eq 'NotRun') { continue }
        $errors = foreach ($record in $item.ErrorRecord) {
            "$record`n$($record.ScriptStackTrace -replace '\n.*Pester\.psm1.*')"
        }

        @{
            Name   = $item.ExpandedPath ?? "$item"
            Result = "$($item.Result)"
            File   = [IO.Path]::GetFileName($item.ScriptBlock.File ?? "$($item.Item)")
            Error  = $errors -join "`n"
        }
    }

    ConvertTo-Json @($rows) | Set-Content $Report
}

exit [int]($result.Result -ne 'Passed')
