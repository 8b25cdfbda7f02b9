//! People and groups, as others call them: `@ana`, `me`, an address, a user name, a name.

use commands::{Ctx, ErrorKind, Result, param::Secret};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Nextcloud, names, ocs, path, problem::at};
use crate::{Account, Whose, auth::basic};

/// As many as are asked for at once, and so many times at most.
const PAGE: usize = 25;
const PAGES: usize = 40;

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Person {
    pub id: String,
    #[serde(rename = "displayname", default)]
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Group {
    pub id: String,
    #[serde(rename = "displayname", default)]
    pub name: String,
}

impl Person {
    fn is(&self, typed: &str) -> bool {
        names::same(&self.id, typed)
            || names::same(&self.name, typed)
            || self.email.as_deref().is_some_and(|it| names::same(it, typed))
    }

    /// As it is shown: with the user name, where that is another.
    pub fn shown(&self) -> String {
        if self.name.is_empty() || self.name == self.id { self.id.clone() } else { format!("{} ({})", self.name, self.id) }
    }
}

impl Nextcloud {
    /// Who is found by a part of their name, user name or address, page by page. Administrators' accounts learn addresses as well.
    async fn people(&self, typed: &str, page: usize) -> Result<Vec<Person>> {
        let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
        let query = [("search", typed), ("limit", limit.as_str()), ("offset", offset.as_str())];
        match self.ocs_get::<Map<String, Value>>("/cloud/users/details", &query).await {
            Ok(mut answer) => {
                let users = ocs::map(answer.remove("users").unwrap_or_default());
                Ok(users.into_iter().filter_map(|(_, it)| serde_json::from_value(it).ok()).collect())
            }
            Err(error) if error.kind == ErrorKind::Permission => self.sharees(typed, "users", PAGE, page).await,
            Err(error) => Err(error),
        }
    }

    /// All who are found like that.
    async fn everybody(&self, typed: &str) -> Result<Vec<Person>> {
        let mut all: Vec<Person> = Vec::new();
        for page in 0..PAGES {
            let found = self.people(typed, page).await?;
            let is_last = found.len() < PAGE;
            for person in found {
                if all.iter().all(|it| it.id != person.id) {
                    all.push(person);
                }
            }
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    /// Whoever has that user name; nobody where the bot's account may not ask for it.
    async fn with_user_name(&self, id: &str) -> Result<Option<Person>> {
        match self.by_id(id).await {
            Ok(person) => Ok(Some(person)),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whom the bot could share with: what anybody may ask.
    async fn sharees(&self, typed: &str, kind: &str, limit: usize, page: usize) -> Result<Vec<Person>> {
        let number = if kind == "groups" { "1" } else { "0" };
        let (limit, page) = (limit.to_string(), (page + 1).to_string());
        let mut query =
            vec![("search", typed), ("itemType", "file"), ("shareType", number), ("perPage", &limit), ("lookup", "0")];
        if page != "1" {
            query.push(("page", &page));
        }
        let answer: Map<String, Value> = self.ocs_get("/apps/files_sharing/api/v1/sharees", &query).await?;
        let exact = answer.get("exact").and_then(|it| it[kind].as_array()).into_iter().flatten();
        let near = answer.get(kind).and_then(Value::as_array).into_iter().flatten();
        let read = |it: &Value| {
            let id = it["value"]["shareWith"].as_str()?.to_owned();
            let name = it["label"].as_str().unwrap_or(&id).to_owned();
            Some(Person { name, id, email: it["shareWithDisplayNameUnique"].as_str().map(str::to_owned), enabled: true })
        };
        Ok(exact.chain(near).filter_map(read).collect())
    }

    /// The person that `text` means.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one; then with all of them.
    pub(super) async fn person(&self, field: &str, text: &str, ctx: &Ctx) -> Result<Person> {
        let typed = text.trim().trim_start_matches('@').trim();
        let is_me = matches!(typed.to_lowercase().as_str(), "me" | "myself");
        let typed = match (is_me, &ctx.account, &ctx.actor.email) {
            (false, ..) => typed,
            (true, Some(account), _) => account,
            (true, None, Some(email)) => email,
            (true, None, None) => {
                return Err(at(field, "I do not know who you are in Nextcloud, so I cannot take `me`. Write your user name."));
            }
        };
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a user name, or me."));
        }
        let mut found = self.people(typed, 0).await?;
        if found.len() >= PAGE {
            // Many hold these letters, and who is meant need not be among the first.
            if let Some(person) = self.with_user_name(typed).await? {
                return Ok(person);
            }
            found = self.everybody(typed).await?;
        }
        let (exact, mut near): (Vec<Person>, Vec<Person>) = found.into_iter().partition(|it| it.is(typed));
        near.retain(|it| it.name.split_whitespace().any(|word| names::same(word, typed)));
        let mut all = if exact.is_empty() { near } else { exact };
        match all.len() {
            0 if is_me => Err(at(
                field,
                format!("Nextcloud knows nobody called `{typed}`, which is what I know you by. Write your user name."),
            )),
            0 => Err(at(
                field,
                format!("Nextcloud knows nobody called `{typed}`. Write a user name, an email address, or a full name."),
            )),
            1 => Ok(all.remove(0)),
            count => {
                let names: Vec<String> = all.iter().take(10).map(Person::shown).collect();
                Err(at(field, format!("`{typed}` can be any of {count} people: {}. Write the user name.", names.join(", "))))
            }
        }
    }

    /// The first groups by a part of their name.
    pub(super) async fn groups(&self, typed: &str, limit: usize) -> Result<Vec<Group>> {
        self.some_groups(typed, limit, 0).await
    }

    /// All groups by a part of their name.
    pub(super) async fn every_group(&self, typed: &str) -> Result<Vec<Group>> {
        let mut all: Vec<Group> = Vec::new();
        for page in 0..PAGES {
            let found = self.some_groups(typed, PAGE, page).await?;
            let is_last = found.len() < PAGE;
            all.extend(found);
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    async fn some_groups(&self, typed: &str, limit: usize, page: usize) -> Result<Vec<Group>> {
        #[derive(Deserialize)]
        struct Answer {
            groups: Vec<Group>,
        }
        let (count, offset) = (limit.to_string(), (page * limit).to_string());
        let query = [("search", typed), ("limit", count.as_str()), ("offset", offset.as_str())];
        match self.ocs_get::<Answer>("/cloud/groups/details", &query).await {
            Ok(answer) => Ok(answer.groups),
            Err(error) if error.kind == ErrorKind::Permission => {
                let found = self.sharees(typed, "groups", limit, page).await?;
                Ok(found.into_iter().map(|it| Group { id: it.id, name: it.name }).collect())
            }
            Err(error) => Err(error),
        }
    }

    /// The group called so.
    ///
    /// # Errors
    /// At `field`, with the nearest name.
    pub(super) async fn group(&self, field: &str, typed: &str) -> Result<Group> {
        let typed = typed.trim();
        let found = self.every_group(typed).await?;
        if let Some(group) =
            found.iter().find(|it| names::same(&it.id, typed)).or_else(|| found.iter().find(|it| names::same(&it.name, typed)))
        {
            return Ok(group.clone());
        }
        let all: Vec<String> = self.groups("", 100).await?.into_iter().map(|it| it.id).collect();
        let near = names::nearest(typed, &all).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
        Err(at(field, format!("There is no group `{typed}` in Nextcloud.{near}")))
    }

    /// Whoever's name and password these are, `ana:app-password`: they are asked with those alone.
    async fn owner_of(&self, key: &Secret) -> Result<Option<Person>> {
        let Some((name, password)) =
            key.expose().trim().split_once(':').filter(|(name, password)| !name.is_empty() && !password.is_empty())
        else {
            return Ok(None);
        };
        let header = basic(name, &Secret::from(password.to_owned()));
        let http = self.http.clone().with_secret_header("authorization", header.expose());
        let request = http.get("/ocs/v2.php/cloud/user").header("ocs-apirequest", "true").query(&[("format", "json")]);
        match request.send::<ocs::Envelope<Person>>().await {
            Ok(answer) => Ok(Some(answer.ocs.data)),
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One person by user name.
    pub(super) async fn by_id<T: serde::de::DeserializeOwned>(&self, id: &str) -> Result<T> {
        self.ocs_get(&format!("/cloud/users/{}", path::encode_part(id)), &[]).await
    }
}

/// As the bot asks: [`crate::Accounts`].
pub(super) async fn find(on: &Nextcloud, whose: Whose<'_>) -> Result<Option<Account>> {
    let found = match whose {
        Whose::Key(key) => on.owner_of(key).await?,
        Whose::Email(typed) | Whose::Login(typed) if typed.trim().is_empty() => None,
        Whose::Email(email) => {
            let is_it = |it: &Person| it.email.as_deref().is_some_and(|it| names::same(it, email));
            on.everybody(email.trim()).await?.into_iter().find(is_it)
        }
        Whose::Login(login) => match on.by_id::<Person>(login.trim()).await {
            Ok(person) => Some(person),
            Err(error) if error.kind == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        },
    };
    Ok(found.filter(|it| it.enabled).map(|it| Account { login: it.id, name: it.name, email: it.email }))
}
