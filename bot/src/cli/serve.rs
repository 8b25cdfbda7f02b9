//! `bellhop serve`

use std::{future::Future, path::Path, process::ExitCode, time::Duration};

use super::start;
use crate::{config, server, telemetry};

/// A clean end takes at most this long.
pub const GRACE: Duration = Duration::from_secs(15);

pub async fn run(file: &Path) -> anyhow::Result<ExitCode> {
    telemetry::metrics();
    let config = config::load(file)?;
    anyhow::ensure!(
        config.slack.is_some() || config.zulip.is_some(),
        "{} configures no chat: add a section [slack] or [zulip]; manifests/bellhop.example.toml shows both",
        file.display()
    );
    let listener = server::listen_on(&config.server.listen).await?;
    let (app, chats) = start::assemble(config).await?;
    let workers = start::work(&app).await?;
    let names: Vec<String> = app.connections.all().iter().map(|it| it.name.clone()).collect();
    tracing::info!(address = %listener.local_addr()?, connections = ?names, "Bellhop listens");

    let routes = server::observed(start::routes(&app, &chats));
    server::serve(listener, routes, stop_signal(), GRACE).await;
    tracing::info!("Stopping: letting the jobs at work end");
    workers.shutdown(GRACE).await;
    app.store.close().await;
    tracing::info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// Resolves at SIGTERM or Ctrl-C.
pub fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    async move {
        let interrupted = tokio::signal::ctrl_c();
        match terminate {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupted => {}
                }
            }
            Err(err) => {
                tracing::error!("SIGTERM cannot be listened to: {err}");
                let _ = interrupted.await;
            }
        }
    }
}
