BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
}

Describe 'New-EbpfProgram' {
    It 'creates a definition with a name and a type' {
        $program = New-EbpfProgram -Name first -Type Xdp
        $program | Should -BeOfType EbpfCat.Language.ProgramDefinition
        $program.Name | Should -Be first
        $program.Type | Should -Be Xdp
        $program.License | Should -Be GPL
    }

    It 'takes code without declarations' {
        (New-EbpfProgram -Type Xdp -Code { 'Drop' }).Body | Should -HaveCount 1
    }

    It 'refuses a verdict that the type does not have, and suggests one' {
        $failure = { New-EbpfProgram -Type Xdp -DefaultAction Pas } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'UnknownVerdict,EbpfCat.Commands.NewEbpfProgramCommand'
        $failure | Should -BeLike '*Xdp*Pas*Did you mean Pass?'
    }

    It 'refuses <_> as a verdict' -ForEach 1.5, 5000000000, $true, @{ a = 1 } {
        $failure = { New-EbpfProgram -Type Xdp -DefaultAction $_ } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'UnknownVerdict,EbpfCat.Commands.NewEbpfProgramCommand'
    }

    It 'completes the verdicts of the type' {
        (TabExpansion2 'New-EbpfProgram -Type Xdp -DefaultAction ').CompletionMatches.CompletionText |
            Should -Be Aborted, Drop, Pass, Tx, Redirect
    }
}

Describe 'Add-EbpfVariable' {
    BeforeEach {
        $program = New-EbpfProgram -Name variables -Type Xdp
    }

    It 'takes a type as <Text>' -ForEach @(
        @{ Text = 'uint64'; Given = 'uint64'; Name = 'uint64'; Size = 8 }
        @{ Text = '!H'; Given = '!H'; Name = 'uint16 (big-endian)'; Size = 2 }
        @{ Text = '[ipaddress]'; Given = [ipaddress]; Name = 'ipaddress'; Size = 16 }
        @{ Text = 'x'; Given = 'x'; Name = 'fixed'; Size = 8 }
    ) {
        ($program | Add-EbpfVariable v -Type $Given).Variables[0].Type.Name | Should -Be $Name
        $program.Variables[0].Type.Size | Should -Be $Size
    }

    It 'takes a struct as an ordered dictionary' {
        $null = $program | Add-EbpfVariable v -Type ([ordered]@{ Small = 'byte'; Large = [uint64] })
        $program.Variables[0].Type.Size | Should -Be 16
    }

    It 'passes the program on' {
        $program | Add-EbpfVariable v -Type byte | Should -Be $program
    }

    It 'refuses an unknown type, and suggests one' {
        { $program | Add-EbpfVariable v -Type uint63 } | Should -Throw '*uint63*did you mean uint64*'
        $program.Variables | Should -HaveCount 0
    }

    It 'refuses a name that is taken' {
        $failure = { $program | Add-EbpfVariable v byte |
            Add-EbpfMap V -Type Hash -Key byte -Value byte -MaxEntries 1 } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'DuplicateName,*'
    }

    It 'refuses a name that the code before uses for a local' {
        $failure = { $program | Add-EbpfCode { $Seen = 5 } | Add-EbpfVariable seen uint64 } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'DuplicateName,*'
        "$failure" | Should -BeLike '*assigns $seen as a local*Declare variables and maps before*$Seen = 5*'
        { $program | Add-EbpfCode { $rest = 1 } | Add-EbpfMap rest -Type Hash -Key byte -Value byte -MaxEntries 1 } |
            Should -Throw '*assigns $rest as a local*'
    }

    It 'refuses an initial value that does not fit' {
        { $program | Add-EbpfVariable v -Type byte -InitialValue 256 } | Should -Throw '*256*uint8*0 to 255*'
        $program.Variables | Should -HaveCount 0
    }

    It 'completes types' {
        (TabExpansion2 'Add-EbpfVariable v -Type ipa').CompletionMatches.CompletionText | Should -Contain ipaddress
    }
}

Describe 'Add-EbpfMap' {
    BeforeEach {
        $program = New-EbpfProgram -Name maps -Type Xdp
    }

    It 'declares a map' {
        $map = ($program | Add-EbpfMap flows -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 10).Maps[0]
        $map.Name, $map.Type, $map.Key.Name, $map.Value.Name, $map.MaxEntries |
            Should -Be flows, LruHash, ipaddress, uint64, 10
    }

    It 'knows the key of an array' {
        ($program | Add-EbpfMap slots -Type Array -Value byte -MaxEntries 4).Maps[0].Key.Name | Should -Be uint32
    }

    It 'refuses <_> as the index of an array' -ForEach 'string[4]', 'ipv4', 'uint64' {
        $failure = { $program | Add-EbpfMap slots -Type PerCpuArray -Key $_ -Value byte -MaxEntries 4 } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'WrongKeyType,EbpfCat.Commands.AddEbpfMapCommand'
        $failure | Should -BeLike '*32-bit indices, and *'
    }

    It 'names the types that are missing' {
        { $program | Add-EbpfMap m -Type Hash -Value byte -MaxEntries 4 } | Should -Throw '*keys*-Key*'
        { $program | Add-EbpfMap m -Type Hash -Key byte -MaxEntries 4 } | Should -Throw '*values*-Value*'
        { $program | Add-EbpfMap m -Type LpmTrie -Key ipv4 -Value byte -MaxEntries 4 } |
            Should -Throw '*are prefixes, and ipv4 is none*-Key prefix4*'
    }
}

