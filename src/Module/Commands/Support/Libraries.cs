using System.Reflection;
using System.Runtime.Loader;

namespace EbpfCat.Commands;

/// <summary>
/// Loads the libraries that the module ships, on first use, into a context of their own: other modules can use other
/// versions of them.
/// </summary>
public sealed class Libraries : IModuleAssemblyInitializer
{
    private static readonly AssemblyLoadContext Own = new("EbpfCat");
    private static readonly string Folder = Path.GetDirectoryName(typeof(Libraries).Assembly.Location)!;

    public void OnImport()
    {
        AssemblyLoadContext.Default.Resolving -= Resolve;
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == "Iced" ? Own.LoadFromAssemblyPath(Path.Combine(Folder, "Iced.dll")) : null;
}
