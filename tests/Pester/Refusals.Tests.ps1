# Refusals of the verifier become explained errors at the line of the script that caused them.

BeforeDiscovery {
    $number = { $input | Add-EbpfVariable x uint64 }
    $refused = @(
        @{ Why = 'a loop without end'; Declare = $number; Words = '*never end*'; Says = '*infinite loop*'; Code = {
                $x = 1
                while ($true) { $x++ } # here
            } }
        @{ Why = 'a program that is too complex'; Declare = $number;
            Words = '*1,000,000 instructions*'; Says = '*too large*'; Code = {
                # Each call doubles the paths for the verifier.
                function b($value) { if ($kernel.Random -gt 5) { $value } else { 0 } } # here
                $a = (b 1) + (b 2) + (b 4) + (b 8) + (b 16) + (b 32) + (b 64) + (b 128) + (b 256) + (b 512) # here
                $a += (b 1024) + (b 2048) + (b 4096) + (b 8192) + (b 16384) + (b 32768) + (b 65536) # here
                $a += (b 0x20000) + (b 0x40000) + (b 0x80000) # here
                if ($a -eq 5000) { $x = 2 } # here
            } }
        @{ Why = 'a helper of other types of program'; Declare = $number;
            Words = '*skb_load_bytes*programs of this type may not call*|*skb_load_bytes*does not have for this type*';
            Says = '*skb_load_bytes*'; Code = {
                $text = 'abcdefgh'
                $x = $kernel.Call('skb_load_bytes', $packet, 0, $text, 8) # here
            } }
        @{ Why = 'an unknown helper'; Declare = $number; Words = '*9999*does not have*'; Says = '*9999*'; Code = {
                $x = $packet.Length
                $x = $kernel.Call(9999) # here
            } }
        @{ Why = 'a number in place of a map'; Declare = $number;
            Words = '*gives a helper*scalar*map_ptr*'; Says = '*expected=map_ptr*'; Code = {
                $x = 5
                $x = $kernel.Call('map_lookup_elem', 5, 'abcd') # here
            } }
        @{ Why = 'the wrong kind of map'; Words = '*map of type Hash*does not have this operation*'; Says = '*map_type 1*'
            Declare = { $input | Add-EbpfMap map -Type Hash -Key uint32 -Value uint32 -MaxEntries 2 }; Code = {
                $map[1] = 5
                $x = $kernel.Call('map_push_elem', $map, 5, 0) # here
            } }
        @{ Why = 'writing to a map that is read-only'; Words = '*map*only read*'; Says = '*write into map forbidden*'
            Declare = { $input | Add-EbpfVariable x uint64 |
                    Add-EbpfMap map -Type Hash -Key uint32 -Value uint32 -MaxEntries 2 -Flags ReadOnlyProgram };
            Code = {
                $x = $map[1]
                $map[1] = 5 # here
            } }
        @{ Why = 'an unbounded size'; Declare = $number;
            Words = '*limits the verifier cannot see*'; Says = '*min value is negative*'; Code = {
                $size = $packet.Length
                $x = $kernel.Call('csum_diff', 0, 0, 'abcd', $size, 0) # here
            } }
        @{ Why = 'a pointer that may be null'; Words = '*may be null*'; Says = '*_or_null*'
            Declare = { $input | Add-EbpfMap records -Type RingBuffer -MaxEntries 4096 }; Code = {
                $record = $kernel.Call('ringbuf_reserve', $records, 8, 0)
                [void]$kernel.Call('ringbuf_submit', $record, 0) # here
            } }
        @{ Why = 'a record that is not given back'; Words = '*does not release*'; Says = '*reference*'
            Declare = { $input | Add-EbpfVariable x uint64 | Add-EbpfMap records -Type RingBuffer -MaxEntries 4096 };
            Code = {
                if ($packet.Length -gt 60) { $x = 1 }
                $x = $kernel.Call('ringbuf_reserve', $records, 8, 0) -eq 0 # here
            } }
        @{ Why = 'calculating with an address'; Declare = $number;
            Words = '*calculates with an address*'; Says = '*pointer arithmetic*'; Code = {
                $x = 5
                $x = $kernel.Context * 3 # here
            } }
        @{ Why = 'an invalid verdict'; With = @{ Type = 'CgroupSocket' }; Words = '*result*'; Says = '*R0*'; Code = {
                if ($kernel.Cpu -gt 100) { return 'Deny' }
                return 5 # here
            } }
        @{ Why = 'a GPL-only helper'; With = @{ Type = 'Xdp'; License = 'Proprietary' };
            Words = '*GPL*'; Says = '*GPL*'; Code = {
                if ($packet.Length -gt 60) { return 'Drop' }
                Write-Debug 'short' # here
            } }
        @{ Why = 'a tail call in a map without programs';
            Words = '*holds no programs*'; Says = '*prog array*|*misconfigured verifier*'
            Declare = { $input | Add-EbpfMap map -Type Hash -Key uint32 -Value uint32 -MaxEntries 2 }; Code = {
                $map[1] = 1
                [void]$map.TailCall(1) # here
            } }
        @{ Why = 'a helper call of size 0'; Declare = $number;
            Words = '*read nothing*'; Says = '*zero-sized*'; Code = {
                $x = 5
                $x = $kernel.Call('trace_printk', 'text', 0) # here
            } }
    )
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force

    function Get-Refusal($Code, $Declare = { $input }, $With = @{ Type = 'Xdp' }, [switch] $Loud) {
        $program = New-EbpfProgram refused @With | & $Declare | Add-EbpfCode $Code
        $output = & { try { $program | Import-EbpfProgram -Verbose:$Loud } catch { $_ } } 4>&1
        $output | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] } |
            Should -BeOfType Management.Automation.ErrorRecord
        $output
    }
}

