# The front end of kernel scripts: the statements that a script block becomes, and the errors.

BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $module = @(
        Join-Path $root 'out/EbpfCat/EbpfCat.dll'
        Join-Path $root 'src/Module/bin/Debug/net10.0/EbpfCat.dll'
    ) | Where-Object { Test-Path $_ } | Select-Object -First 1
    Import-Module $module
    Add-Type -Path (Join-Path (Split-Path $module) 'EbpfCat.Engine.dll')

    function New-Definition([string]$Type = 'Xdp') {
        $program = [EbpfCat.Language.ProgramDefinition]::new('test', $Type)
        $null = $program.AddVariable('packets', [EbpfCat.Types.EbpfType]::Parse('uint64'))
        $null = $program.AddPacketVariable('etherType', 12, [EbpfCat.Types.EbpfType]::Parse('!H'))
        $null = $program.AddMap('sources', 'LruHash', 'ipaddress', 'uint64', 100)
        $null = $program.AddMap('queue', 'Queue', $null, 'uint32', 100)
        $null = $program.AddMap('devices', 'DevMap', 'uint32', 'uint32', 8)
        $program
    }

    function Add-Code([EbpfCat.Language.ProgramDefinition]$Program, [scriptblock]$Code) {
        $evaluator = [EbpfCat.ScriptBlocks.SessionEvaluator]::new($ExecutionContext.SessionState)
        try {
            [EbpfCat.ScriptBlocks.ScriptBlockCompiler]::Compile($Code, $Program, $evaluator)
        }
        catch [System.Management.Automation.MethodInvocationException] {
            throw $_.Exception.InnerException
        }
    }

    # The program as text, one line for each statement.
    function Read-Code([scriptblock]$Code) {
        $program = New-Definition
        $null = Add-Code $program $Code
        [EbpfCat.Language.ProgramPrinter]::Print($program).TrimEnd("`n") -split "`n"
    }

    function Get-Refusal([scriptblock]$Code) {
        $program = New-Definition
        try { $null = Add-Code $program $Code } catch { $refusal = $_.Exception }
        $refusal | Should -BeOfType EbpfCat.Language.CompileException
        $program.Body.Count + $program.Functions.Count | Should -Be 0 -Because 'a refused script changes nothing'
        $refusal
    }

    $limit = 5
    $ports = 80, 443, 8080
    $settings = @{ Port = 99; Names = 'a', 'b' }
}

Describe 'A kernel script' {
    It 'can be the example of the README' {
        Read-Code {
            if ($packet.IPv4) {
                $packets++
                $sources[$packet.IPv4.Source] += 1
            }
            'Pass'
        } | Should -Be 'if packet.IPv4', '    @packets += 1', '    sources[packet.IPv4.Source] += 1', "result 'Pass'"
    }

    It 'is appended to the blocks before it, and sees their functions' {
        $program = New-Definition
        Add-Code $program { function double($a) { $a * 2 } }
        Add-Code $program { $packets = double 4 }
        [EbpfCat.Language.ProgramPrinter]::Print($program) |
            Should -Be "function double(`$a)`n    result (`$a * 2)`n@packets = double(4)`n"
    }

    It 'records the place of every statement and expression' {
        $program = New-Definition
        Add-Code $program {
            $packets += 1 # here
        }
        $statement = $program.Body[0]
        $statement.Source.File | Should -Be $PSCommandPath
        $statement.Source.LineText.Trim() | Should -Be '$packets += 1 # here'
        $statement.Source.Column | Should -Be 13
        $statement.Source.Length | Should -Be 13
        $statement.Value.Source.Column | Should -Be 25
    }
}

