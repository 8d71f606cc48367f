namespace EbpfCat.Tracing;

/// <summary>Reads numbers and the forms of attributes from a section of debug information (DWARF 5, 7.5).</summary>
internal ref struct DwarfReader(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; } = position;

    public readonly bool IsAtEnd => Position >= _bytes.Length;

    /// <summary>An unsigned number of 1 to 8 bytes.</summary>
    public ulong Number(int size)
    {
        ulong number = 0;
        var bytes = _bytes.Slice(Position, size);
        for (var i = size - 1; i >= 0; i--) number = (number << 8) | bytes[i];
        Position += size;
        return number;
    }

    /// <summary>A number in the format LEB128; one that is signed is not extended.</summary>
    public ulong Leb128()
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _bytes[Position++];
            if (shift < 64) number |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return number;
        }
    }

    public void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Position))
            throw new InvalidDataException("A part of the debug information lies beyond its end.");
        Position += (int)count;
    }

    /// <summary>The value of an attribute; that of a text or block in place is its position.</summary>
    /// <param name="constant">The value of a constant in the abbreviation.</param>
    /// <param name="offsetSize">The size of offsets into sections, in bytes.</param>
    public ulong Form(ulong form, ulong constant, int addressSize, int offsetSize)
    {
        switch (form)
        {
            case 0x01: return Number(addressSize); // addr
            case 0x0b or 0x0c or 0x11 or 0x25 or 0x29: return Number(1); // data1, flag, ref1, strx1, addrx1
            case 0x05 or 0x12 or 0x26 or 0x2a: return Number(2); // data2, ref2, strx2, addrx2
            case 0x27 or 0x2b: return Number(3); // strx3, addrx3
            case 0x06 or 0x13 or 0x1c or 0x28 or 0x2c: return Number(4); // data4, ref4, ref_sup4, strx4, addrx4
            case 0x07 or 0x14 or 0x20 or 0x24: return Number(8); // data8, ref8, ref_sig8, ref_sup8
            // ref_addr, strp, sec_offset, strp_sup, line_strp, GNU_ref_alt, GNU_strp_alt
            case 0x10 or 0x0e or 0x17 or 0x1d or 0x1f or 0x1f20 or 0x1f21: return Number(offsetSize);
            // sdata, udata, ref_udata, strx, addrx, loclistx, rnglistx, GNU_addr_index, GNU_str_index
            case 0x0d or 0x0f or 0x15 or 0x1a or 0x1b or 0x22 or 0x23 or 0x1f01 or 0x1f02: return Leb128();
            case 0x16: return Form(Leb128(), constant, addressSize, offsetSize); // indirect
            case 0x19: return 1; // flag_present
            case 0x21: return constant; // implicit_const
            case 0x1e: return Block(16); // data16
            case 0x08: return Block((ulong)_bytes[Position..].IndexOf((byte)0) + 1); // string
            case 0x09 or 0x18: return Block(Leb128()); // block, exprloc
            case 0x0a: return Block(Number(1));
            case 0x03: return Block(Number(2));
            case 0x04: return Block(Number(4));
            default: throw new InvalidDataException($"The debug information has an attribute of form {form}.");
        }
    }

    private ulong Block(ulong size)
    {
        var start = Position;
        Skip(size);
        return (ulong)start;
    }
}
