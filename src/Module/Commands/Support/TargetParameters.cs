namespace EbpfCat.Commands;

/// <summary>The parameters that select processes by other than their ids. Commands have them as dynamic ones.</summary>
public sealed class TargetParameters
{
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(ProcessNameCompleter)), ValidateNotNullOrEmpty]
    public string[] ProcessName { get; set; } = [];

    [Parameter, ArgumentCompleter(typeof(UserNameCompleter)), ValidateNotNullOrEmpty]
    public string[] UserName { get; set; } = [];

    [Parameter]
    public uint[] UserId { get; set; } = [];

    [Parameter, ValidateRange(1, int.MaxValue)]
    public int[] ProcessTree { get; set; } = [];

    [Parameter, ArgumentCompleter(typeof(ServiceCompleter)), ValidateNotNullOrEmpty]
    public string[] Service { get; set; } = [];

    [Parameter, ArgumentCompleter(typeof(ContainerCompleter)), ValidateNotNullOrEmpty]
    public string[] Container { get; set; } = [];

    /// <summary>The processes, with the ids of those meant.</summary>
    internal ProcessTargets With(IEnumerable<int> processIds) => new()
    {
        ProcessIds = [.. processIds],
        ProcessNames = ProcessName,
        UserNames = UserName,
        UserIds = [.. UserId.Select(id => (long)id)],
        ProcessTrees = ProcessTree,
        Services = Service,
        Containers = Container,
    };
}