Describe 'Every node' {
    BeforeAll {
        # All statements and expressions in an object, at any depth.
        function Get-Node($Object) {
            if ($null -eq $Object) { return }
            if ($Object -is [System.Collections.IEnumerable]) {
                if ($Object -isnot [string]) { foreach ($item in $Object) { Get-Node $item } }
                return
            }
            if ($Object -is [EbpfCat.Language.Statement] -or $Object -is [EbpfCat.Language.Expression]) { $Object }
            elseif ($Object.GetType().Name -notmatch '^(SwitchClause|Function|KeyValuePair.*)$') { return }
            foreach ($property in $Object.GetType().GetProperties()) {
                if ($property.Name -eq 'Function' -or $property.GetIndexParameters()) { continue }
                Get-Node $property.GetValue($Object)
            }
        }
    }

    It 'has a place' {
        $program = New-Definition
        Add-Code $program {
            function add($a, [uint16]$b = 5) { $a + $b }
            $x = (add 1) + [Math]::Floor($packets / 3) - -$packets
            if ($packets -in 1, 5, (7..9) -or $packet.Length -notin 6 -or $kernel.Cpu -in $using:ports) { $x++ }
            elseif ($x) { 'Pass' } else { $sources[$packet.IPv4.Source] += 1 }
            foreach ($i in 0..7) { $packet.UInt16($i + 1) = [byte]3 }
            foreach ($i in 1, (2..3)) { do { break } until ($i -eq $null) }
            for ($j = 0; $j -lt 3; $j++) {
                switch ($j) { -1 { continue } 2 { $kernel.Call('redirect', $packet, $sources) } default { } }
            }
            [pscustomobject]@{ A = $process.Name -like 'a*'; B = [string]$event.x; C = $x ? 1 : 2;
                D = $etherType -as [uint32] }
            Write-Debug "a $x b"
            [void]$queue.Pop()
            return 1
        }
        $nodes = @(Get-Node $program.Functions; Get-Node $program.Body)
        $nodes.Count | Should -BeGreaterThan 100
        $nodes | Where-Object { $null -eq $_.Source } | Should -BeNullOrEmpty
    }
}

Describe 'Names' {
    It 'are first those that the program declares, in any case' {
        Read-Code { $PACKETS = $EtherType; $packets -in $Sources } |
            Should -Be '@packets = #etherType', 'result (@packets in sources)'
    }

    It 'that are assigned are locals, with an inferred or given type' {
        Read-Code { [uint16]$a = 1; $b = $a } | Should -Be 'uint16 $a = 1', '$b = $a'
    }

    It 'reach array elements of the event, and fields of the return value' {
        Read-Code { $a = $event.args[0]; $b = $event.rq.bio[1].bi_size; $c = $return.f_inode.i_ino;
            $d = $event.args[$a] } |
            Should -Be '$a = event.args.0', '$b = event.rq.bio.1.bi_size', '$c = event.$return.f_inode.i_ino',
            '$d = event.args[$a]'
    }

    It 'of methods of maps are known: Observe' {
        Read-Code { $sources.Observe($packets, 5); $sources[$packets].Observe(5); $packets.Observe(5) } |
            Should -Be 'do sources[@packets].Observe(5)', 'do sources[@packets].Observe(5)', 'do @packets.Observe(5)'
    }

    It 'of the language reach the packet, the process, the event and the kernel' {
        Read-Code {
            $a = $packet.Length; $b = $process.UserId; $c = $event.sk.__sk_common.skc_dport; $d = $return
            $e = $kernel.Time
        } | Should -Be '$a = packet.Length', '$b = userid', '$c = event.sk.__sk_common.skc_dport', '$d = returnvalue',
            '$e = time'
    }

    It 'of functions are local to them' {
        (Get-Refusal { function f { $inner = 1 }; f; $inner }).Problem | Should -Be 'There is no variable $inner.'
        (Get-Refusal { $outer = 1; function f { $outer }; f }).Problem | Should -Be 'There is no variable $outer.'
    }
}

