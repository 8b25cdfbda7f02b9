//! Project folders: a tree from a template, shared with those who work on it.
//!
//! Each step looks first whether it is done, so that the same command goes on where it stopped. That a folder is one of ours
//! says a property on it ([`MARK`]), which stands there before the first folder in it: a folder that happens to have the name is
//! left alone.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Nextcloud,
    card::listed,
    dav::{Entry, Existing, escaped},
    names, param, path,
    problem::{at, either},
    properties,
    shares::{self, Permissions, Wanted},
};

/// The property that says which template a project's folder is made by.
const MARK: &str = "project-template";

/// A template that stands in the connection's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    name: String,
    /// From the project's folder on, parents before children.
    folders: Vec<String>,
}

impl Declared {
    /// `standard: Contracts, Designs/Drafts`.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`].
    pub fn read(text: &str) -> Result<Declared> {
        let bad = |why: &str| {
            Error::new(
                ErrorKind::BadConfig,
                format!("The template `{text}` {why}. Write it as standard: Contracts, Designs/Drafts."),
            )
        };
        let (name, folders) = text.split_once(':').ok_or_else(|| bad("has no name"))?;
        if name.trim().is_empty() {
            return Err(bad("has no name"));
        }
        let mut all: Vec<String> = Vec::new();
        for folder in folders.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let folder = path::clean("templates", folder).map_err(|_| bad("holds a path that cannot be"))?;
            let ends = folder.match_indices('/').skip(1).map(|(at, _)| at).chain([folder.len()]);
            for part in ends.map(|end| folder[..end].to_owned()) {
                if !all.contains(&part) {
                    all.push(part);
                }
            }
        }
        if all.is_empty() {
            return Err(bad("has no folders"));
        }
        Ok(Declared { name: name.trim().to_owned(), folders: all })
    }
}

/// Where a project's folders come from.
enum Template {
    Declared(Declared),
    /// A folder in Nextcloud, which is copied.
    Folder(Box<Entry>),
    /// A folder alone.
    Empty,
}

impl Template {
    fn name(&self) -> &str {
        match self {
            Template::Declared(it) => &it.name,
            Template::Folder(it) => it.name(),
            Template::Empty => "none",
        }
    }
}

