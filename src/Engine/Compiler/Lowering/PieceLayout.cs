namespace EbpfCat.Compiler;

/// <summary>Splits bytes into the pieces that are loaded and stored with one instruction each.</summary>
internal static class PieceLayout
{
    /// <summary>The largest pieces that an alignment allows.</summary>
    public static List<(int Offset, int Size)> Of(int bytes, int alignment)
    {
        var layout = new List<(int, int)>();
        for (var offset = 0; offset < bytes;)
        {
            var size = 8;
            while (size > bytes - offset || size > alignment && offset % size != 0 || size > 1 && alignment < size
                && alignment < 8)
            {
                size /= 2;
            }

            layout.Add((offset, size));
            offset += size;
        }

        return layout;
    }
}
