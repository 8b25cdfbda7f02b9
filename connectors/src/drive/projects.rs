//! Folders for projects, made after a template.
//!
//! Whatever is made carries a mark (`appProperties`, which only this bot's client sees): the project it belongs to and its
//! place in the template. So a run that was cut can be done again: it finds what is there, and goes on.
//! <https://developers.google.com/workspace/drive/api/guides/properties>

use std::collections::BTreeMap;

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Drive,
    api::{ALL_DRIVES, Acting, Among, Found, Wanted},
    card,
    files::{counted, listed},
    names::quoted,
    param::{self, FileRef, FolderRef, Role, TemplateRef},
    problem, share,
    template::{self, Tree},
    wire::{self, File},
};

/// The mark of all that belongs to a project, and of its place in it.
const PROJECT: &str = "bellhopProject";
const PLACE: &str = "bellhopPlace";
/// The mark of the project's own folder.
const ROOT: &str = "/";
/// More than this is no template but an archive.
const LARGEST: usize = 500;

/// Makes the folders of a project after a template, shares them, and pins where they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The project's name.
    name: String,
    /// A template's name, or the link of a folder to copy; the first template where you do not say.
    template: Option<TemplateRef>,
    /// With whom: @ana, all people of @team, an email address, group:team@example.org.
    #[serde(default)]
    share: Vec<Person>,
    /// What they may do; change it where you do not say.
    role: Option<Role>,
    /// The folder or shared drive it goes into, where it shall not be the usual one.
    folder: Option<FolderRef>,
}

impl Action for Create {
    type On = Drive;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create Apollo", "project create \"Apollo 2\" template=standard share=@team role=editor"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err(problem::at("name", "A project needs a name."));
        }
        let grantees = share::grantees(&acting, ctx, "share", &self.share)?;
        let tree = self.tree(&acting).await?;
        let parent = match &self.folder {
            Some(folder) => acting.folder("folder", folder).await?,
            None => acting.file(&on.settings.home).await?,
        };
        let mut build = Build::start(&acting, name, &parent).await?;
        let made = build.all(&tree).await;
        made.map_err(|error| build.cut(error))?;

        let mut said = Message::text(build.told());
        if !grantees.is_empty() {
            let holders = acting.permissions(&build.root.id).await.map_err(|error| build.cut(error))?;
            let role = self.role.unwrap_or(Role::Editor);
            let has_it = |it: &&param::Grantee| share::of_holder(&holders, it).is_some_and(|it| role.is_in(&it.role));
            let new: Vec<_> = grantees.iter().filter(|it| !has_it(it)).cloned().collect();
            if !new.is_empty() {
                let mail = share::Mail::With(acting.sign(""));
                let grant = share::Grant { role, until: None, mail };
                let cut = |error| {
                    let mut error = build.cut(error);
                    error.fields.iter_mut().filter(|it| it.field == "with").for_each(|it| it.field = "share".into());
                    error
                };
                let mut outcome = share::offer(&acting, &build.root.id, &new, &grant).await.map_err(cut)?;
                if outcome.may_come_right() {
                    // The same command again lets them in.
                    outcome = outcome.for_somebody().map_err(cut)?;
                }
                said = said.paragraph(match outcome.is_in_vain() {
                    true => "The folders are there, but nobody could be let in.".to_owned(),
                    false => format!("Shared with {}.", outcome.given()),
                });
                if let Some(refused) = outcome.refused() {
                    let params = json!({ "file": build.root.id, "with": outcome.left_out(), "role": role });
                    let again = Button::form("Share with them", ctx.call("file share", params));
                    let way_out = "Put right what is said of them, or name others, and let them in with `file share`.";
                    said = said.paragraph(refused).paragraph(Text::marked(way_out)).tone(Tone::Warning).buttons(vec![again]);
                }
            }
        }
        let top = acting.children(&build.root.id, 20).await?;
        said = said.list(top.items.iter().map(|it| Text::new().link(card::link(it), &it.name)).collect());
        let root = acting.file(&build.root.id).await.unwrap_or(build.root);
        Ok(card::done(&acting, &root, ctx, said).await.pinned(&root.name, card::link(&root)))
    }
}

/// Something to be made; a folder comes before what is in it.
struct Node {
    /// Its place in the template, which stays the same from one run to the next.
    key: String,
    /// The key of the folder that it is in; empty for the project's own.
    above: String,
    name: String,
    what: What,
}

enum What {
    Folder,
    /// A copy of the file with this id.
    Copy(String),
    /// A shortcut to the file with this id.
    Shortcut(String),
}

