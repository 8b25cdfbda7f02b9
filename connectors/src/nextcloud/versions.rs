//! Earlier states of a file
//! (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/versions.html>).

use commands::{Action, Audience, Block, Ctx, Effect, ErrorKind, File, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Nextcloud, card,
    dav::{Entry, NAMESPACES, moment},
    files::is_text,
    param, path,
    problem::at,
};

/// An earlier state, which Nextcloud names by the second it was written in.
pub(super) struct Version {
    pub name: String,
    pub at: Option<Timestamp>,
    pub size: Option<u64>,
    pub label: Option<String>,
    pub author: Option<String>,
}

impl Version {
    fn when(&self) -> String {
        self.at.map_or_else(|| self.name.clone(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
    }
}

impl Nextcloud {
    fn versions_address(&self, id: u64) -> String {
        format!("{}/versions/{}/versions/{id}", self.dav, path::encode_part(&self.user))
    }

    /// The earlier states of a file, the newest first.
    pub(super) async fn versions(&self, entry: &Entry) -> Result<Vec<Version>> {
        let Some(id) = entry.id.filter(|_| !entry.is_folder) else {
            return Err(at("file", format!("`{}` is a folder. Only files have versions.", entry.path)));
        };
        let properties = "<d:getlastmodified/><d:getcontentlength/><nc:version-label/><nc:version-author/>";
        let body = format!("<d:propfind {NAMESPACES}><d:prop>{properties}</d:prop></d:propfind>");
        let address = self.versions_address(id);
        let start = path::decode(&format!("{}{address}", self.base_path));
        let all = self.ask(self.dav("PROPFIND", &address).header("depth", "1"), &body).await?;
        let read = |it: &super::dav::Resource| {
            let name = it.href.strip_prefix(&start)?.trim_matches('/').to_owned();
            let text = |name: &str| it.properties.text_of(name);
            (!name.is_empty()).then(|| Version {
                at: text("getlastmodified").and_then(moment),
                size: text("getcontentlength").and_then(|it| it.parse().ok()),
                label: text("version-label").map(str::to_owned),
                author: text("version-author").map(str::to_owned),
                name,
            })
        };
        let mut versions: Vec<Version> = all.iter().filter_map(read).collect();
        versions.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
        Ok(versions)
    }

    /// The one that is called so, and where it is.
    async fn version(&self, entry: &Entry, version: &param::Version) -> Result<(Version, String)> {
        let mut versions = self.versions(entry).await?;
        let typed = version.0.trim();
        let Some((at_this, id)) = versions.iter().position(|it| it.name == typed).zip(entry.id) else {
            let names: Vec<String> = versions.iter().map(|it| it.name.clone()).take(10).collect();
            let known =
                if names.is_empty() { "It has none.".to_owned() } else { format!("It has {}.", super::problem::either(&names)) };
            return Err(at("version", format!("`{}` has no version `{typed}`. {known}", entry.path)));
        };
        let address = format!("{}/{}", self.versions_address(id), path::encode_part(typed));
        Ok((versions.swap_remove(at_this), address))
    }
}

/// Lists the earlier states of a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "version list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version list /Reports/2026.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let versions = on.versions(&entry).await?;
        if versions.is_empty() {
            return Ok(Reply::to_channel(format!("`{}` has no earlier versions.", entry.path)));
        }
        let row = |it: &Version| {
            let at = it.at.map_or_else(Text::new, |at| Text::new().time(at));
            let size = it.size.map(path::size).unwrap_or_default();
            vec![
                Text::new().code(&it.name),
                at,
                size.into(),
                it.author.clone().unwrap_or_default().into(),
                it.label.clone().unwrap_or_default().into(),
            ]
        };
        let header = ["Version", "From", "Size", "By", "Label"].map(str::to_owned).to_vec();
        let options = |action: &str| {
            let option = |it: &Version| {
                let label = it.at.map_or_else(|| it.name.clone(), |at| at.strftime("%Y-%m-%d %H:%M").to_string());
                commands::Button::run(label, ctx.call(action, json!({ "file": card::key(&entry), "version": it.name })))
            };
            versions.iter().take(25).map(option).collect()
        };
        let message = Message::new()
            .heading(format!("Versions of {}", entry.name()))
            .block(Block::Table { header, rows: versions.iter().map(row).collect() })
            .block(Block::Menu { label: "Bring here".into(), options: options(Download::NAME) })
            .block(Block::Menu { label: "Restore".into(), options: options(Restore::NAME) });
        Ok(Reply::to_channel(message))
    }
}

/// Brings an earlier state of a file here: a short text is shown, any other up to 8 MB is handed over.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
    /// The version, as `version list` names it.
    version: param::Version,
}

impl Action for Download {
    type On = Nextcloud;
    const NAME: &str = "version download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version download /Reports/2026.pdf 1795168800"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let (version, address) = on.version(&entry, &self.version).await?;
        if let Some(size) = version.size.filter(|it| *it > File::LIMIT as u64) {
            let (size, most) = (path::size(size), path::size(File::LIMIT as u64));
            let message = format!(
                "It is {size}, more than the {most} that I bring into a chat. `version restore` makes it the file itself."
            );
            return Err(at("version", message));
        }
        let (_, content) = on.http.get(&address).timeout(super::LONG).send_for_bytes(File::LIMIT).await?;
        let said = Text::new().link(on.page(&entry), entry.name()).plain(format!(" as it was on {}", version.when()));
        if is_text(&Entry { size: Some(content.len() as u64), ..entry.clone() })
            && let Ok(text) = std::str::from_utf8(&content)
        {
            let title = format!("{}, {}", entry.path, version.when());
            return Ok(Reply::new(Message::new().document(entry.name(), title, text).context(said), Audience::Asker));
        }
        let said = said.plain(format!(" ({})", path::size(content.len() as u64)));
        let file = File { name: entry.name().to_owned(), title: entry.path.clone(), content: content.to_vec() };
        Ok(Reply::new(said, Audience::Asker).with_file(file))
    }
}

/// Makes an earlier state of a file the current one. What is current becomes a version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The file: its path, its number, or a link to it.
    file: param::FileRef,
    /// The version, as `version list` names it.
    version: param::Version,
}

impl Action for Restore {
    type On = Nextcloud;
    const NAME: &str = "version restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version restore /Reports/2026.pdf 1795168800"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let entry = on.resolve("file", &self.file).await?;
        let (version, from) = on.version(&entry, &self.version).await?;
        let to = format!(
            "{}{}/versions/{}/restore/{}",
            on.http.base(),
            on.dav,
            path::encode_part(&on.user),
            path::encode_part(entry.name())
        );
        on.done(on.dav("MOVE", &from).header("destination", &to)).await.map_err(|error| match error.kind {
            ErrorKind::Permission => super::problem::about(error, &entry.path),
            _ => error,
        })?;
        Ok(on.after(ctx, &entry.path, &format!("`{}` is as it was on {}.", entry.path, version.when())).await)
    }
}
