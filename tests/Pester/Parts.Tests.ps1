# Parts of a program that have variables, maps and functions of their own.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force

    function Add-Counter($Name, $Size) {
        process {
            $_ | Add-EbpfVariable "$Name.count" uint64 |
                Add-EbpfMap "$Name.lengths" -Type Hash -Key uint32 -Value uint64 -MaxEntries 8 |
                Add-EbpfCode -Name $Name {
                    function Add-Length($length) { $lengths[$length] += 1; $lengths[$length] }
                    if ($packet.Length -gt $using:Size) { $count++; $total++; [void](Add-Length $packet.Length) }
                }
        }
    }

    function New-Program { New-EbpfProgram -Type Xdp | Add-EbpfVariable total uint64 }

    function Invoke-Loaded($Definition, [scriptblock] $Check) {
        $program = $Definition | Import-EbpfProgram
        try {
            $null = $program | Invoke-EbpfProgram ([byte[]]::new(64))
            & $Check
        }
        finally { $program.Dispose() }
    }
}

Describe 'A part of a program' {
    It 'has variables and maps of its own, under each of its names' {
        Invoke-Loaded (New-Program | Add-Counter left 10 | Add-Counter right 100) {
            $program | Get-EbpfMapValue left.count | Should -Be 1
            $program | Get-EbpfMapValue right.count | Should -Be 0
            $program | Get-EbpfMapValue total | Should -Be 1
            ($program | Get-EbpfMapValue left.lengths).Key | Should -Be 64
            $program | Get-EbpfMapValue right.lengths | Should -BeNullOrEmpty
        }
    }

    It 'is used by the scripts behind it' {
        Invoke-Loaded (New-Program | Add-Counter left 10 | Add-Counter right 100 | Add-EbpfCode {
            $right.count += $left.count + 5
            if (64 -in $left.lengths -and 64 -notin $right.lengths) { $right.lengths[64] = $left.lengths[64] + 1 }
            $total = right.Add-Length 64
            [void]$left.lengths.Remove(64)
        }) {
            $program | Get-EbpfMapValue right.count | Should -Be 6
            $program | Get-EbpfMapValue total | Should -Be 3
            $program | Get-EbpfMapValue left.lengths | Should -BeNullOrEmpty
        }
    }

    It 'has several scripts' {
        Invoke-Loaded (New-Program | Add-Counter left 10 | Add-EbpfCode -Name left { $count += 10 }) {
            $program | Get-EbpfMapValue left.count | Should -Be 11
        }
    }

    It 'refuses <Code> with <Id>: <Advice>' -ForEach @(
        @{ Code = { $left.cuont++ }; Id = 'UnknownVariable'; Advice = 'Did you mean $left.count?' }
        @{ Code = { $count++ }; Id = 'UnknownVariable'; Advice = 'Did you mean $left.count?' }
        @{ Code = { $total = $left }; Id = 'NotAValue'; Advice = 'Write $left.count*' }
        @{ Code = { $left = 1 }; Id = 'InvalidAssignment'; Advice = 'Choose another name.' }
        @{ Code = { $left.lengths = 1 }; Id = 'NotAValue'; Advice = 'Write $left.lengths`[key`]*' }
        @{ Code = { left.Add-Lenght 5 }; Id = 'UnsupportedCommand'; Advice = 'Did you mean left.Add-Length?' }
    ) {
        $failure = { New-Program | Add-Counter left 10 | Add-EbpfCode $Code } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.Exception.Suggestion | Should -BeLike $Advice
    }

    It 'refuses a function that calls itself' {
        $failure = { New-Program | Add-EbpfCode -Name left { function again { again }; $total = again } } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'RecursiveFunction,*'
    }

    It 'refuses a name that is taken' {
        foreach ($definition in
            { New-Program | Add-Counter left 1 | Add-Counter LEFT 2 },
            { New-Program | Add-Counter left 1 | Add-EbpfVariable left uint64 },
            { New-Program | Add-Counter total 1 },
            { New-Program | Add-EbpfCode -Name total { } }) {
            $failure = $definition | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'DuplicateName,*'
        }
    }
}

Describe 'A name that has a meaning of its own' {
    It 'is refused by <_>' -ForEach @(
        { Add-EbpfVariable packet uint64 -Program $program }
        { Add-EbpfVariable true.count uint64 -Program $program }
        { Add-EbpfMap Null -Type Hash -Key byte -Value byte -MaxEntries 1 -Program $program }
        { Add-EbpfPacketVariable event -Offset 0 -Type B -Program $program }
        { Add-EbpfCode -Name kernel { } -Program $program }
    ) {
        $program = New-EbpfProgram -Type Xdp
        $failure = $_ | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidName,*'
        @($program.DeclaredNames) | Should -HaveCount 0
    }
}