Describe 'Constants' {
    It 'in hexadecimal are the number they show' {
        Read-Code { $a = 0xffffffff; $b = 0xffffffffffffffff; $c = -0x10; $d = 0x10kb } |
            Should -Be '$a = 4294967295', '$b = 18446744073709551615', '$c = -16', '$d = 16384'
    }

    It 'in hexadecimal keep their value in expressions that the session evaluates' {
        Read-Code { $a = [uint64]::Parse('1') + 0xffffffff; $b = [Math]::Pow(0xffffffff, 1) } |
            Should -Be '$a = (1 + 4294967295)', '$b = 4294967295.0'
    }

    It 'are evaluated once, by the session' {
        Read-Code {
            $a = [ipaddress]'10.0.0.1'; $b = [ipaddress]::Loopback; $c = [mac]'00:11:22:33:44:55'
            $d = [uint16]::MaxValue
            $e = 1KB; $f = 'a' + 'b'; $g = (Get-Date -Year 2020).Year; $h = [byte[]](1, 2, 255); $i = [int][char]'A'
        } | Should -Be '$a = 10.0.0.1', '$b = 127.0.0.1', '$c = 001122334455', '$d = 65535', '$e = 1024', "`$f = 'ab'",
            '$g = 2020', '$h = 0x0102ff', '$i = [int32]65'
    }

    It 'of the caller are read with using' {
        Read-Code { $a = $using:limit; $b = $using:settings.Port + 1; $c = [uint16]$using:limit } |
            Should -Be '$a = 5', '$b = (99 + 1)', '$c = [uint16]5'
        $given, $left = [switch]$true, [switch]$false
        $program = New-EbpfProgram -Type Xdp |
            Add-EbpfCode { if ($using:given -and -not $using:left) { 'Drop' } else { 'Pass' } } | Import-EbpfProgram
        try { ($program | Invoke-EbpfProgram ([byte[]]::new(64))).Verdict | Should -Be Drop }
        finally { $program.Dispose() }
    }

    It 'that fail name the cause' {
        $refusal = Get-Refusal { $a = [int]::Parse('x') }
        $refusal.Id | Should -Be 'ConstantFailed'
        $refusal.Problem | Should -BeLike '*was not in a correct format*'
        (Get-Refusal { $a = [ipaddress]'10.1' }).Problem | Should -BeLike "*'10.1'*such as 10.0.0.1*"
    }
}

Describe 'Operators' {
    It 'calculate, compare and combine' {
        Read-Code { $a = (1 + $packets) * 2 % 3 -shl 4 -bor 5; $b = -not ($a -ge 3) -and $packets -ne 7 -xor !$a } |
            Should -Be '$a = (((((1 + @packets) * 2) % 3) << 4) | 5)',
                '$b = ((logicalnot(($a >= 3)) and (@packets != 7)) xor logicalnot($a))'
    }

    It 'divide to fractions, or to integers if the quotient is rounded' {
        Read-Code { $a = $packets / 2; $b = [Math]::Floor($packets / 2); $c = [Math]::Truncate(($packets / 2));
            $d = [Math]::Floor($a) } |
            Should -Be '$a = (@packets / 2)', '$b = (@packets // 2)', '$c = (@packets /0 2)', '$d = floor($a)'
    }

    It 'compare text with and without case, whole and by prefix' {
        Read-Code { $process.Name -eq 'a'; $process.Name -cne 'a'; $process.Name -like 'a*'; $process.Name -clike 'a*';
            $process.Name -notlike 'a' } |
            Should -Be "result (processname == 'a')", "result (processname !== 'a')", "result (processname starts 'a')",
                "result (processname starts-with-case 'a')", "result logicalnot((processname == 'a'))"
    }

    It 'choose between values' {
        Read-Code { $packets -gt 5 ? 'Drop' : 'Pass' } | Should -Be "result ((@packets > 5) ? 'Drop' : 'Pass')"
    }

    It 'ask whether a map has a key' {
        Read-Code { $packet.IPv4.Source -notin $sources; $sources -contains $packet.IPv4.Source;
            $sources.ContainsKey($packet.IPv6.Source) } |
            Should -Be 'result logicalnot((packet.IPv4.Source in sources))', 'result (packet.IPv4.Source in sources)',
            'result (packet.IPv6.Source in sources)'
    }

    It 'ask whether a value is in a list, neighbours compared as a range' {
        Read-Code { $a = 7; $b = $a -in 1, 3, 2, 9; $c = $a -in 5..1; $d = (1..3), 7 -contains $a; $e = $a -in @() } |
            Should -Be '$a = 7', '$b = ((($a >= 1) and ($a <= 3)) or ($a == 9))', '$c = (($a >= 1) and ($a <= 5))',
                '$d = ((($a >= 1) and ($a <= 3)) or ($a == 7))', '$e = false'
    }

    It 'compute the searched value once' {
        Read-Code { $kernel.Random -in $using:ports } |
            Should -Be 'result (let $value = random in (($value == 80) or (($value == 443) or ($value == 8080))))'
    }

    It 'convert' {
        Read-Code { $a = [uint16]$packets; $b = $packets -as [int8]; $c = [double]$packets;
            $d = [System.UInt32]$packets; $e = [string]$event.name } |
            Should -Be '$a = [uint16]@packets', '$b = [int8]@packets', '$c = [fixed]@packets', '$d = [uint32]@packets',
            '$e = [string]event.name'
    }
}

