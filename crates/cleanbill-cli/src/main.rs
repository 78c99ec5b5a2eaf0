//! The `cleanbill` command: reads the world once, hands it to one command, and answers with its code.
//! It holds no logic and no words for people.

use std::process::ExitCode;

/// Facts are many small values made on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cleanbill_cli::run(std::env::args_os(), cleanbill_cli::world::World::read())
}
