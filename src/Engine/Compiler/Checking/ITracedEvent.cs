using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <summary>What a program is attached to, as far as its code can see it: the fields of <c>$event</c> and <c>$return</c>.</summary>
public interface ITracedEvent
{
    /// <summary>The type of a field.</summary>
    /// <exception cref="CompileException">There is no such field; names the nearest ones.</exception>
    EbpfType TypeOf(EventFieldExpression field);

    /// <summary>The type of what the traced function returned.</summary>
    EbpfType ReturnType { get; }
}