Describe 'Packets' {
    It 'are read and written raw and by header' {
        Read-Code { $packet.UInt16(12) = 8; $a = $packet.SByte($packets + 1); $packet.IPv4.Ttl -= 1; $etherType = 5;
            $packet.Byte(0)++ } |
            Should -Be 'packet.uint16(12) = 8', '$a = packet.int8((@packets + 1))', 'packet.IPv4.Ttl -= 1',
            '#etherType = 5', 'packet.uint8(0) += 1'
    }
}

Describe 'Maps' {
    It 'have entries with fields, and methods' {
        Read-Code {
            $sources[@{ Source = $packet.IPv4.Source; Port = 5 }].Bytes += $packet.Length
            $sources.Remove($packet.IPv4.Source)
            $a = $queue.Pop()
            $queue.Push($a)
            $null = $sources.Add(1, 2)
            [void]$sources.Replace(1, 2)
            $sources.Set(1, 2) | Out-Null
        } | Should -Be 'sources[{ Source = packet.IPv4.Source; Port = 5 }].Bytes += packet.Length',
            'do sources.Remove(packet.IPv4.Source)',
            '$a = queue.Pop()', 'do queue.Push($a)', 'do sources.Add(1, 2)', 'do sources.Replace(1, 2)',
            'do sources.Set(1, 2)'
    }
}

Describe 'Results' {
    It 'are bare values and returned values' {
        Read-Code { 'Pass'; if ($packets) { return 'Drop' }; return } |
            Should -Be "result 'Pass'", 'if @packets', "    return 'Drop'", 'return'
    }

    It 'are redirects, but not other helpers and methods' {
        Read-Code { $devices.Redirect(1); $kernel.Call('bpf_redirect', 3, 0); $kernel.Call('trace_printk', 'x', 1);
            $kernel.Call(51, $devices, 0) } |
            Should -Be 'result devices.Redirect(1)', 'result helper:bpf_redirect(3, 0)',
            "do helper:trace_printk('x', 1)", 'result helper:51(devices, 0)'
    }

    It 'are put out as objects' {
        Read-Code { [pscustomobject]@{ Pid = $process.Id; File = [string]$event.filename } } |
            Should -Be 'output { Pid = processid; File = [string]event.filename }'
    }
}

Describe 'Functions' {
    It 'are called with arguments by position, by name and by default' {
        Read-Code {
            $a = add 1 -2; $b = (add 3) * 2; $c = add -b 4 $a; add 5; note 6
            function add($a, [uint16]$b = 5) { $a + $b }
            function note($a) { $packets = $a }
        } | Should -Be 'function add($a, uint16 $b)', '    result ($a + $b)', 'function note($a)', '    @packets = $a',
            '$a = add(1, -2)', '$b = (add(3, 5) * 2)', '$c = add($a, 4)', 'result add(5, 5)', 'do note(6)'
    }

    It 'come after the functions that they call' {
        Read-Code { function outer { inner }; function inner { 1 } } |
            Should -Be 'function inner()', '    result 1', 'function outer()', '    result inner()'
    }

    It 'declare the type of their value' {
        Read-Code { function f { [OutputType([uint16])] param([int]$a) return $a } } |
            Should -Be 'function f(int32 $a) -> uint16', '    return $a'
    }
}

