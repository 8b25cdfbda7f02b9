//! The same in-and-out by the framework that many bots for Slack are made with, [Bolt](https://docs.slack.dev/tools/bolt-js/), in
//! Node.js, with nothing stored.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::{Bench, bare, far_ends::FarEnds, process::HOOK_SECRET, saturated::Pace};

/// None, with a note in the table, where there is no Node.js.
pub async fn measure(bench: &mut Bench) -> anyhow::Result<Option<Pace>> {
    let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success());
    if !is_there("node") || !is_there("npm") {
        bench.figures.note("@slack/bolt", "not measured: node and npm are not there");
        return Ok(None);
    }
    let (far_ends, app) = (FarEnds::start().await?, install()?);
    let address = SocketAddr::from(([127, 0, 0, 1], tests::free_port()));
    let words = [
        app.to_string_lossy().into_owned(),
        address.port().to_string(),
        format!("{}/api/", far_ends.url),
        HOOK_SECRET.to_owned(),
    ];
    bare::peer(bench, "@slack/bolt", (Path::new("node"), &words), address, &far_ends).await.map(Some)
}

/// Beside this program, in the version that the checks of the SDKs use.
fn install() -> anyhow::Result<PathBuf> {
    let (ours, sources) = (std::env::current_exe()?, Path::new(env!("CARGO_MANIFEST_DIR")));
    let folder = ours.parent().context("a program is in a folder")?.join("bench-bolt");
    std::fs::create_dir_all(&folder)?;
    for (from, name) in [("sdk", "package.json"), ("sdk", "package-lock.json"), ("benches", "bolt.mjs")] {
        std::fs::copy(sources.join(from).join(name), folder.join(name))?;
    }
    if !folder.join("node_modules").exists() {
        let status = Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder).status()?;
        ensure!(status.success(), "npm cannot install @slack/bolt");
    }
    Ok(folder.join("bolt.mjs"))
}
