# Programs on functions of programs and libraries, and on their USDT probes.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestTracing.psm1 -Force
    $hasPythonProbes = [bool](Get-PythonWithProbes)
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1, $PSScriptRoot/TestTracing.psm1 -Force
    $calls = Get-CLibrary
    $python = Get-PythonWithProbes
}

Describe 'Probes of programs and libraries' {
    AfterEach { Get-EbpfAttachment | Remove-EbpfAttachment }

    Context 'New-UprobeAttachment' {
        It 'gives the arguments of a function: numbers and texts' {
            $attachment = New-EbpfProgram -Type Kprobe |
                Add-EbpfMap texts -Type Hash -Key 'char[16]' -Value uint64 -MaxEntries 64 |
                Add-EbpfMap numbers -Type Hash -Key int64 -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { $texts[[string]$event.arg0] += 1; $numbers[$event.arg0] += 1 }
            $text = $attachment | New-UprobeAttachment -Path libc -Function a64l -ProcessId $PID
            $number = $attachment | New-UprobeAttachment libc l64a -ProcessId $PID
            $text.Kind | Should -Be Uprobe
            $text.Target | Should -BeLike '/*/libc.so.6:a64l'
            1..3 | ForEach-Object { $null = $calls::a64l('zz.b') }
            $null = $calls::l64a(4711)
            $text | Get-EbpfMapValue texts -Key zz.b | Should -Be 3
            $number | Get-EbpfMapValue numbers -Key 4711 | Should -Be 1
        }

        It 'gives the return value' {
            $attachment = New-EbpfProgram -Type Kprobe | Add-EbpfVariable last int64 |
                Add-EbpfCode { $last = $return } |
                New-UprobeAttachment libc a64l -ProcessId $PID -Return
            $attachment.Kind | Should -Be Uretprobe
            $value = $calls::a64l('zz.b')
            $value | Should -BeGreaterThan 0
            $attachment | Get-EbpfMapValue last | Should -Be $value
        }

        It 'warns where the sign of a result is asked whose type is unknown' -Skip:(-not (Get-Command gcc -ea 0)) {
            $path = Join-Path $TestDrive fails
            'int fails(int n) { return -n; } int main(int n) { return fails(n * 95) & 1; }' | gcc -x c -o $path -
            $attachment = New-EbpfProgram -Type Kprobe | Add-EbpfVariable wide uint64 | Add-EbpfVariable cast uint64 |
                Add-EbpfCode { if ($return -lt 0) { $wide++ }; if ([int]$return -lt 0) { $cast++ } } |
                New-UprobeAttachment $path fails -Return -WarningVariable warnings -WarningAction SilentlyContinue
            & $path
            $attachment | Get-EbpfMapValue cast | Should -Be 1
            $attachment | Get-EbpfMapValue wide | Should -Be 0
            $warnings.Count | Should -Be 1
            "$warnings" | Should -BeLike '*type of this number is unknown*write ?int?$return*'
        }

        It 'sees all processes, also later ones, unless one is selected' {
            $program = New-EbpfProgram -Type Kprobe |
                Add-EbpfMap who -Type LruHash -Key uint32 -Value uint64 -MaxEntries 4096 |
                Add-EbpfCode { $who[$process.Id] += 1 }
            $all = $program | New-UprobeAttachment libc malloc
            $own = $program | New-UprobeAttachment libc malloc -ProcessId $PID
            $child = Start-Process ls / -PassThru -RedirectStandardOutput /dev/null
            $child.WaitForExit()
            $all | Get-EbpfMapValue who -Key $child.Id | Should -BeGreaterThan 0
            ($own | Get-EbpfMapValue who).Key | Where-Object { $_ -ne $PID } | Should -BeNullOrEmpty
        }

        It 'takes a file offset, an offset in a function, and a pattern' {
            $program = New-EbpfProgram -Type Kprobe | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ }
            $path = [EbpfCat.Tracing.SharedLibraries]::Resolve('libc')
            $file = [EbpfCat.Tracing.ElfFile]::Open($path)
            try { $offset = $file.ToFileOffset($file.GetFunction('a64l').Address) }
            finally { $file.Dispose() }
            $byOffset = $program | New-UprobeAttachment $path -Offset $offset -ProcessId $PID
            $byPattern = $program | New-UprobeAttachment $path '?64[al]' -ProcessId $PID
            $byPattern.Functions | Sort-Object | Should -Be a64l, l64a
            $byPattern.Functions[0] | Should -BeIn a64l, l64a
            $null = $calls::a64l('x')
            $byOffset | Get-EbpfMapValue n | Should -Be 1
            $byPattern | Get-EbpfMapValue n | Should -Be 1
            $byOffset.Target | Should -Be ('{0}:0x{1:x}' -f $path, $offset)
        }

        It 'probes the default version of a function, and others by name' {
            $program = New-EbpfProgram -Type Kprobe | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ }
            $default = $program | New-UprobeAttachment libc sched_setaffinity
            & taskset 3 true
            $default | Get-EbpfMapValue n | Should -BeGreaterThan 0
            { $program | New-UprobeAttachment libc sched_setaffinity@GLIBC_1 } |
                Should -Throw '*sched_setaffinity@GLIBC_*'
        }

        It 'refuses an offset inside an instruction' {
            $program = New-EbpfProgram -Type Kprobe | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ }
            $failure = Get-Refusal { 1..4 | ForEach-Object { $program | New-UprobeAttachment libc a64l -Offset $_ } }
            "$failure" | Should -BeLike '*no instruction begins at a64l+0x*nearest*'
            # Other modules may load another version of the library that decodes instructions.
            $decoder = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Iced' }
            if ($decoder) { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($decoder).Name | Should -Be EbpfCat }
        }

        It 'takes stacks of the process' {
            $attachment = New-EbpfProgram -Type Kprobe |
                Add-EbpfMap stacks -Type Hash -Key stack -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { $stacks[$kernel.UserStack] += 1 } | New-UprobeAttachment libc a64l -ProcessId $PID
            1..4 | ForEach-Object { $null = $calls::a64l('x') }
            $entries = $attachment | Get-EbpfMapValue stacks
            ($entries.Value | Measure-Object -Sum).Sum | Should -Be 4
            $entries.Key.ProcessId | Sort-Object -Unique | Should -Be $PID
            $stack = @($entries)[0].Key
            @($stack.Frames[0]).Count | Should -Be 1
            $stack.Frames[0].Symbol | Should -Be a64l
            $stack.Frames[-1].Address | Should -BeOfType [ulong]
        }

        It 'counts by function' {
            $attachment = New-EbpfProgram -Type Kprobe |
                Add-EbpfMap calls -Type Hash -Key function -Value uint64 -MaxEntries 64 |
                Add-EbpfCode { $calls[$event.Function] += 1 } | New-UprobeAttachment libc '?64[al]' -ProcessId $PID
            1..3 | ForEach-Object { $null = $calls::a64l('x') }
            $null = $calls::l64a(1)
            $counted = $attachment | Get-EbpfMapValue calls | Sort-Object Key
            $counted.Key | Should -Be a64l, l64a
            $counted.Value | Should -Be 3, 1
        }

        It 'ends when it is removed' {
            $program = New-EbpfProgram -Type Kprobe | Add-EbpfVariable n uint64 | Add-EbpfCode { $n++ } |
                Import-EbpfProgram
            try {
                $program | New-UprobeAttachment libc a64l -ProcessId $PID | Remove-EbpfAttachment
                $null = $calls::a64l('x')
                $program | Get-EbpfMapValue n | Should -Be 0
            }
            finally { $program.Dispose() }
        }

        It 'refuses unknown names with the nearest: <Wrong>' -ForEach @(
            @{ Wrong = 'libcc'; With = @{ Path = 'libcc'; Function = 'malloc' }; Near = 'libc' }
            @{ Wrong = 'mallocc'; With = @{ Path = 'libc'; Function = 'mallocc' }; Near = 'malloc' }
            @{ Wrong = '/bin/slep'; With = @{ Path = '/bin/slep'; Function = 'main' }; Near = '/bin/sleep' }
        ) {
            $failure = Get-Refusal { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment @With }
            "$failure" | Should -BeLike "*did you mean*$Near*"
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }

        It 'refuses wrong arguments' {
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment libc } |
                Should -Throw '*-Function*-Offset*'
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment libc malloc -ProcessId 99999999 } |
                Should -Throw '*no process 99999999*'
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment /etc/hostname malloc } |
                Should -Throw '*ELF*'
            { New-EbpfProgram -Type Tracepoint -Code { $x = 1 } | New-UprobeAttachment libc malloc } |
                Should -Throw '*-Type Kprobe*'
        }
    }

    Context 'New-UsdtAttachment' {
        # The interpreter also collects the youngest generation by itself.
        It 'gives the arguments of a probe' -Skip:(-not $hasPythonProbes) {
            $attachment = New-EbpfProgram -Type Kprobe |
                Add-EbpfMap collections -Type Hash -Key int32 -Value uint64 -MaxEntries 8 |
                Add-EbpfVariable last uint32 | Add-EbpfCode { $collections[$event.arg0] += 1; $last = $process.Id } |
                New-UsdtAttachment -Path $python -Probe python:gc__start
            $attachment.Kind | Should -Be Usdt
            $attachment.Target | Should -BeLike '/*python*:python:gc__start'
            $child = Start-Process $($attachment.Path) '-c',
                '"import gc; gc.disable(); gc.collect(1); gc.collect(1); gc.collect(0)"' -PassThru
            $child.WaitForExit()
            $attachment | Get-EbpfMapValue collections -Key 1 | Should -Be 2
            $attachment | Get-EbpfMapValue collections -Key 0 | Should -BeGreaterOrEqual 1
            $attachment | Get-EbpfMapValue last | Should -Be $child.Id
        }

        It 'refuses an unknown probe with the nearest' -Skip:(-not $hasPythonProbes) {
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UsdtAttachment $python gc__strat } |
                Should -Throw '*USDT probe*gc__strat*gc__start*'
        }

        It 'reports a file without probes' {
            $file = (Get-Command true -CommandType Application)[0].Source
            { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UsdtAttachment $file setjmp } |
                Should -Throw '*setjmp*no USDT probes*'
            { New-EbpfProgram -Type Xdp -Code { 'Pass' } | New-UsdtAttachment $file setjmp } |
                Should -Throw '*-Type Kprobe*'
        }
    }
}