Describe 'The verifier refuses' {
    It '<Why>, with an explanation and the line' -ForEach $refused {
        $arguments = @{ Code = $Code }
        if ($Declare) { $arguments.Declare = $Declare }
        if ($With) { $arguments.With = $With }
        $failure = Get-Refusal @arguments
        $failure.FullyQualifiedErrorId | Should -BeLike 'ProgramRefused,*'
        @($Words -split '\|' | Where-Object { $failure.Exception.Explanation -like $_ }) |
            Should -Not -BeNullOrEmpty -Because $failure.Exception.Explanation
        @($Says -split '\|' | Where-Object { $failure.Exception.Reason -like $_ }) |
            Should -Not -BeNullOrEmpty -Because $failure.Exception.Reason

        # The error is at the marked line of this file.
        $failure.Exception.SourceSpan.LineText | Should -BeLike '*# here' -Because "$failure"
        $failure.Exception.SourceSpan.File | Should -Be $PSCommandPath
        $span = $failure.Exception.SourceSpan
        (Get-Content $PSCommandPath)[$span.Line - 1] | Should -Be $span.LineText
        $failure.InvocationInfo.ScriptLineNumber | Should -Be $failure.Exception.SourceSpan.Line
    }

    It 'with the whole log if -Verbose is set' {
        $output = Get-Refusal { $x = $kernel.Call(9999) } { $input | Add-EbpfVariable x uint64 } -Loud
        $log = ($output | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Message -join "`n"
        $log | Should -BeLike '*0: (85) call *9999*invalid func*processed * insns*'
        $failure = $output | Where-Object { $_ -is [Management.Automation.ErrorRecord] }
        $log | Should -BeLike "*$($failure.Exception.Log.Substring(0, 20))*"
    }

    It 'without the log otherwise' {
        @(Get-Refusal { $x = $kernel.Call(9999) } { $input | Add-EbpfVariable x uint64 }).Count | Should -Be 1
    }
}

Describe 'The compiler refuses' {
    It '<Why>' -ForEach @(
        @{ Why = 'values too large for the stack'; Words = '*bytes of stack*512*'; With = @{ Type = 'Xdp' }
            Declare = { $input | Add-EbpfMap map -Type Hash -Key uint32 -Value 'byte[600]' -MaxEntries 2 };
            Code = { $map[1] = $map[2] } }
        @{ Why = 'changing a read-only packet: SocketFilter'; Words = '*SocketFilter cannot change*';
            With = @{ Type = 'SocketFilter' }; Declare = { $input }; Code = { $packet.Byte(3) = 1 } }
        @{ Why = 'changing a read-only packet: CgroupSkb'; Words = '*CgroupSkb cannot change*';
            With = @{ Type = 'CgroupSkb' }; Declare = { $input }; Code = { $packet.Byte(3) = 1 } }
    ) {
        { New-EbpfProgram @With | & $Declare | Add-EbpfCode $Code | Import-EbpfProgram } | Should -Throw $Words
    }
}

Describe 'bpftool' -Skip:(-not (Get-Command bpftool -CommandType Application -ErrorAction Ignore)) {
    It 'shows the lines of the script' {
        $program = New-EbpfProgram lines -Type Xdp | Add-EbpfVariable packets uint64 |
            Add-EbpfCode {
                if ($packet.Length -gt 60) {
                    $packets += 2 # counted
                }
                'Pass'
            } | Import-EbpfProgram
        try {
            $dump = bpftool prog dump xlated id $program.Id linum
            $line = @($dump -like '*# counted*')[0]
            $line | Should -BeLike '*; $packets += 2 # counted*'
            $line | Should -BeLike "*file:$PSCommandPath*"
            $lines = [string[]] (Get-Content $PSCommandPath)
            $number = [array]::FindIndex($lines, [Predicate[string]] { $args[0] -like '*+= 2 # counted' }) + 1
            $line | Should -BeLike "*line_num:$number *"
        }
        finally { $program.Dispose() }
    }

    It 'shows maps with their types' {
        $map = New-EbpfMap typed -Type Hash -Value uint64 -MaxEntries 2 `
            -Key ([ordered]@{ Port = 'uint16'; Kind = 'byte' })
        try {
            $map | Set-EbpfMapValue -Key @{ Port = 53; Kind = 7 } -Value 9
            $entry = bpftool map dump -j id $map.Id | ConvertFrom-Json
            $entry[0].formatted.key.Port, $entry[0].formatted.key.Kind, $entry[0].formatted.value | Should -Be 53, 7, 9
        }
        finally { $map.Dispose() }
    }
}