impl Nextcloud {
    /// The folders that are templates.
    async fn template_entries(&self) -> Result<Vec<Entry>> {
        let Some(folder) = &self.template_folder else { return Ok(Vec::new()) };
        match self.entries(folder).await {
            Ok(entries) => Ok(entries.into_iter().filter(|it| it.is_folder).collect()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn template_names(&self) -> Result<Vec<String>> {
        let declared = self.templates.iter().map(|it| it.name.clone());
        Ok(declared.chain(self.template_entries().await?.iter().map(|it| it.name().to_owned())).collect())
    }

    async fn template(&self, typed: Option<&param::Template>) -> Result<Template> {
        let Some(typed) = typed.map(|it| it.0.trim()) else {
            return Ok(self.templates.first().cloned().map_or(Template::Empty, Template::Declared));
        };
        if names::same(typed, "none") {
            return Ok(Template::Empty);
        }
        if let Some(declared) = self.templates.iter().find(|it| names::same(&it.name, typed)) {
            return Ok(Template::Declared(declared.clone()));
        }
        if let Some(entry) = self.template_entries().await?.into_iter().find(|it| names::same(it.name(), typed)) {
            return Ok(Template::Folder(Box::new(entry)));
        }
        let known = self.template_names().await?;
        let way = match known.is_empty() {
            true => "This connection has none; an administrator can add them to its settings.".to_owned(),
            false => format!("There is {}.", either(&known)),
        };
        Err(at("template", format!("There is no template `{typed}`. {way}")))
    }

    /// The template that a folder was made by; none for a folder that is none of ours.
    async fn mark(&self, path: &str) -> Result<Option<String>> {
        let all = self.properties(path, "").await?;
        Ok(all.into_iter().find(|it| it.namespace == properties::OURS && it.name == MARK).map(|it| it.text))
    }
}

/// Lists the templates of project folders.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Templates {}

impl Action for Templates {
    type On = Nextcloud;
    const NAME: &str = "project templates";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project templates"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let mut lines: Vec<Text> = Vec::new();
        for it in &on.templates {
            let folders: Vec<&str> = it.folders.iter().map(|it| it.trim_start_matches('/')).collect();
            lines.push(Text::new().bold(&it.name).plain(format!(" · {}", folders.join(", "))));
        }
        for entry in on.template_entries().await? {
            lines.push(Text::new().link(on.page(&entry), entry.name()).plain(" · a copy of that folder"));
        }
        let none =
            "There are no templates. An administrator can add them to the connection's settings: templates, or template_folder.";
        Ok(Reply::to_channel(listed("Templates", none, lines, false)))
    }
}

/// Makes a project's folders from a template, shares them, and pins where they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The project's name.
    name: String,
    /// The template; the first one where you do not say, none for an empty folder.
    template: Option<param::Template>,
    /// Whom to share it with, for changing it: @ana, all people of @team, a user name, an email address, or a group in Nextcloud.
    #[serde(default)]
    share: Vec<Person>,
    /// The folder it is made in, where that is not the usual one.
    folder: Option<param::Folder>,
}

/// What was done, and what was there already.
#[derive(Default)]
struct Made {
    folders: usize,
    copies: usize,
    shares: Vec<String>,
    /// A sentence for each whom Nextcloud does not let share in it.
    refused: Vec<String>,
    there: usize,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create \"Apollo\" template=standard share=@team"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let name = path::clean_name("name", &self.name)?;
        let parent = self.folder.as_ref().map_or(Ok(on.projects.clone()), |it| path::clean("folder", &it.0))?;
        let root = path::join(&parent, &name);
        // Everything that can be wrong is found out before the first folder is made.
        let template = on.template(self.template.as_ref()).await?;
        let mut whom = Vec::new();
        for text in &self.share {
            whom.push(member(on, &text.0, ctx).await?);
        }
        let mut made = Made::default();
        match build(on, &root, &template, &whom, ctx, &mut made).await {
            Ok(()) => Ok(told(on, ctx, &root, &template, &made).await),
            // What a person has to change is no reason to type the same again.
            Err(error) if error.kind == ErrorKind::BadInput => Err(error),
            Err(error) => {
                let again = "Type the same command again to go on from there.";
                let message = format!("{} The folders of {name} are half made: {again}", error.message);
                Err(Error { message, ..error })
            }
        }
    }
}

/// A group called so, else a person.
async fn member(on: &Nextcloud, typed: &str, ctx: &Ctx) -> Result<(u8, String, String)> {
    let name = typed.trim().trim_start_matches('@');
    let is_it = |it: &&super::accounts::Group| names::same(&it.id, name) || names::same(&it.name, name);
    if let Some(group) = on.every_group(name).await?.iter().find(is_it) {
        return Ok((shares::GROUP, group.id.clone(), format!("group {}", group.name)));
    }
    let person = on.person("share", typed, ctx).await?;
    Ok((shares::USER, person.id.clone(), person.shown()))
}