impl Create {
    async fn tree(&self, acting: &Acting<'_>) -> Result<Vec<Node>> {
        let templates = &acting.drive.settings.templates;
        let Some(text) = self.template.as_ref().map(|it| it.0.trim()) else {
            let missing = "There are no templates: an administrator writes them into the connection's `templates`. The link of a folder does, too.";
            let first = templates.first().ok_or_else(|| problem::at("template", missing))?;
            return nodes(acting, &first.tree).await;
        };
        if let Some(known) = templates.iter().find(|it| it.name.eq_ignore_ascii_case(text)) {
            return nodes(acting, &known.tree).await;
        }
        if param::id_in(text).is_some() || param::is_id(text) {
            let folder = acting.folder("template", &FolderRef(text.to_owned())).await?;
            return nodes(acting, &Tree::Copy(folder.id)).await;
        }
        let names: Vec<String> = templates.iter().map(|it| format!("`{}`", it.name)).collect();
        let there = if names.is_empty() { "There are none yet.".to_owned() } else { format!("There is {}.", names.join(", ")) };
        Err(problem::at("template", format!("There is no template `{text}`. {there} The link of a folder does, too.")))
    }
}

async fn nodes(acting: &Acting<'_>, tree: &Tree) -> Result<Vec<Node>> {
    let folder = match tree {
        Tree::Folders(all) => return Ok(all.iter().filter_map(|path| written(path)).collect()),
        Tree::Copy(folder) => folder,
    };
    let mut all: Vec<Node> = Vec::new();
    let mut open: Vec<(String, String)> = vec![(folder.clone(), String::new())];
    while let Some((folder, above)) = open.pop() {
        let inside = whole(acting.children(&folder, LARGEST).await?)?;
        for file in inside.items {
            let what = match &file.shortcut_details {
                _ if file.is_folder() => What::Folder,
                // Google copies no shortcuts.
                Some(it) => What::Shortcut(it.target_id.clone()),
                None => What::Copy(file.id.clone()),
            };
            if file.is_folder() {
                open.push((file.id.clone(), file.id.clone()));
            }
            // A folder may hold several of the same name, so that it is not the name that tells them apart.
            all.push(Node { key: file.id, above: above.clone(), name: file.name, what });
        }
        if inside.more || all.len() > LARGEST {
            let message = format!("That folder holds more than {LARGEST} files, which is too much for a template.");
            return Err(problem::at("template", message));
        }
    }
    Ok(all)
}

/// A folder of a template that an administrator wrote.
fn written(path: &[String]) -> Option<Node> {
    let (name, above) = path.split_last()?;
    Some(Node { key: path.join("/"), above: above.join("/"), name: name.clone(), what: What::Folder })
}

/// Only what is all of it: what is missing would be made a second time, or not at all.
fn whole(found: Found) -> Result<Found> {
    if found.incomplete {
        let message =
            "Google did not look everywhere just now, so that I cannot tell what is there already. Try again in a minute.";
        return Err(Error::new(ErrorKind::Server, message));
    }
    Ok(found)
}

/// A project on its way.
struct Build<'a> {
    acting: &'a Acting<'a>,
    name: String,
    key: String,
    root: File,
    /// What is there, by its place.
    there: BTreeMap<String, String>,
    made: usize,
    found: usize,
    planned: usize,
}

