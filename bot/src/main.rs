use std::process::ExitCode;

/// Jobs are made of short-lived pieces of text and JSON: a sixth of a message's processor time was the
/// system's allocator's (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bot::cli::main()
}
