namespace EbpfCat.Events;

/// <summary>Receives a record that a program wrote. The record is not copied.</summary>
/// <param name="type">The names and types of the record's fields.</param>
/// <param name="record">The bytes of the record, from its first field on; valid until the call returns.</param>
public delegate void EventRecordHandler(LoadedProgram program, StructType type, ReadOnlySpan<byte> record);
