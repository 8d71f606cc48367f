using EbpfCat.Programs;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace EbpfCat.Tests.Structure;

public sealed class ListTests
{
    // A collection expression of an interface's type is a list of a class that the C# compiler makes, whose indexer
    // PowerShell does not find: [0] gives the whole list.
    [Fact]
    public void Lists_of_public_types_have_an_index_in_PowerShell()
    {
        using var engine = AssemblyDefinition.ReadAssembly(typeof(EbpfProgram).Assembly.Location);
        var found = engine.MainModule.GetAllTypes().Where(IsPublic).SelectMany(type => type.Methods)
            .Where(method => method.HasBody && IsSource(method) && method.Body.Instructions.Any(each =>
                each.Operand is MethodReference { DeclaringType.Name: var name }
                && name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal)));
        Assert.Empty(found.Select(method => $"{method.DeclaringType.Name}.{method.Name}"));
    }

    private static bool IsPublic(TypeDefinition type) =>
        type.IsNested ? type.IsNestedPublic && IsPublic(type.DeclaringType) : type.IsPublic;

    private static bool IsSource(MethodDefinition method) => method.IsConstructor
        || (method.IsPublic && method.ReturnType.Name == typeof(IReadOnlyList<>).Name);
}
