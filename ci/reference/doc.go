// Package reference proves the reference platform by an independent computation: its
// test makes the source data of some days, runs the platform over them, and compares
// marts with what plain Go makes of the same files. It shares no code with the
// compiler, the runtime or the generator; even the files are read in its own way.
package reference