async fn build(
    on: &Nextcloud,
    root: &str,
    template: &Template,
    whom: &[(u8, String, String)],
    ctx: &Ctx,
    made: &mut Made,
) -> Result<()> {
    match on.entry(root).await {
        Ok(entry) if !entry.is_folder => return Err(at("name", format!("`{root}` is a file. Choose another name."))),
        Ok(_) => match on.mark(root).await? {
            Some(mark) if mark == template.name() => made.there += 1,
            Some(mark) => {
                return Err(at(
                    "template",
                    format!("`{root}` is there, made by the template `{mark}`. Write template={mark} to complete it."),
                ));
            }
            // A crash may have come between the folder and its mark.
            None if on.entries(root).await?.is_empty() => {}
            None => {
                return Err(at(
                    "name",
                    format!("There is a folder `{root}` already, which is no project's of mine. Choose another name."),
                ));
            }
        },
        Err(error) if error.kind == ErrorKind::NotFound => made.folders += on.make_folders(root).await?,
        Err(error) => return Err(error),
    }
    let mark = format!("<p:{MARK} xmlns:p=\"{}\">{}</p:{MARK}>", properties::OURS, escaped(template.name()));
    on.patch_properties(root, &mark, "").await?;
    match template {
        Template::Empty => {}
        Template::Declared(declared) => {
            let mut there: Vec<String> = Vec::new();
            let mut asked: Vec<String> = Vec::new();
            for folder in &declared.folders {
                let (full, above) = (format!("{root}{folder}"), format!("{root}{}", path::parent(folder)));
                let above = above.trim_end_matches('/').to_owned();
                if !asked.contains(&above) {
                    there.extend(on.entries(&above).await?.into_iter().map(|it| it.path));
                    asked.push(above);
                }
                if there.contains(&full) {
                    made.there += 1;
                } else {
                    on.make_folder(&full).await?;
                    made.folders += 1;
                }
            }
        }
        Template::Folder(entry) => {
            let mut open = vec![(entry.path.clone(), root.to_owned())];
            while let Some((from, to)) = open.pop() {
                let there = on.entries(&to).await?;
                for part in on.entries(&from).await? {
                    let target = path::join(&to, part.name());
                    match there.iter().find(|it| it.name() == part.name()) {
                        Some(known) => {
                            made.there += 1;
                            // It may be the half of a copy that was cut.
                            if known.is_folder && part.is_folder {
                                open.push((part.path.clone(), target));
                            }
                        }
                        None => {
                            on.copy_to(&part.path, &target, Existing::Keep).await?;
                            made.copies += 1;
                        }
                    }
                }
            }
        }
    }
    if whom.is_empty() {
        return Ok(());
    }
    let entry = on.entry(root).await?;
    let known = on.shares_of(root).await?;
    for (kind, id, name) in whom {
        let note = Some(on.signed("", ctx));
        let wanted =
            Wanted { kind: *kind, with: Some(id.clone()), permissions: Some(Permissions::Edit), note, ..Wanted::default() };
        let given = match known.iter().find(|it| it.share_type == *kind && it.share_with.as_deref() == Some(id.as_str())) {
            Some(share) if share.lets_edit() => {
                made.there += 1;
                continue;
            }
            Some(share) => on.let_edit(share, root).await,
            None => on.share(&entry, &wanted).await.map(drop),
        };
        match given {
            Ok(()) => made.shares.push(name.clone()),
            Err(error) if shares::is_refusal(&error) => made.refused.push(format!("Not shared with {name}: {}", error.message)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What was made, with a link to each folder.
async fn told(on: &Nextcloud, ctx: &Ctx, root: &str, template: &Template, made: &Made) -> Reply {
    let mut did = Vec::new();
    let several = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    if made.folders > 0 {
        did.push(format!("made {}", several(made.folders, "folder")));
    }
    if made.copies > 0 {
        did.push(format!("copied {}", several(made.copies, "part")));
    }
    if !made.shares.is_empty() {
        did.push(format!("shared it with {}", made.shares.join(", ")));
    }
    let name = path::name(root);
    let what = match (did.is_empty(), made.there) {
        (true, _) => format!("The folders of {name} are all there: nothing was missing."),
        (false, 0) => format!("The folders of {name} are ready: {}.", did.join(", ")),
        (false, _) => format!("The folders of {name} were half made and are complete now: {}.", did.join(", ")),
    };
    let mut said = Message::text(what);
    if !made.refused.is_empty() {
        said = said.paragraph(made.refused.join(" ")).tone(Tone::Warning);
    }
    let entry = match on.entry(root).await {
        Ok(entry) => entry,
        Err(_) => return Reply::to_channel(said),
    };
    let inside = on.entries(root).await.unwrap_or_default();
    let lines: Vec<Text> = inside.iter().take(25).map(|it| Text::new().link(on.page(it), it.name())).collect();
    if !lines.is_empty() {
        said = said.list(lines);
    }
    if !matches!(template, Template::Empty) {
        said = said.context(format!("By the template {}.", template.name()));
    }
    on.reply(&entry, ctx, said).pinned(name, on.page(&entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_with_the_folders_between() {
        let read = |text| Declared::read(text).map(|it| (it.name, it.folders.join(" ")));
        let (name, folders) = read(" standard : Contracts, Designs/Drafts/Old ,Designs, ").unwrap();
        assert_eq!((name.as_str(), folders.as_str()), ("standard", "/Contracts /Designs /Designs/Drafts /Designs/Drafts/Old"));
        for text in ["standard", ": a", "standard:", "standard: ../a"] {
            assert_eq!(read(text).unwrap_err().kind, ErrorKind::BadConfig, "{text}");
        }
    }
}
