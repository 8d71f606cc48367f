namespace EbpfCat.Binding;

/// <summary>What a pointer of the kernel or of a process points to.</summary>
internal interface IPointerTarget
{
    /// <summary>The name of its type: <c>struct dentry</c>. Pointers to the same type have equal targets.</summary>
    string Name { get; }

    /// <summary>The memory that it is in.</summary>
    EventMemory Memory { get; }

    /// <summary>The access to a part of it, from <see cref="EventRoot.Pointer"/>.</summary>
    /// <param name="path">The names of fields, inwards; digits stand for an element of an array.</param>
    /// <exception cref="CompileException">There is no such part; names the nearest ones.</exception>
    EventAccess Resolve(IReadOnlyList<string> path, SourceSpan? source);
}
