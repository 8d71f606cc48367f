# Types and values that hold themselves, or are nested deeper than any type, are refused in words.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    $dictionary = [ordered]@{ x = 'uint32' }
    $dictionary.self = $dictionary
    $table = @{ x = 'uint32' }
    $table.self = $table
    $object = [pscustomobject]@{ x = 1; self = $null }
    $object.self = $object
    $array = [object[]]::new(1)
    $array[0] = $array
    $list = [Collections.ArrayList]::new()
    $null = $list.Add($list)
    $generic = [Collections.Generic.Dictionary[string, object]]::new()
    $generic.x = 'uint32'
    $generic.self = $generic
    $deep = 'uint32'
    for ($level = 0; $level -lt 100000; $level++) { $deep = @{ x = $deep } }
    $cyclic = @{ dictionary = $dictionary; table = $table; object = $object; array = $array; list = $list;
        generic = $generic; deep = $deep }
    $program = New-EbpfProgram nesting -Type Xdp |
        Add-EbpfVariable number uint32 |
        Add-EbpfMap pairs -Type Hash -Key uint32 -Value ([ordered]@{ x = 'uint32'; y = 'uint32' }) -MaxEntries 4 |
        Add-EbpfMap lists -Type Hash -Key uint32 -Value 'uint32[1]' -MaxEntries 4 |
        Add-EbpfCode { 'Pass' } |
        Import-EbpfProgram
}

AfterAll {
    ${program}?.Dispose()
}

Describe 'A <_> that has no end' -ForEach dictionary, table, object, array, list, generic, deep {
    BeforeAll {
        $value = $cyclic[$_]
        $said = $_ -eq 'deep' ? '*nested more than 64 deep*' : '*holds itself*'
    }

    It 'is no type' {
        { New-EbpfMap a -Type Hash -Key uint32 -Value $value -MaxEntries 2 } | Should -Throw $said
        { New-EbpfProgram a -Type Xdp | Add-EbpfVariable v $value } | Should -Throw $said
    }

    It 'is no value or key' {
        foreach ($name in 'number', 'pairs', 'lists') {
            $key = $name -eq 'number' ? @{} : @{ Key = 1 }
            { $program | Set-EbpfMapValue $name @key -Value $value -ErrorAction Stop } | Should -Throw $said
        }

        { $program | Get-EbpfMapValue pairs -Key $value -ErrorAction Stop } | Should -Throw $said
        { $program | Remove-EbpfMapValue pairs -Key $value -ErrorAction Stop } | Should -Throw $said
        { New-EbpfProgram a -Type Xdp | Add-EbpfVariable v uint32 -InitialValue $value } | Should -Throw $said
    }

    It 'is no constant of a script' {
        $build = {
            New-EbpfProgram a -Type Xdp |
                Add-EbpfMap pairs -Type Hash -Key uint32 -MaxEntries 4 `
                    -Value ([ordered]@{ x = 'uint32'; y = 'uint32' }) |
                Add-EbpfCode { $pairs[1] = $using:value; 'Pass' }
        }
        $build | Should -Throw $said
    }

    It 'is completed' {
        $line = '$value | Get-EbpfMapValue -Name '
        { [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null) } | Should -Not -Throw
    }
}

Describe 'A generic dictionary' {
    BeforeAll {
        $fields = [Collections.Generic.Dictionary[string, object]]::new()
        $fields.x = 3
        $fields.y = 4
    }

    It 'is a struct as a type, value and constant' {
        $type = [Collections.Generic.Dictionary[string, string]]::new()
        $type.x = 'uint32'
        $type.y = 'uint32'
        $map = New-EbpfMap generic -Type Hash -Key uint32 -Value $type -MaxEntries 4
        $map | Set-EbpfMapValue -Key 1 -Value $fields
        ($map | Get-EbpfMapValue -Key 1).y | Should -Be 4
        $map.Dispose()
        $run = New-EbpfProgram generic -Type Xdp |
            Add-EbpfMap pairs -Type Hash -Key uint32 -Value $type -MaxEntries 4 |
            Add-EbpfCode { $pairs[1] = $using:fields; if ($pairs[1].y -eq 4) { 'Drop' } else { 'Pass' } } |
            Invoke-EbpfProgram ([byte[]]::new(64))
        $run.Verdict | Should -Be Drop
    }
}
