# Flame graphs of stacks that programs count and put out.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestTracing.psm1 -Force
    $calls = Get-CLibrary
    function Get-Frame($path) {
        ([xml](Get-Content $path -Raw)).SelectNodes('//*[@class="frame"]')
    }
}

Describe 'Export-FlameGraph' {
    AfterEach { Get-EbpfAttachment | Remove-EbpfAttachment }

    It 'draws the entries of a map' {
        $attachment = New-EbpfProgram -Type Kprobe |
            Add-EbpfMap stacks -Type Hash -MaxEntries 64 -Value uint64 -Key (
                [ordered]@{ Name = 'char[16]'; User = 'stack' }) |
            Add-EbpfCode { $stacks[@{ Name = $process.Name; User = $kernel.UserStack }] += 1 } |
            New-UprobeAttachment libc '?64[al]' -ProcessId $PID
        1..3 | ForEach-Object { $null = $calls::a64l('x') }
        $before = $attachment | Get-EbpfMapValue stacks
        $null = $calls::l64a(1)
        $attachment | Get-EbpfMapValue stacks | Export-FlameGraph TestDrive:/one.svg -Title 'A <title>'
        $frames = Get-Frame TestDrive:/one.svg
        $frames[0].title | Should -Be 'all: 4 samples, 100.00%'
        # The runtime compiles the caller meanwhile, so that there can be several stacks.
        $counted = $frames | Where-Object data-name -EQ a64l | ForEach-Object {
            $_.title | Should -Match '^a64l \[libc\.so\.6\]: \d samples, \d+\.00%$'
            [int]($_.title -replace '.*: (\d) .*', '$1')
        }
        ($counted | Measure-Object -Sum).Sum | Should -Be 3
        ($frames | Where-Object data-depth -EQ 1).'data-name' | Should -Not -BeNullOrEmpty
        Get-Content TestDrive:/one.svg -Raw | Should -BeLike '*>A &lt;title&gt;</text>*'

        $attachment | Get-EbpfMapValue stacks | Export-FlameGraph TestDrive:/two.svg -Baseline $before
        (Get-Frame TestDrive:/two.svg | Where-Object data-name -EQ l64a).title |
            Should -Be 'l64a [libc.so.6]: 1 samples, 25.00%, +25.00% to the baseline'
    }

    It 'takes objects with stacks, and groups and counts by their properties' {
        $events = 1..2 | ForEach-Object {
            $frame = [EbpfCat.Tracing.SymbolizedAddress]::new(16, "f$_", 0, '/bin/app', $false)
            [pscustomobject]@{ Service = 'web'; Stack = @($frame); Bytes = 100 * $_ }
        }
        $events | Export-FlameGraph TestDrive:/three.json -Value Bytes -GroupBy Service -Unit bytes
        $file = Get-Content TestDrive:/three.json -Raw | ConvertFrom-Json
        $file.shared.frames.name | Should -Be web, f1, f2
        $file.profiles[0].unit | Should -Be bytes
        $file.profiles[0].weights | Should -Be 100, 200
        $events | Export-FlameGraph TestDrive:/four.txt -Format Speedscope
        (Get-Content TestDrive:/four.txt -Raw | ConvertFrom-Json).profiles[0].endValue | Should -Be 2
        $events | Export-FlameGraph TestDrive:/none.svg -WhatIf
        'TestDrive:/none.svg' | Should -Not -Exist
    }

    It 'draws an unknown stack as such, also on a known one' {
        $unknown = [EbpfCat.Events.StackMaps]::ReadStack($null, [EbpfCat.Types.StackReference]::new(-17, 0))
        $frame = [EbpfCat.Tracing.SymbolizedAddress]::new(16, 'main', 0, '/bin/app', $false)
        [pscustomobject]@{ User = @($frame); Kernel = $unknown } | Export-FlameGraph TestDrive:/unknown.json
        (Get-Content TestDrive:/unknown.json -Raw | ConvertFrom-Json).shared.frames.name |
            Should -Be main, '[unknown]'
    }

    It 'refuses objects without a stack: <Name>' -ForEach @(
        @{ Name = 'number'; Script = { 5 | Export-FlameGraph TestDrive:/x.svg }; Says = '*Int32 has no stack*' }
        @{ Name = 'object'; Script = { [pscustomobject]@{ A = 1 } | Export-FlameGraph TestDrive:/x.svg }
            Says = '*has no stack*$kernel.Stack*' }
        @{ Name = 'no objects'; Script = { @() | Export-FlameGraph TestDrive:/x.svg }; Says = '*no stacks to draw*' }
    ) {
        $Script | Should -Throw $Says
        'TestDrive:/x.svg' | Should -Not -Exist
    }
}
