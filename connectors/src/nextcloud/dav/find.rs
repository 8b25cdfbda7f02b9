//! Finding files: by path, by number, in a folder, by what they are.

use commands::{ErrorKind, Result};

use super::{DAV, Depth, Element, Entry, NAMESPACES, escaped};
use crate::nextcloud::{
    Nextcloud, names, param, path,
    problem::{about, at},
};

/// What a card and a list show of a file.
const PROPERTIES: &str = "<d:getlastmodified/><d:getcontenttype/><d:getcontentlength/><d:resourcetype/><d:lockdiscovery/><oc:fileid/><oc:size/>\
     <oc:permissions/><oc:owner-id/><oc:owner-display-name/><oc:favorite/><oc:share-types/><nc:lock/><nc:lock-owner/>\
     <nc:lock-owner-displayname/><nc:system-tags/>";

/// Files in one answer to a search.
const MOST: usize = 100;

impl Depth {
    fn header(self) -> &'static str {
        if self == Depth::Itself { "0" } else { "1" }
    }
}

/// What files have in common that are looked for; all of it holds.
#[derive(Clone, Debug, Default)]
pub(in crate::nextcloud) struct Wanted {
    /// From the connection's folder on.
    pub folder: String,
    /// A part of the name.
    pub text: Option<String>,
    /// `image`, `application/pdf`.
    pub mime: Option<String>,
    /// In bytes.
    pub larger: Option<u64>,
    /// The first day, `2026-11-21`.
    pub since: Option<String>,
    pub is_favorite: bool,
    pub id: Option<u64>,
    pub limit: usize,
}

impl Nextcloud {
    async fn found(&self, path: &str, depth: Depth) -> Result<Vec<Entry>> {
        let request = self.dav("PROPFIND", &self.address(path)).header("depth", depth.header());
        let body = format!("<d:propfind {NAMESPACES}><d:prop>{PROPERTIES}</d:prop></d:propfind>");
        let all = self.ask(request, &body).await.map_err(|error| about(error, path))?;
        Ok(all.iter().filter_map(|it| Some(Entry::read(self.path_of(&it.href)?, it))).collect())
    }

    /// The file or folder at `path`.
    pub(in crate::nextcloud) async fn entry(&self, path: &str) -> Result<Entry> {
        self.found(path, Depth::Itself).await?.into_iter().next().ok_or_else(super::unreadable)
    }

    /// What is in a folder: folders first, then by name.
    pub(in crate::nextcloud) async fn entries(&self, folder: &str) -> Result<Vec<Entry>> {
        Ok(self.folder(folder).await?.1)
    }

    /// A folder and what is in it, as [`Nextcloud::entries`]; nothing is in a file.
    pub(in crate::nextcloud) async fn folder(&self, folder: &str) -> Result<(Entry, Vec<Entry>)> {
        let (mut itself, mut all): (Vec<Entry>, Vec<Entry>) =
            self.found(folder, Depth::Children).await?.into_iter().partition(|it| it.path == folder);
        all.sort_by_key(|it| (!it.is_folder, it.path.to_lowercase()));
        Ok((itself.pop().ok_or_else(super::unreadable)?, all))
    }

    /// Every property of it, and those that Nextcloud tells only who asks for them.
    pub(in crate::nextcloud) async fn properties(&self, path: &str, extra: &str) -> Result<Vec<Element>> {
        let request = self.dav("PROPFIND", &self.address(path)).header("depth", "0");
        // `allprop` cannot be asked together with what it leaves out, but for `include`, which Nextcloud does not know.
        let all = self.ask(request, &format!("<d:propfind {NAMESPACES}><d:allprop/></d:propfind>")).await;
        let mut all = all.map_err(|error| about(error, path))?;
        let mut properties = all.pop().map(|it| it.properties.children).unwrap_or_default();
        if !extra.is_empty() {
            let request = self.dav("PROPFIND", &self.address(path)).header("depth", "0");
            let more = self.ask(request, &format!("<d:propfind {NAMESPACES}><d:prop>{extra}</d:prop></d:propfind>")).await?;
            for property in more.into_iter().flat_map(|it| it.properties.children) {
                if !properties.iter().any(|it| (&it.namespace, &it.name) == (&property.namespace, &property.name)) {
                    properties.push(property);
                }
            }
        }
        Ok(properties)
    }

    /// What somebody means by a path, a number or a link.
    ///
    /// # Errors
    /// At `field`: there is no such file, with the nearest name; or it cannot be asked.
    pub(in crate::nextcloud) async fn resolve(&self, field: &str, file: &param::FileRef) -> Result<Entry> {
        match file.reading() {
            param::Reading::Number(id) => {
                let wanted = Wanted { folder: "/".into(), id: Some(id), limit: 1, ..Wanted::default() };
                let missing = || at(field, format!("Nextcloud has no file #{id}, or hides it from the bot's account."));
                self.search(&wanted).await?.into_iter().next().ok_or_else(missing)
            }
            param::Reading::Path(typed) => {
                let path = path::clean(field, &typed)?;
                match self.entry(&path).await {
                    Err(error) if error.kind == ErrorKind::NotFound => Err(self.missing(field, &path).await),
                    other => other,
                }
            }
            param::Reading::Link => Err(at(
                field,
                "I cannot tell a file by that link. Paste the link of the file's own page (…/f/42 or …/apps/files/files/42), or write its path.",
            )),
        }
    }

