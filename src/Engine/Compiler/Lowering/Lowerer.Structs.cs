using EbpfCat.Binding;
using EbpfCat.Language;
using EbpfCat.Types;

namespace EbpfCat.Compiler;

/// <content>Structs: written as they are, and taken from others by the names of their fields.</content>
internal sealed partial class Lowerer
{
    private MemoryOperand StructInTemporary(StructExpression record, StructType type)
    {
        var place = StackPlace(Temporary(type.Size));
        StoreStruct(record, type, place);
        return new MemoryOperand(type, place);
    }

    private void StoreStruct(StructExpression record, StructType type, Place place)
    {
        // The fields first: what they compute may use temporaries and calls of its own.
        var values = new List<(StructField Field, Operand Value)>();
        foreach (var (name, value) in record.Fields)
        {
            var field = type.FindField(name) ?? throw Error("UnknownField", $"There is no field '{name}' in {type.Name}.",
                value.Source ?? record.Source, SimilarNames.Sentence(name, [.. type.Fields.Select(f => f.Name)]));
            var operand = LowerAs(value, field.Type);
            values.Add((field, operand is ScalarOperand ? Convert(operand, Typer.Plain(field.Type)!, value.Source) : operand));
        }

        ZeroGaps(type, values.Select(v => v.Field), place);
        foreach (var (field, value) in values) StoreWhole(field.Type, place.At(field.Offset), value, record.Source);
    }

    // Padding and fields not named are zero: a key must be the same bytes whenever it is the same key.
    private void ZeroGaps(StructType type, IEnumerable<StructField> written, Place place)
    {
        var covered = new bool[type.Size];
        foreach (var field in written) covered.AsSpan(field.Offset, field.Type.Size).Fill(true);
        var at = 0;
        while (at < covered.Length)
        {
            if (covered[at])
            {
                at++;
                continue;
            }

            var size = 1;
            while (size < 8 && at % (size * 2) == 0 && at + size * 2 <= covered.Length && !covered.AsSpan(at, size * 2).Contains(true)) size *= 2;
            _b.Store(place.Region, place.Pointer, place.Offset + at, size, _b.Constant(0));
            at += size;
        }
    }

    // A struct of other types or another order of the same fields: each is converted as an assignment converts it.
    private void StoreByName(Operand given, StructType from, StructType type, Place place, SourceSpan? source)
    {
        RequireSameFields(from, type, source);
        var there = InMemory(given).Place;
        ZeroGaps(type, type.Fields, place);
        foreach (var field in type.Fields)
        {
            var part = from.FindField(field.Name)!;
            if (part.Type is StringType && field.Type is (AddressType or PrefixType))
            {
                throw Error("WrongType", $"The field {field.Name} is {part.Type.Name} and cannot be used as {field.Type.Name}.", source,
                    "Write it as an address where the struct is made: [ipaddress]'10.0.0.1'.");
            }

            StoreWhole(field.Type, place.At(field.Offset), Load(part.Type, there.At(part.Offset)), source);
        }
    }

    private static void RequireSameFields(StructType from, StructType type, SourceSpan? source)
    {
        string[] missing = [.. type.Fields.Where(field => from.FindField(field.Name) is null).Select(field => field.Name)];
        string[] unknown = [.. from.Fields.Where(field => type.FindField(field.Name) is null).Select(field => field.Name)];
        if (missing.Length + unknown.Length == 0) return;
        var differences = new List<string>();
        if (missing.Length > 0) differences.Add($"it lacks {string.Join(" and ", missing)}");
        if (unknown.Length > 0) differences.Add($"{string.Join(" and ", unknown)} is not among those fields");
        throw Error("UnknownField", $"{from.Name} cannot be used as {type.Name}: {string.Join(", and ", differences)}.", source,
            $"Give it the fields {string.Join(", ", type.Fields.Select(field => field.Name))}, in any order. "
            + "One that is written out where it is used may leave fields out, which are 0 then.");
    }
}