impl<'a> Build<'a> {
    /// Finds the project's folder, or makes it.
    async fn start(acting: &'a Acting<'a>, name: &str, parent: &File) -> Result<Build<'a>> {
        let key = hash(&format!("{}/{}", parent.id, name.to_lowercase()));
        // Where all drives are searched, Google may leave some out.
        let within = |query| Wanted { query, order: None, among: Among::Own, drive: parent.drive_id.clone() };
        let query = format!("appProperties has {{ key='{PROJECT}' and value='{key}' }} and trashed = false");
        let marked = whole(acting.files(&within(query), LARGEST + 1).await?)?;
        let place = |it: &File| Some((it.app_properties.get(PLACE)?.clone(), it.id.clone()));
        let there: BTreeMap<String, String> = marked.items.iter().filter_map(place).collect();
        let (root, made) = match there.get(ROOT) {
            Some(id) => (acting.file(id).await?, 0),
            None => {
                let query = format!("name = {} and '{}' in parents and trashed = false", quoted(name), parent.id);
                if let Some(other) = whole(acting.files(&within(query), 1).await?)?.items.first() {
                    let link = card::link(other);
                    let message =
                        format!("There is something called “{name}” in {} already, which I did not make: {link}", parent.name);
                    return Err(problem::at("name", message));
                }
                let description = acting.sign("");
                (acting.create(&folder(name, &parent.id, &key, ROOT, &description)).await?, 1)
            }
        };
        Ok(Build { acting, name: name.to_owned(), key, root, there, made, found: 1 - made, planned: 1 })
    }

    async fn all(&mut self, tree: &[Node]) -> Result<()> {
        self.planned += tree.len();
        let mut folders: BTreeMap<&str, String> = BTreeMap::from([("", self.root.id.clone())]);
        for node in tree {
            let place = hash(&node.key);
            let id = match self.there.get(&place) {
                Some(id) => {
                    self.found += 1;
                    id.clone()
                }
                None => {
                    let missing = || Error::internal("a template has a folder in none");
                    let parent = folders.get(node.above.as_str()).ok_or_else(missing)?;
                    let id = self.make(node, parent, &place).await?;
                    self.made += 1;
                    id
                }
            };
            if matches!(node.what, What::Folder) {
                folders.insert(&node.key, id);
            }
        }
        Ok(())
    }

    async fn make(&self, node: &Node, parent: &str, place: &str) -> Result<String> {
        let mut body = folder(&template::named(&node.name, &self.name), parent, &self.key, place, "");
        let source = match &node.what {
            What::Folder => return Ok(self.acting.create(&body).await?.id),
            What::Shortcut(target) => {
                body["mimeType"] = json!(wire::SHORTCUT);
                body["shortcutDetails"] = json!({ "targetId": target });
                return Ok(self.acting.create(&body).await?.id);
            }
            What::Copy(source) => source,
        };
        // A copy keeps the type of what it is a copy of.
        if let Some(body) = body.as_object_mut() {
            body.remove("mimeType");
        }
        let request = self.acting.post(&format!("/files/{source}/copy"), &[ALL_DRIVES, ("fields", wire::LINE)], &body);
        Ok(self.acting.send::<File>(request).await?.id)
    }

    fn told(&self) -> String {
        let name = &self.root.name;
        match (self.made, self.found) {
            (0, _) => format!("The project “{name}” is complete: there was nothing left to make."),
            (made, 0) => format!("Made the project “{name}”, with {} folders and files in it.", made - 1),
            (made, found) => {
                format!("Completed the project “{name}”: {found} of its folders and files were there, {made} more are now.")
            }
        }
    }

    /// The same failure, with what is there all the same.
    fn cut(&self, error: Error) -> Error {
        let there = self.made + self.found;
        // What may have been made carries its mark, so that nobody has to look for it.
        let said = error.message.split(" It may have been done all the same").next().unwrap_or_default();
        let message = format!(
            "{said} {there} of {} folders and files of “{}” are there ({}). The same command again goes on from there.",
            self.planned,
            self.root.name,
            card::link(&self.root)
        );
        Error { message, ..error }
    }
}

fn folder(name: &str, parent: &str, key: &str, place: &str, description: &str) -> Value {
    let marks = json!({ PROJECT: key, PLACE: place });
    let mut body = json!({ "name": name, "mimeType": wire::FOLDER, "parents": [parent], "appProperties": marks });
    if !description.is_empty() {
        body["description"] = json!(description);
    }
    body
}

/// A property's name and value are 124 bytes at most.
fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..12])
}

/// Lists the projects that were made here.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those whose name begins with this.
    name: Option<String>,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list", "project list name=Apollo"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let mut query = format!("appProperties has {{ key='{PLACE}' and value='{ROOT}' }} and trashed = false");
        if let Some(name) = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push_str(&format!(" and name contains {}", quoted(name)));
        }
        let part = acting.files(&Wanted { query, order: Some("name_natural"), ..Wanted::default() }, 50).await?;
        let head = Text::new().bold(counted(&part, "project"));
        let message = listed(&acting, head, "There are no projects yet.", &part, None);
        let new = Button::form("New project", ctx.call("project create", json!({})));
        Ok(Reply::to_channel(message.buttons(vec![new])))
    }
}

/// Shows the templates of projects.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Templates {}

impl Action for Templates {
    type On = Drive;
    const NAME: &str = "project templates";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project templates"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let mut message = Message::new();
        for it in &on.settings.templates {
            let text = match &it.tree {
                Tree::Copy(id) => {
                    let acting = on.acting(ctx).await?;
                    let folder = acting.find("template", &FileRef(id.clone())).await?;
                    message =
                        message.paragraph(Text::new().bold(&it.name).plain(" copies ").link(card::link(&folder), &folder.name));
                    continue;
                }
                Tree::Folders(all) => all
                    .iter()
                    .map(|path| format!("{}{}", "  ".repeat(path.len() - 1), path.last().map_or("", String::as_str)))
                    .collect::<Vec<_>>()
                    .join("\n"),
            };
            message = message.paragraph(Text::new().bold(&it.name)).block(commands::Block::Code(text));
        }
        if on.settings.templates.is_empty() {
            message =
                message.paragraph("There are no templates: an administrator writes them into the connection's `templates`.");
        }
        Ok(Reply::to_asker(message))
    }
}