Describe 'Add-EbpfPacketVariable' {
    It 'declares a variable at an offset of the packet' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfPacketVariable etherType -Offset 12 -Type '!H'
        $program.PacketVariables[0].Offset | Should -Be 12
        $program.PacketVariables[0].Type.Name | Should -Be 'uint16 (big-endian)'
    }
}

Describe 'Add-EbpfCode' {
    It 'appends to existing code' {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable n uint32 | Add-EbpfCode { $n++ } |
            Add-EbpfCode { 'Pass' }
        $program.Body | Should -HaveCount 2
    }

    It 'reads values of the caller by $using:' {
        function Add-Limit($program) {
            $limit = 3
            $program | Add-EbpfCode { if ($n -gt $using:limit) { 'Drop' } }
        }
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable n uint32
        { Add-Limit $program } | Should -Not -Throw
    }

    It 'names file, line, column, source and a suggestion for <Case>' -ForEach @(
        @{ Case = 'an unknown variable'; Id = 'UnknownVariable'; Source = '$pakets++'; Code = { $pakets++ };
            Suggestion = '*$packets*' }
        @{ Case = 'an unknown field'; Id = '*'; Source = '$packet.IPv4.Sauce';
            Code = { $packets += $packet.IPv4.Sauce }; Suggestion = '*Source*' }
        @{ Case = 'an unsupported statement'; Id = '*'; Source = 'try { $packets++ }';
            Code = { try { $packets++ } finally { } }; Suggestion = '*' }
    ) {
        $program = New-EbpfProgram -Type Xdp | Add-EbpfVariable packets uint64
        $failure = { $program | Add-EbpfCode $Code } | Should -Throw -PassThru
        $extent = $Code.Ast.EndBlock.Statements[0].Extent
        "$failure" | Should -BeLike "$($extent.File):$($extent.StartLineNumber):*"
        "$failure" | Should -BeLike "*$([WildcardPattern]::Escape($Source))*~~*"
        "$failure" | Should -BeLike $Suggestion
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,EbpfCat.Commands.AddEbpfCodeCommand"
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.InvocationInfo.ScriptLineNumber | Should -Be $extent.StartLineNumber
        $program.Body | Should -HaveCount 0
    }
}

Describe 'The errors of a script' {
    It 'are reported all at once, each at its place' {
        $failure = $null
        try {
            New-EbpfProgram many -Type Xdp | Add-EbpfCode {
                $first = $missing # UnknownVariable
                if ($gone -gt 1) { # UnknownVariable
                    throw 'never' # UnsupportedStatement
                }
                function half($number) { $packet.Half / $number } # UnknownField
                foreach ($i in 1..3) { $packet.Tcp.Porrt + $i } # UnknownField
                $first = half 2 3 # WrongArguments
                'Pass'
            }
        }
        catch { $failure = $_ }
        $text = @(Get-Content $PSCommandPath)
        $diagnostics = $failure.Exception.Diagnostics
        $diagnostics | ForEach-Object { $text[$_.Source.Line - 1] -replace '^.*# ' } | Should -Be $diagnostics.Id
        $diagnostics.Count | Should -Be 6
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownVariable,*'
        $failure.InvocationInfo.ScriptLineNumber | Should -Be $diagnostics[0].Source.Line
        foreach ($diagnostic in $diagnostics) {
            $failure.Exception.Message | Should -BeLike "*$([WildcardPattern]::Escape($diagnostic.Problem))*"
            $line = [WildcardPattern]::Escape($text[$diagnostic.Source.Line - 1])
            $failure.Exception.Message | Should -BeLike "*$line*"
        }
    }

    It 'are reported with those of types' {
        $failure = {
            New-EbpfProgram mixed -Type Xdp | Add-EbpfMap counts -Type Hash -Key ipv4 -Value uint64 -MaxEntries 8 | Add-EbpfCode {
                $missing
                $counts['nowhere'] = 1
                if ($process.Name -lt 'b') { 'Dropp' }
            }
        } | Should -Throw -PassThru
        $failure.Exception.Diagnostics.Id | Should -Be UnknownVariable, WrongType, NoOrder, UnknownVerdict
        "$failure" | Should -BeLike "*Use -eq or -ne*"
    }

    It 'do not follow from one another' {
        $failure = { New-EbpfProgram one -Type Xdp | Add-EbpfCode { $x = [Math]::Max($gone.Name[2], 1) + 5 } } |
            Should -Throw -PassThru
        $failure.Exception.Diagnostics.Count | Should -Be 1
    }

    It 'leave the program as it was' {
        $program = New-EbpfProgram kept -Type Xdp
        { $program | Add-EbpfCode { 'Pass'; $missing } } | Should -Throw
        $program.Body.Count | Should -Be 0
    }
}
