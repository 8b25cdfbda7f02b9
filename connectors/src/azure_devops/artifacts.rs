//! What runs left behind, and what they wrote: <https://learn.microsoft.com/rest/api/azure/devops/build/artifacts>.

use bytes::Bytes;
use commands::{Action, Block, Button, Ctx, Effect, Error, ErrorKind, File, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, LONGEST, explain},
    param,
    problem::{self, at, either},
    runs::{find, path, url},
    wire::{Artifact, Build, Record},
};
use crate::{file, words::size};

/// The longest log that is read, in bytes, and what is shown of it: its last lines, where things fail.
const LONGEST_LOG: usize = 8 << 20;
const LINES: usize = 80;

impl Acting<'_> {
    async fn artifacts(&self, build: &Build) -> Result<Vec<Artifact>> {
        let path = format!("{}/artifacts", path(&build.project.name, build.id));
        let all = self.all(&path, &[], 100).await;
        all.map_err(|error| problem::about(error, &format!("run {} in {}", build.id, build.project.name)))
    }

    /// What is in one, as a ZIP file, from where Azure DevOps says that it is handed out: by the organization itself, or, of
    /// what `PublishPipelineArtifact` kept, by a server of artifacts, which wants the same credentials.
    async fn archive(&self, build: &Build, artifact: &Artifact) -> Result<Bytes> {
        let refused = || {
            let name = &artifact.name;
            let message =
                format!("Azure DevOps did not hand over `{name}` of run {}. Download it from the run's page.", build.id);
            Error::new(ErrorKind::Server, message)
        };
        let (http, address) = (&self.on.http, artifact.resource.download_url.as_str());
        let asked = match (http.below(address), of_azure(http.base(), address)) {
            (Some(rest), _) => http.get(rest),
            (None, Some((server, rest))) => (self.on.prepare)(http.at(server)?).get(rest),
            (None, None) => return Err(refused()),
        };
        let asked = asked.header("x-tfs-fedauthredirect", "Suppress").header("accept", "application/zip");
        let bytes = asked.timeout(LONGEST).send_for_file(File::LIMIT).await.map_err(explain)?;
        // Where a file lies, a sign-in page is no failure either.
        if bytes.starts_with(b"PK") { Ok(bytes) } else { Err(refused()) }
    }
}

/// The server and the path of an address, where an organization of the cloud may be asked there by its credentials: the
/// service's own domains (<https://learn.microsoft.com/azure/devops/organizations/security/allow-list-ip-url>).
fn of_azure<'a>(base: &str, address: &'a str) -> Option<(&'a str, &'a str)> {
    let host = |address: &str| Some(url::Url::parse(address).ok()?.host_str()?.to_owned());
    let is_azures =
        |host: String| host == "dev.azure.com" || host.ends_with(".dev.azure.com") || host.ends_with(".visualstudio.com");
    if !address.starts_with("https://") || !is_azures(host(base)?) || !is_azures(host(address)?) {
        return None;
    }
    let path = address["https://".len()..].find('/')? + "https://".len();
    Some(address.split_at(path))
}

/// Lists what a run left behind.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Its number, or its link.
    run: param::Run,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "artifact list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["artifact list 101 project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        let all = on.acting(ctx).artifacts(&build).await?;
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("Run {} has no artifacts.", build.id)));
        }
        let line = |it: &Artifact| {
            let bytes = it.bytes().map(|it| format!(" · {}", size(it))).unwrap_or_default();
            Text::new().bold(&it.name).plain(bytes)
        };
        let button = |it: &Artifact| {
            let params = json!({ "run": build.id.to_string(), "name": it.name, "project": build.project.name });
            Button::run(it.name.as_str(), ctx.call(Download::NAME, params))
        };
        let head = Text::new().bold("Artifacts of ").link(url(on.http.base(), &build), format!("run {}", build.id));
        let options = all.iter().filter(|it| it.is_held()).map(button).collect::<Vec<_>>();
        let mut message = Message::text(head).list(all.iter().map(line).collect());
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Bring here".into(), options });
        }
        Ok(Reply::to_channel(message))
    }
}

