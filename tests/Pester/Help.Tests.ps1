# The help that ships with the module.

BeforeDiscovery {
    Import-Module $env:EBPFCAT_MODULE -Force
    $commands = Get-Command -Module EbpfCat | ForEach-Object { @{ Name = $_.Name } }
}

Describe 'The help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name -Full
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        $parameters = (Get-Command $Name).Parameters.Keys.Where({ $_ -notin $common })
    }

    It 'says what the command does' {
        $help.Synopsis | Should -Match '\w.*\.$' -Because "the help is written from docs/cmdlets/$Name.md"
        $help.Description.Text | Should -Match '\w.*\.'
    }

    It 'describes every parameter, and no other' {
        $help.parameters.parameter.name | Sort-Object | Should -Be ($parameters | Sort-Object)
        foreach ($parameter in $help.parameters.parameter) {
            $parameter.description.Text | Should -Match '\w.*\.' -Because $parameter.name
        }
    }

    It 'has the syntax of the command' {
        $expected = (Get-Command $Name).ParameterSets.Count
        @($help.syntax.syntaxItem).Count | Should -Be $expected
    }

    It 'has examples that parse, and whose programs compile' {
        $help.examples.example.Count | Should -BeGreaterThan 0
        foreach ($example in $help.examples.example) {
            $errors = $null
            $tree = [Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $functions = $tree.EndBlock.Statements | Where-Object {
                $_ -is [Management.Automation.Language.FunctionDefinitionAst]
            }
            . ([scriptblock]::Create($functions.Extent.Text -join "`n"))
            # Commands that need an interface or another session are left out, but not the definition before them.
            $pipelines = $tree.FindAll({ $args[0] -is [Management.Automation.Language.PipelineAst] }, $false)
            foreach ($pipeline in $pipelines | Where-Object { $_.Parent.Parent -eq $tree }) {
                $elements = $pipeline.PipelineElements | ForEach-Object { $_.Extent.Text }
                if ("$elements" -notmatch '^(\$\w+ = )?New-EbpfProgram') { continue }
                $limit = 1000
                # The attaching command determines the event. With -WhatIf it compiles the program.
                $isAttaching = [Predicate[string]] { $args[0] -match '^New-\w+Attachment|^Trace-Ebpf' }
                $attaching = [array]::FindIndex([string[]] $elements, $isAttaching)
                if ($attaching -ge 0) {
                    & ([scriptblock]::Create((@($elements)[0..$attaching] -join ' | ') + ' -WhatIf')) |
                        Should -BeNullOrEmpty
                    continue
                }

                $definition = (@($elements) -notmatch '^(Import|Invoke)-Ebpf|^New-Xdp|^Get-Ebpf') -join ' | '
                & ([scriptblock]::Create($definition)) | Get-EbpfInstruction | Should -Not -BeNullOrEmpty
            }
        }
    }
}

Describe 'The help on the language' {
    It 'is a topic that Get-Help finds' {
        Import-Module $env:EBPFCAT_MODULE
        $topic = Get-Help about_EbpfCat
        $topic.Synopsis | Should -BeLike 'How eBPF programs are written*'
        $page = [IO.File]::ReadAllText("$PSScriptRoot/../../docs/language.md")
        ("$topic" -replace '\r').Contains($page.Trim()) | Should -BeTrue
    }
}
