# Loops that are too long for the verifier: bpf_loop (Linux 5.17) calls their body.

BeforeDiscovery {
    $version = [version]((uname -r) -replace '^(\d+\.\d+).*', '$1')
    $hasBpfLoop = $version -ge [version]'5.17'
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force

    function Get-Result([scriptblock] $Code) {
        $program = New-EbpfProgram -Name long -Type Xdp |
            Add-EbpfVariable -Name result -Type int64 |
            Add-EbpfVariable -Name other -Type int64 |
            Add-EbpfMap -Name seen -Type Hash -Key uint32 -Value uint64 -MaxEntries 50000 |
            Add-EbpfCode $Code |
            Import-EbpfProgram
        try {
            $run = $program | Invoke-EbpfProgram -Packet ([byte[]]::new(64))
            "$($run.Verdict) $($program | Get-EbpfMapValue -Name result) $($program | Get-EbpfMapValue -Name other)"
        } finally {
            $program.Dispose()
        }
    }
}

Describe 'A long loop' -Skip:(-not $hasBpfLoop) {
    It 'iterates over a range' {
        Get-Result { foreach ($i in 1..1000000) { $result += $i }; 'Drop' } | Should -Be 'Drop 500000500000 0'
    }

    It 'is reported with -Verbose' {
        $output = New-EbpfProgram -Type Xdp -Code { $x = 0; foreach ($i in 1..100000) { $x += $i }; $x } |
            Import-EbpfProgram -Verbose 4>&1
        "$output" | Should -BeLike '*bpf_loop runs 1 of the loops*'
        $output[-1].Dispose()
    }

    It 'obeys break and continue' {
        Get-Result {
            for ($i = 0; $i -lt 100000; $i++) {
                if ($i % 3 -eq 0) { continue }
                if ($i -gt 50000) { $other = $i; break }
                $result++
            }
            'Pass'
        } | Should -Be 'Pass 33334 50002'
    }

    It 'returns from the program' {
        Get-Result {
            foreach ($i in 1..50000) { $seen[$i] = $i; if ($i -eq 40000) { $result = $seen[39999]; return 'Tx' } }
            'Drop'
        } |
            Should -Be 'Tx 39999 0'
    }

    It 'keeps locals between iterations' {
        Get-Result {
            $last = $packet.Length * 1000
            $a = 0
            $b = 1
            foreach ($i in 1..$last) { $t = ($a + $b) % 1000007; $a = $b; $b = $t }
            $result = $a
            $other = $b
            'Pass'
        } | Should -Be $(
            $a, $b = 0, 1
            foreach ($i in 1..64000) { $a, $b = $b, (($a + $b) % 1000007) }
            "Pass $a $b")
    }

    It 'keeps structs between iterations' {
        Get-Result {
            $k = @{ A = 1; B = 2 }; foreach ($i in 0..9999) { $k.A += 1; $k.B += $k.A }; $result = $k.B
            'Pass'
        } |
            Should -Be 'Pass 50015002 0'
    }

    It 'counts down, and reads the packet' {
        Get-Result { $i = 10000; while ($i -gt 0) { $i -= 2; $result += $packet.Byte($i % 64) + 1 } 'Pass' } |
            Should -Be 'Pass 5000 0'
    }

    It 'can be nested' {
        Get-Result {
            foreach ($i in 0..9999) { foreach ($j in 0..9999) { $result++; if ($j -gt 10) { break } } }
            'Pass'
        } |
            Should -Be 'Pass 120000 0'
    }

    It 'may consist of nested short loops' {
        Get-Result { foreach ($i in 0..299) { foreach ($j in 0..299) { $result += $i * $j } } 'Pass' } |
            Should -Be 'Pass 2011522500 0'
    }

    It 'is refused if it exceeds the limit of the helper' {
        { Get-Result { foreach ($i in 1..10000000) { $result++ } 'Pass' } } | Should -Throw '*10000000 times*8388608*'
    }
}

Describe 'A long loop without bpf_loop' -Skip:$hasBpfLoop {
    It 'is refused with an explanation' {
        { Get-Result { foreach ($i in 1..1000000) { $result += $i } 'Drop' } } | Should -Throw
    }
}
