//! Tasks without which the process is of no use.

use std::{future::Future, panic::AssertUnwindSafe};

use futures::FutureExt;
use tokio::task::JoinHandle;

/// `EX_SOFTWARE` of sysexits(3): an error of ours.
const STATUS: i32 = 70;

/// Runs `task` beside all else. A panic in it ends the process, so that whatever started it starts it anew: one that says it is
/// ready and does nothing would be worse. What was accepted is stored, and goes on then.
pub fn spawn<F: Future<Output: Send> + Send + 'static>(name: &'static str, task: F) -> JoinHandle<F::Output> {
    tokio::spawn(async move {
        match AssertUnwindSafe(task).catch_unwind().await {
            Ok(output) => output,
            Err(_) => {
                tracing::error!("A task that nothing goes on without has panicked ({name}): the process ends");
                std::process::exit(STATUS);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Set in the process that is to end.
    const HERE: &str = "BELLHOP_TEST_VITAL";

    #[tokio::test]
    async fn a_panic_ends_the_process() {
        if std::env::var_os(HERE).is_some() {
            let _ = super::spawn("test", async { panic!("as it should") }).await;
            return;
        }
        let this = std::env::current_exe().expect("the tests");
        let name = "vital::tests::a_panic_ends_the_process";
        let ended = Command::new(this).args(["--exact", name, "--nocapture"]).env(HERE, "1").output().expect("it runs");
        assert_eq!(ended.status.code(), Some(super::STATUS));
        assert_eq!(super::spawn("test", async { 7 }).await.ok(), Some(7));
    }
}