Describe 'Flow' {
    It 'branches' {
        Read-Code { if ($packets -eq 1) { 1 } elseif ($packets -eq 2) { 2 } else { 3 } } |
            Should -Be 'if (@packets == 1)', '    result 1', 'elseif (@packets == 2)', '    result 2',
            'else', '    result 3'
    }

    It 'switches on constants' {
        Read-Code { switch -CaseSensitive ($packets) { 1 { 'a';
            break } -2 { continue } abc { 1 } 'd' { 2 } default { 3 } } } |
            Should -Be 'switch @packets case-sensitive', 'case 1', "    result 'a'", '    break', 'case -2',
            '    break', "case 'abc'", '    result 1',
                "case 'd'", '    result 2', 'default', '    result 3'
    }

    It 'loops' {
        Read-Code {
            while ($packets) { break }
            do { continue } until ($packets -gt 3)
            do { } while ($packets)
            for ($i = 0; $i -lt 4; $i++) { }
            foreach ($j in 0..($packets - 1)) { }
            foreach ($k in 80, 443, (3..1)) { }
        } | Should -Be 'while @packets', '    break', 'loop, then while logicalnot((@packets > 3))', '    continue',
            'loop, then while @packets',
            '$i = 0', 'while ($i < 4)', 'step', '    $i += 1', 'foreach $j in 0..(@packets - 1)',
            'foreach $k in 80, 443, 3, 2, 1'
    }
}

Describe 'The trace log' {
    It 'takes text with embedded values' {
        Read-Code {
            Write-Debug "a`t$packets ""q"" $($packets + 1)%`$x $using:limit."
            Write-Debug @"
here $packets
there
"@
            Write-Debug saw$packets
            Write-Debug -Message 'plain'
            Write-Debug $packets
        } | Should -Be "debug 'a`t', @packets, ' ""q"" ', (@packets + 1), '%`$x 5.'", "debug 'here ', @packets, '",
            "there'",
            "debug 'saw', @packets", "debug 'plain'", 'debug @packets'
    }
}