/// Brings what a run left behind into the chat, as a ZIP file of up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The run's number, or its link.
    run: param::Run,
    /// The artifact's name, where there are several.
    name: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Download {
    type On = AzureDevOps;
    const NAME: &str = "artifact download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["artifact download 101 project=demo", "artifact download 101 name=drop project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        let all = acting.artifacts(&build).await?;
        let artifact = file::chosen(&all, "artifact", &format!("Run {}", build.id), self.name.as_deref(), |it| &it.name)?;
        if !artifact.is_held() {
            let message =
                format!("`{}` lies on a file share, not in Azure DevOps. Look at the run's page for its place.", artifact.name);
            return Err(at("name", message));
        }
        let said = Text::new().bold(&artifact.name).plain(" of ").link(url(on.http.base(), &build), format!("run {}", build.id));
        let fetch = acting.archive(&build, artifact);
        file::handed(said, &format!("{}.zip", artifact.name), artifact.bytes(), fetch).await
    }
}

/// Shows the end of what a task or job of a run wrote: the first that failed, unless you name one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The run's number, or its link.
    run: param::Run,
    /// The task or job, by name.
    of: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Log {
    type On = AzureDevOps;
    const NAME: &str = "run log";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run log 102 project=demo", "run log 102 of=\"cargo test\" project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        let mut records = acting.records(&build).await?;
        records.retain(|it| it.log.is_some() && matches!(it.kind.as_str(), "Task" | "Job"));
        // A task's log is what its job's holds of it: the shorter is the better one to read.
        records.sort_by_key(|it| (it.kind != "Task", it.order));
        let record = match self.of.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(named) => records.iter().find(|it| it.name.eq_ignore_ascii_case(named)).ok_or_else(|| {
                let names: Vec<&str> = records.iter().map(|it| it.name.as_str()).collect();
                let there = if names.is_empty() { "nothing".to_owned() } else { either(&names) };
                at("of", format!("Nothing of run {} that wrote a log is called `{named}`. There is {there}.", build.id))
            })?,
            None => match records.iter().find(|it| it.result.as_deref() == Some("failed")) {
                Some(record) => record,
                None => {
                    let names: Vec<&str> = records.iter().map(|it| it.name.as_str()).collect();
                    let which =
                        if names.is_empty() { "It has no logs yet.".into() } else { format!("of= takes {}.", either(&names)) };
                    return Ok(Reply::to_asker(format!("Nothing of run {} failed. {which}", build.id)));
                }
            },
        };
        let log = acting.log(&build, record).await?;
        let lines: Vec<&str> = log.lines().map(crate::words::without_time).collect();
        let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
        let mut title =
            Text::new().bold(&record.name).plain(" of ").link(url(on.http.base(), &build), format!("run {}", build.id));
        if lines.len() > LINES {
            title = title.plain(format!(", the last {LINES} of {} lines", lines.len()));
        }
        let name: String = record.name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
        Ok(Reply::to_channel(Message::text(title).document(format!("{name}.log"), String::new(), tail)))
    }
}

impl Acting<'_> {
    async fn log(&self, build: &Build, record: &Record) -> Result<String> {
        let id = record.log.as_ref().map_or(0, |it| it.id);
        let path = format!("{}/logs/{id}", path(&build.project.name, build.id));
        let bytes = self.file(&path, &[], "text/plain", LONGEST_LOG).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::of_azure;

    #[test]
    fn credentials_go_to_servers_of_the_service_alone() {
        let cloud = "https://dev.azure.com/example";
        let kept = "https://artprodeus21.artifacts.visualstudio.com/A3e/add3/_apis/artifact/cGlw/content?format=zip";
        let parts = ("https://artprodeus21.artifacts.visualstudio.com", "/A3e/add3/_apis/artifact/cGlw/content?format=zip");
        assert_eq!(of_azure(cloud, kept), Some(parts));
        assert_eq!(of_azure("https://example.visualstudio.com", kept), Some(parts));
        for elsewhere in [
            "https://example.org/_apis/artifact",
            "https://evilvisualstudio.com/a",
            "https://dev.azure.com.example.org/a",
            "https://example.org/a.visualstudio.com/b",
            "https://user@example.org\\.visualstudio.com/b",
            "http://artprodeus21.artifacts.visualstudio.com/a",
            "",
        ] {
            assert_eq!(of_azure(cloud, elsewhere), None, "{elsewhere}");
        }
        // A server of one's own has nothing to tell the cloud.
        assert_eq!(of_azure("https://tfs.example.org/DefaultCollection", kept), None);
    }
}
