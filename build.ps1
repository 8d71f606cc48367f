#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, demonstrates and packs EbpfCat, and writes its help file.
.DESCRIPTION
    Build    writes an importable module to out/EbpfCat; quick if nothing changed
    Test     runs all tests (as root: they load programs into the kernel)
    Demo     counts packets between two network namespaces of its own (as root)
    Package  writes out/EbpfCat-VERSION-RUNTIME.zip, to unpack below a folder of $env:PSModulePath
    Help     writes src/Module/Help/EbpfCat.dll-Help.xml from docs/cmdlets, with the module Microsoft.PowerShell.PlatyPS
.EXAMPLE
    ./build.ps1

    Builds the module.
.EXAMPLE
    ./build.ps1 Package -Runtime linux-x64, linux-arm64

    Packs the module for two processor architectures.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Help')]
    [string[]] $Task = 'Build',

    # The runtimes that Package packs for: linux-x64, linux-arm64. The default is that of this machine.
    [string[]] $Runtime = "linux-$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant()
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$module = "$PSScriptRoot/out/EbpfCat"
$stamp = "$PSScriptRoot/out/built.txt"

# The sizes and times of all files that the module is built from, and of the built ones. If they are unchanged, so is
# the module.
function Get-BuildState {
    $files = [IO.Directory]::EnumerateFiles("$PSScriptRoot/src", '*', 'AllDirectories')
    $pages = [IO.Directory]::EnumerateFiles("$PSScriptRoot/docs", '*', 'AllDirectories')
    $root = [IO.Directory]::EnumerateFiles($PSScriptRoot)
    $built = if ([IO.Directory]::Exists($module)) { [IO.Directory]::EnumerateFiles($module, '*', 'AllDirectories') }
    $state = foreach ($file in @($files; $pages; $root; $built)) {
        if ($file -notmatch '/(obj|bin)/|\.git$') {
            $info = [IO.FileInfo]::new($file)
            "$file $($info.Length) $($info.LastWriteTimeUtc.Ticks)"
        }
    }
    ($state | Sort-Object) -join "`n"
}

function Invoke-DotNet {
    if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        throw 'There is no dotnet on the PATH. Install the .NET 10 SDK: https://dotnet.microsoft.com/download'
    }

    & dotnet @args
    if ($LASTEXITCODE) { throw "dotnet $($args[0]) failed." }
}

function Invoke-Build {
    if ((Test-Path $stamp) -and [IO.File]::ReadAllText($stamp) -eq (Get-BuildState)) { return }
    Invoke-DotNet build "$PSScriptRoot/src/Module" --verbosity quiet --nologo
    [IO.File]::WriteAllText($stamp, (Get-BuildState))
}

function Invoke-Test {
    Invoke-DotNet test "$PSScriptRoot/EbpfCat.slnx"
}

function Invoke-Demo {
    Invoke-Build
    & "$PSScriptRoot/examples/Demo.ps1" -Module $module
}

function Invoke-Package {
    $version = (Import-PowerShellDataFile "$PSScriptRoot/EbpfCat.psd1").ModuleVersion
    foreach ($name in $Runtime) {
        $folder = "$PSScriptRoot/out/package/$name"
        if (Test-Path $folder) { Remove-Item $folder -Recurse }
        Invoke-DotNet publish "$PSScriptRoot/src/Module" --runtime $name --verbosity quiet --nologo `
            "-p:PublishDir=$folder/EbpfCat/"
        Get-ChildItem "$folder/EbpfCat" -Filter *.pdb | Remove-Item
        $archive = "$PSScriptRoot/out/EbpfCat-$version-$name.zip"
        if (Test-Path $archive) { Remove-Item $archive }
        [IO.Compression.ZipFile]::CreateFromDirectory("$folder/EbpfCat", $archive, 'Optimal', $true)
        Get-Item $archive
    }
}

function Invoke-Help {
    & "$PSScriptRoot/docs/Build-Help.ps1"
}

foreach ($name in $Task) { & "Invoke-$name" }