Describe 'A refusal' {
    It 'names file, line, column, the source line and a suggestion' {
        $refusal = Get-Refusal {
            $pakets += 1
        }
        $refusal.Id | Should -Be 'UnknownVariable'
        $refusal.SourceSpan.File | Should -Be $PSCommandPath
        $words = 'There is no variable $pakets. Did you mean $packets or $packet?'
        $refusal.Message | Should -BeLike "*$PSCommandPath``:*:13: $words*"
        $refusal.Message | Should -BeLike '*            $pakets += 1*            ~~~~~~~'
    }

    It 'says <advice> to <code>' -TestCases @(
        @{ Code = { $limit }; Advice = '*Write $using:limit*' }
        @{ Code = { $script:limit }; Advice = '*Write $using:limit*' }
        @{ Code = { $x = $using:limits }; Advice = '*Did you mean $using:limit*' }
        @{ Code = { $x = $packet.IPv5 }; Advice = '*Did you mean IPv4 or IPv6*' }
        @{ Code = { $packet.IPv4.Sorce }; Advice = '*Did you mean Source*' }
        @{ Code = { $ip = $packet.IPv4; $ip.Protocol }; Advice = '*Write $packet.IPv4.Protocol.' }
        @{ Code = { $packet.IPv4.Source.Address }; Advice = '*.NET objects*' }
        @{ Code = { $process.Ids }; Advice = '*Did you mean Id*' }
        @{ Code = { $process.Uid }; Advice = 'Did you mean UserId?' }
        @{ Code = { $uid -eq 0 }; Advice = 'Write $process.UserId.' }
        @{ Code = { $comm }; Advice = 'Write $process.Name.' }
        @{ Code = { $packets = $PID }; Advice = 'Write $using:PID *$process.Id*' }
        @{ Code = { $start[$process.ThreadId] = $kernel.Time }; Advice = '*Add-EbpfMap -Name start*' }
        @{ Code = { $process.Name.EndsWith('d') }; Advice = "*-like 'prefix`**" }
        @{ Code = { $kernel.Tme }; Advice = '*Did you mean Time*' }
        @{ Code = { Pass }; Advice = "*quotes: 'Pass'*" }
        @{ Code = { Write-Host hi }; Advice = '*Write-Debug*' }
        @{ Code = { Write-Output 'Drop' }; Advice = 'Write a verdict by itself.*' }
        @{ Code = { $x = Get-Date }; Advice = '*$kernel.Time*' }
        @{ Code = { $x = Get-Foo 1 }; Advice = '*in parentheses: (Get-Foo 1)*' }
        @{ Code = { 1..3 | ForEach-Object { $_ } }; Advice = '*foreach ($i in 0..7)*' }
        @{ Code = { $_ }; Advice = '*no pipeline*' }
        @{ Code = { if ($packets > 5) { } }; Advice = '*write -gt*' }
        @{ Code = { if ($x = 5) { } }; Advice = '*Compare with -eq*' }
        @{ Code = { $packets && 3 }; Advice = '*-and or -or*' }
        @{ Code = { "a$packets" }; Advice = '*Write-Debug*' }
        @{ Code = { 'a' + $process.Name }; Advice = '*-like*' }
        @{ Code = { $process.Name -match 'a' }; Advice = "*-like 'prefix*" }
        @{ Code = { $process.Name -like '*a' }; Advice = '*Where-Object*' }
        @{ Code = { $packets -is [int] }; Advice = '*cast*' }
        @{ Code = { $packets ?? 1 }; Advice = '*condition ? a : b*' }
        @{ Code = { $packets.ToString() }; Advice = '*There are*' }
        @{ Code = { [Math]::Sqrt($packets) }; Advice = '*::Floor*' }
        @{ Code = { [foo]$packets }; Advice = '*bool*' }
        @{ Code = { $packets++ + 1 }; Advice = '*$packets += 1*' }
        @{ Code = { $a, $b = 1, 2 }; Advice = '*an assignment for each*' }
        @{ Code = { $sources = 5 }; Advice = '*$sources`[key`]*' }
        @{ Code = { $x = $sources }; Advice = '*$sources`[key`]*' }
        @{ Code = { $sources.Count }; Advice = '*Get-EbpfMapValue*' }
        @{ Code = { $sources.Delete(1) }; Advice = '*There are*Remove*' }
        @{ Code = { foreach ($k in $sources.Keys) { } }; Advice = '*Get-EbpfMapValue*' }
        @{ Code = { $packet.Length = 5 }; Advice = '*xdp_adjust_tail*' }
        @{ Code = { $event.x = 5 }; Advice = '*variable*' }
        @{ Code = { $packet = 5 }; Advice = '*another name*' }
        @{ Code = { [uint16]$x = 1; [uint32]$x = 2 }; Advice = '*`[uint32`]…*' }
        @{ Code = { $x = 1..5 }; Advice = '*-in*' }
        @{ Code = { $x = $packets -in 1..$packets }; Advice = '*-ge*' }
        @{ Code = { $x = if ($packets) { 1 } }; Advice = '*condition ? a : b*' }
        @{ Code = { @{ A = 1 } }; Advice = '*pscustomobject*' }
        @{ Code = { try { } catch { } }; Advice = '*Test with if*' }
        @{ Code = { throw 'x' }; Advice = '*return*' }
        @{ Code = { class A { } }; Advice = '*`[ordered`]*' }
        @{ Code = { switch ($packets) { { $_ -gt 5 } { } } }; Advice = '*if and elseif*' }
        @{ Code = { :a while ($packets) { break a } }; Advice = '*variable*' }
        @{ Code = { break }; Advice = '*return*' }
        @{ Code = { param($x) $x }; Advice = '*$using:*' }
        @{ Code = { begin { } }; Advice = '*by themselves*' }
        @{ Code = { function f { f } }; Advice = '*loop*' }
        @{ Code = { function add($a, $b) { $a }; add(1, 2) }; Advice = '*add $a $b*' }
        @{ Code = { function f($a, $b, $c, $d, $e, $f) { } }; Advice = '*shared variable*' }
    ) {
        (Get-Refusal $code).Suggestion | Should -BeLike $advice
    }
}
