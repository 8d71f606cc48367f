namespace EbpfCat.Commands;

/// <summary>Programs and maps in the kernel, found from what the pipeline brings.</summary>
internal static class ProgramList
{
    public static IEnumerable<KernelMap> MapsOf(object program) => (program switch
    {
        KernelProgram known => known.MapIds,
        _ when Loading.Find(program) is { } loaded => loaded.Maps.Values.Select(map => map.Id),
        _ => throw new ArgumentException(
            "A definition has no maps in the kernel yet: load it with Import-EbpfProgram."),
    }).Select(KernelMap.Find).OfType<KernelMap>();
}