    /// Why there is nothing at `path`: where it goes wrong, and what is there instead.
    pub(in crate::nextcloud) async fn missing(&self, field: &str, path: &str) -> commands::Error {
        let folder = path::parent(path);
        match self.entries(folder).await {
            Ok(entries) => {
                let names: Vec<String> = entries.iter().map(|it| it.name().to_owned()).collect();
                let near =
                    names::nearest(path::name(path), &names).map(|it| format!(" Did you mean `{}`?", path::join(folder, it)));
                at(field, format!("There is no `{}` in `{folder}`.{}", path::name(path), near.unwrap_or_default()))
            }
            Err(error) if error.kind == ErrorKind::NotFound => {
                at(field, format!("There is no folder `{folder}` in Nextcloud that the bot can see."))
            }
            Err(error) => error,
        }
    }

    /// Looks for files by what they are (`SEARCH`, RFC 5323).
    pub(in crate::nextcloud) async fn search(&self, wanted: &Wanted) -> Result<Vec<Entry>> {
        let scope = format!("/files/{}{}", path::encode_part(&self.user), path::encode(&self.full(&wanted.folder)));
        let limit = wanted.limit.clamp(1, MOST);
        let body = format!(
            "<d:searchrequest {NAMESPACES}><d:basicsearch><d:select><d:prop>{PROPERTIES}</d:prop></d:select>\
             <d:from><d:scope><d:href>{}</d:href><d:depth>infinity</d:depth></d:scope></d:from>{}\
             <d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby>\
             <d:limit><d:nresults>{limit}</d:nresults></d:limit></d:basicsearch></d:searchrequest>",
            escaped(&scope),
            wanted.written()
        );
        let all = self.ask(self.dav("SEARCH", &format!("{}/", self.dav)), &body).await?;
        Ok(all.iter().filter_map(|it| Some(Entry::read(self.path_of(&it.href)?, it))).collect())
    }

    /// Files by a rule that only the server knows: favourites, tags (`REPORT`).
    pub(in crate::nextcloud) async fn filtered(&self, rule: &str) -> Result<Vec<Entry>> {
        let body = format!(
            "<oc:filter-files {NAMESPACES}><d:prop>{PROPERTIES}</d:prop><oc:filter-rules>{rule}</oc:filter-rules></oc:filter-files>"
        );
        let all = self.ask(self.dav("REPORT", &self.address("/")), &body).await?;
        Ok(all.iter().filter_map(|it| Some(Entry::read(self.path_of(&it.href)?, it))).filter(|it| it.path != "/").collect())
    }
}

impl Wanted {
    /// The `d:where` of it.
    fn written(&self) -> String {
        let test = |how: &str, property: &str, value: &str| {
            format!("<d:{how}><d:prop><{property}/></d:prop><d:literal>{}</d:literal></d:{how}>", escaped(value))
        };
        // `%` and `_` are what LIKE knows; there is no way to write them as they are.
        let part = |text: &str| format!("%{}%", text.trim());
        let mut tests = Vec::new();
        tests.extend(self.text.as_deref().map(|it| test("like", "d:displayname", &part(it))));
        tests.extend(self.mime.as_deref().map(|it| match it.contains('/') {
            true => test("eq", "d:getcontenttype", it),
            false => test("like", "d:getcontenttype", &format!("{it}/%")),
        }));
        tests.extend(self.larger.map(|it| test("gt", "oc:size", &it.to_string())));
        tests.extend(self.since.as_deref().map(|it| test("gte", "d:getlastmodified", &format!("{it}T00:00:00+00:00"))));
        tests.extend(self.is_favorite.then(|| test("eq", "oc:favorite", "yes")));
        tests.extend(self.id.map(|it| test("eq", "oc:fileid", &it.to_string())));
        match tests.as_slice() {
            [] => format!("<d:where>{}</d:where>", test("like", "d:displayname", "%")),
            [one] => format!("<d:where>{one}</d:where>"),
            all => format!("<d:where><d:and>{}</d:and></d:where>", all.concat()),
        }
    }
}

/// A property as people write it: `dc:subject` is nobody's, `d:`, `oc:` and `nc:` are those of WebDAV, and no prefix is ours.
pub(in crate::nextcloud) fn label(property: &Element) -> String {
    match property.namespace.as_str() {
        DAV => format!("d:{}", property.name),
        super::OWNCLOUD => format!("oc:{}", property.name),
        super::NEXTCLOUD => format!("nc:{}", property.name),
        crate::nextcloud::properties::OURS => property.name.clone(),
        other => format!("{{{other}}}{}", property.name),
    }
}
