use std::process::ExitCode;

/// Jobs are made of short-lived pieces of text and JSON: a sixth of a message's processor time was the
/// system's allocator's (docs/performance.md). SQLite and the other C libraries have their memory from it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for pages of 2 MB, most of which would be resident without being used. A kernel that refuses this
    // lets the bot use more memory. <https://man7.org/linux/man-pages/man2/PR_SET_THP_DISABLE.2const.html>
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    bot::cli::main()
}
