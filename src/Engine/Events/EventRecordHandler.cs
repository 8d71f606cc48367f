using EbpfCat.Programs;
using EbpfCat.Types;

namespace EbpfCat.Events;

/// <summary>Takes what a program put out, without a copy of it.</summary>
/// <param name="program">The program.</param>
/// <param name="type">The type of the record.</param>
/// <param name="record">The record's bytes, without the number in front: good until the call returns.</param>
public delegate void EventRecordHandler(LoadedProgram program, StructType type, ReadOnlySpan<byte> record);
