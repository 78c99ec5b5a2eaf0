//! Every cap of a rehearsal with the reason for its size.
//! It counts bytes, events and steps; it has no idea what the code is for.

/// Instructions one rehearsal may spend: about a second of interpretation, ten times what an honest installer needs.
pub const INSTRUCTIONS: usize = 20_000_000;
/// Turns one loop may take within a call: enough for a table of hash rounds, far under an endless loop.
pub const LOOP_TURNS: u64 = 4_000_000;
/// Nested calls: the Node default is near eleven thousand; honest code stays under a few hundred.
pub const RECURSION: usize = 700;
/// Values on the interpreter's stack, which bounds what deep calls may hold.
pub const STACK_VALUES: usize = 256 * 1024;
/// Events kept in a trace: a story nobody reads to its end is no better for being longer.
pub const EVENTS: usize = 4_000;
/// Prints kept in a trace.
pub const PRINTS: usize = 200;
/// Calls into the stage one rehearsal may make, since native work is not counted in instructions.
pub const HOST_CALLS: usize = 400_000;
/// Promise and timer jobs one rehearsal may run.
pub const JOBS: usize = 50_000;
/// Timers fired: a poll loop has shown itself after a few turns.
pub const TIMERS: usize = 400;
/// Virtual time that may pass, a week: later payloads are beyond what a rehearsal can promise.
pub const VIRTUAL_MS: u64 = 7 * 24 * 3_600_000;
/// Bytes the code may write to the virtual tree and its outputs.
pub const WRITTEN_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of a source text the stage compiles: above this a file is a bundle and its parse alone would eat the budget.
pub const SOURCE_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of source compiled in one rehearsal: the parser is not counted in instructions, and takes some 200 ms a
/// megabyte.
pub const SOURCES_BYTES: usize = 4 * 1024 * 1024;
/// Brackets open at once in a source text: both parsers descend by recursion.
pub const NESTING: usize = 1_500;
/// Processes started by the code which are rehearsed in turn.
pub const CHILDREN: usize = 12;
/// Depth of processes starting processes.
pub const CHILD_DEPTH: usize = 4;
/// Bytes of an excerpt kept in a trace.
pub const EXCERPT: usize = 400;
/// Bytes of any outgoing payload searched for canaries.
pub const SEARCHED: usize = 512 * 1024;
/// Bytes a decompressor may produce on the stage.
pub const INFLATED: usize = 8 * 1024 * 1024;
/// Commands taken from one shell text, substitutions included.
pub const SHELL_COMMANDS: usize = 64;
/// Rounds of a key derivation really computed; a script asking for more gets the value of this many.
pub const KDF_ROUNDS: u32 = 20_000;
/// Bytes handed to native number crunching in one call.
pub const CRUNCHED: usize = 16 * 1024 * 1024;
