//! What may depend on what: the walls between our packages and modules, and what comes from outside.
//!
//! The rules about outside packages are those of `deny.toml`, read here so that they hold on every
//! run and without cargo-deny. The dependencies looked at are those that are compiled here, for
//! this machine: `cargo tree` knows, `cargo metadata` also lists optional ones that are never built.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;
use serde_json::Value;

/// A package in the tree.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// Empty for our own.
    origin: String,
    license: String,
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: Option<String>,
    #[serde(default)]
    deny_multiple_versions: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
    allow_git: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

fn deny() -> Deny {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there"))
        .expect("deny.toml is what we read of it")
}

fn packages() -> BTreeSet<Package> {
    let tree =
        cargo(&["tree", "--locked", "--workspace", "-e", "normal,build,dev", "--prefix", "none", "--format", "{p}|{l}|{r}"]);
    let packages: BTreeSet<_> = tree.lines().filter(|line| !line.is_empty()).map(package).collect();
    assert!(packages.len() > 100, "cargo tree listed {} packages only", packages.len());
    packages
}

/// Reads `name v1.2.3 (/path or address)|license|repository (*)`.
fn package(line: &str) -> Package {
    let mut parts = line.split('|');
    let (head, license) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut words = head.split(' ').filter(|word| *word != "(proc-macro)" && *word != "(*)");
    let name = words.next().unwrap_or_default().to_owned();
    let version = words.next().unwrap_or_default().trim_start_matches('v').to_owned();
    let origin = words.collect::<Vec<_>>().join(" ").trim_matches(['(', ')']).to_owned();
    Package { name, version, origin, license: license.trim_end_matches(" (*)").to_owned() }
}

/// Whether an SPDX expression can be met with allowed licences. `/` is how old packages write OR.
fn met(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim();
    for (word, all) in [(" OR ", false), ("/", false), (" AND ", true)] {
        let parts = split_outside_parentheses(expression, word);
        if parts.len() > 1 {
            return if all { parts.iter().all(|part| met(part, allowed)) } else { parts.iter().any(|part| met(part, allowed)) };
        }
    }
    match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => met(inner, allowed),
        None => allowed(expression),
    }
}

fn split_outside_parentheses<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= start && text[at..].starts_with(word) => {
                parts.push(&text[start..at]);
                start = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn an_spdx_expression_is_met_as_it_reads() {
    let allowed = |license: &str| ["MIT", "ISC"].contains(&license);
    assert!(met("MIT", &allowed) && met("GPL-3.0 OR MIT", &allowed) && met("Apache-2.0/MIT", &allowed));
    assert!(met("ISC AND (GPL-3.0 OR MIT)", &allowed) && met("(MIT)", &allowed) && met("Apache-2.0 / MIT", &allowed));
    assert!(
        !met("GPL-3.0", &allowed)
            && !met("MIT AND GPL-3.0", &allowed)
            && !met("(MIT OR ISC) AND GPL-3.0", &allowed)
            && !met("", &allowed)
    );
}

#[test]
fn every_licence_is_allowed() {
    let allow = deny().licenses.allow;
    let packages = packages();
    let refused: Vec<_> = packages
        .iter()
        .filter(|it| !it.origin.starts_with('/') && !met(&it.license, &|license| allow.iter().any(|it| it == license)))
        .collect();
    assert!(refused.is_empty(), "licences that deny.toml does not allow: {refused:#?}");
}

#[test]
fn no_banned_package_is_compiled() {
    let packages = packages();
    let mut found = Vec::new();
    for ban in deny().bans.deny {
        let versions: BTreeSet<_> = packages.iter().filter(|it| it.name == ban.name).map(|it| it.version.as_str()).collect();
        match ban.deny_multiple_versions {
            true if versions.is_empty() => {
                found.push(format!("{} is no longer a dependency: take it out of deny.toml", ban.name))
            }
            true if versions.len() > 1 => found.push(format!("{} in versions {versions:?}: one, please", ban.name)),
            false if !versions.is_empty() => found.push(format!(
                "{} is compiled (`cargo tree -i {}` says for whom): {}",
                ban.name,
                ban.name,
                ban.reason.unwrap_or_default()
            )),
            _ => {}
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn everything_comes_from_crates_io() {
    let sources = deny().sources;
    assert!(sources.allow_git.is_empty());
    let lock: toml::Table =
        fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock is committed").parse().expect("Cargo.lock is TOML");
    for package in lock["package"].as_array().expect("packages") {
        // Our own have no source.
        let Some(source) = package.get("source").and_then(|it| it.as_str()) else { continue };
        let known =
            source.strip_prefix("registry+").is_some_and(|registry| sources.allow_registry.iter().any(|it| it == registry));
        assert!(known && package.get("checksum").is_some(), "{} comes from {source}", package["name"]);
    }
}

#[test]
fn our_packages_depend_only_to_their_left() {
    let order = ["commands", "connectors", "bot", "tests"];
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"])).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(packages.len(), order.len(), "a package was added: give it its place in the order");
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let place = order.iter().position(|it| *it == name).unwrap_or_else(|| panic!("{name} has no place in {order:?}"));
        let used: BTreeSet<_> =
            package["dependencies"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
        for other in &order[place..] {
            assert!(!used.contains(other), "{name} must not depend on {other}");
        }
        let foreign: &[&str] = match name {
            "commands" => &["tokio", "reqwest", "sqlx", "axum", "slack-morphism"],
            "connectors" => &["sqlx", "slack-morphism"],
            _ => &[],
        };
        for other in foreign {
            assert!(!used.contains(other), "{name} must not depend on {other}");
        }
    }
}

/// The sources below a folder, without what is compiled for tests only: path from the workspace's root, and text without
/// comment lines.
fn sources(folder: &str) -> BTreeMap<String, String> {
    fn walk(folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|err| panic!("{}: {err}", folder.display())) {
            let path = entry.expect("a folder's entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                found.insert(name, code);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    let tests: Vec<String> = found.iter().flat_map(|(file, code)| test_modules(file, code)).collect();
    found.retain(|file, _| !tests.iter().any(|it| *file == format!("{it}.rs") || file.starts_with(&format!("{it}/"))));
    for code in found.values_mut() {
        if let Some(at) = code.find("#[cfg(test)]\nmod tests {") {
            code.truncate(at);
        }
    }
    found
}

/// The paths, without ending, of the modules that `file` declares for tests only.
fn test_modules(file: &str, code: &str) -> Vec<String> {
    let folder = match file.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder,
        _ => file.trim_end_matches(".rs"),
    };
    let after = code.split("#[cfg(test)]\n").skip(1);
    let names = after.filter_map(|rest| {
        let line = rest.lines().next()?.trim().strip_suffix(';')?;
        line.split_once("mod ").map(|(_, name)| name)
    });
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// Whether code names a module or package in a path: `sqlx::…`, `use sqlx;`, `crate::chat`.
fn names(code: &str, path: &str) -> bool {
    let word = |char: char| char.is_alphanumeric() || char == '_';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let rest = &code[at + path.len()..];
        !before.is_some_and(|it| word(it) || it == ':' || it == '"' || it == '`')
            && (rest.starts_with("::") || rest.starts_with([';', ',', '}', '{']))
    })
}

/// The modules of `crate` that code names: `use crate::{chat::{…}, queue}` and `crate::chat::Place` alike.
fn modules(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        if code[..at].chars().next_back().is_some_and(|it| it.is_alphanumeric() || it == '_' || it == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => drop(found.insert(first_word(rest))),
            Some(list) => {
                let (mut depth, mut fresh) = (1, true);
                for (at, char) in list.char_indices() {
                    match char {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => fresh = true,
                        _ if fresh && !char.is_whitespace() => {
                            found.insert(first_word(&list[at..]));
                            fresh = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    found
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
}

#[test]
fn use_lines_are_read_as_rust_reads_them() {
    let code = "use crate::{\n    chat::{Place, slack},\n    queue,\n};\nfn a() { crate::app::run(); my_crate::hooks(); }";
    assert_eq!(modules(code).into_iter().collect::<Vec<_>>(), ["app", "chat", "queue"]);
    assert!(names("use sqlx::Row;", "sqlx") && names("use sqlx;", "sqlx") && names("let a = sqlx::query(text);", "sqlx"));
    assert!(!names("let sqlx_like = 1;", "sqlx") && !names("my_sqlx::a()", "sqlx") && !names("/// sqlx", "sqlx"));
    let declared = "mod a;\n#[cfg(test)]\nmod story;\n#[cfg(test)]\npub(crate) mod testing;\n#[cfg(test)]\nmod tests {\n}";
    assert_eq!(test_modules("bot/src/chat/mod.rs", declared), ["bot/src/chat/story", "bot/src/chat/testing"]);
    assert_eq!(test_modules("bot/src/queue.rs", declared), ["bot/src/queue/story", "bot/src/queue/testing"]);
}

#[test]
fn connectors_know_neither_store_nor_chat_nor_each_other() {
    for (file, code) in sources("connectors/src") {
        for foreign in ["sqlx", "slack_morphism"] {
            assert!(!names(&code, foreign), "{file} must not use {foreign}");
        }
        // Stand-ins are servers; nothing else here listens.
        let serves = file.contains("standin");
        assert!(serves || !names(&code, "axum"), "{file} must not use axum: only a stand-in serves");
        // A connector: a folder that is not one of the shared ones.
        let Some((own, _)) = file["connectors/src/".len()..].split_once('/') else { continue };
        if ["http", "auth"].contains(&own) {
            continue;
        }
        for other in connectors::ALL.iter().map(|it| it.name).filter(|it| *it != own) {
            assert!(!modules(&code).contains(other), "{file} must not use the connector {other}");
        }
    }
}

#[test]
fn sql_stands_only_where_things_are_stored() {
    for (file, code) in sources("bot/src") {
        // The queue is a store from end to end: its writer's transaction is what it is.
        let stores = file.ends_with("/store.rs") || file.starts_with("bot/src/store/") || file.starts_with("bot/src/queue/");
        assert!(stores || !names(&code, "sqlx"), "{file} must not use sqlx: its store.rs does");
    }
}

/// What the lower modules of the bot may name besides themselves, the lowest first.
const LOWER: &[(&str, &[&str])] = &[
    ("vital", &[]),
    ("store", &[]),
    ("audit", &["store"]),
    // Of hooks and notify only what its transactions write down: what arrived, what was reported, where it stands.
    ("queue", &["audit", "hooks", "notify", "store", "vital"]),
    ("telemetry", &[]),
    ("server", &["telemetry"]),
    // Sections are declared where they are used, and times are read as people write them.
    ("config", &["chat", "connections", "health", "hooks", "notify", "people", "resources", "server", "store", "telemetry"]),
    // What people say is handed to dispatch, and what to say comes from it: no chat sees a job, a row, or the App.
    // What a chat itself keeps is in a file called store.rs.
    ("chat", &["connections", "dispatch", "forms", "store"]),
    ("forms", &["chat", "dispatch", "store"]),
    ("documents", &["chat", "store"]),
];

/// What works on the whole bot and is handed the `App`: these may name each other and all that is lower.
const HANDED_THE_APP: &[&str] = &[
    "alerts",
    "app",
    "builtins",
    "chart",
    "connections",
    "dashboard",
    "dispatch",
    "escalation",
    "health",
    "hooks",
    "import",
    "notify",
    "oncall",
    "people",
    "plan",
    "resources",
    "setup",
    "sync",
];

/// What puts the pieces together or drives them from outside, each with who may name it.
const EDGES: &[(&str, &[&str])] = &[("main", &[]), ("lib", &[]), ("cli", &["main", "sandbox"]), ("sandbox", &["cli"])];

#[test]
fn modules_of_the_bot_know_only_what_lies_below_them() {
    let mut seen = BTreeSet::new();
    for (file, code) in sources("bot/src") {
        let module = first_word(&file["bot/src/".len()..]);
        // Items of the crate's root begin with a capital; there are none, but a macro's `crate::Name` is no module.
        let used: Vec<String> =
            modules(&code).into_iter().filter(|it| *it != module && it.starts_with(char::is_lowercase)).collect();
        let lower = LOWER.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed);
        let edge = EDGES.iter().any(|(name, _)| *name == module);
        assert!(
            lower.is_some() || edge || HANDED_THE_APP.contains(&module.as_str()),
            "crate::{module} was added: give it its place in this test and in ARCHITECTURE.md"
        );
        for other in &used {
            if let Some(allowed) = lower {
                assert!(allowed.contains(&other.as_str()), "{file} must not know crate::{other}: {module} knows {allowed:?}");
            }
            let keeps = module != "chat" || other != "store" || file.ends_with("/store.rs");
            assert!(keeps, "{file} must not know crate::store: its store.rs does");
            if let Some((_, by)) = EDGES.iter().find(|(name, _)| name == other) {
                assert!(by.contains(&module.as_str()), "{file} must not know crate::{other}, which puts the pieces together");
            }
        }
        seen.insert(module);
    }
    for name in LOWER.iter().map(|it| it.0).chain(HANDED_THE_APP.iter().copied()).chain(EDGES.iter().map(|it| it.0)) {
        assert!(seen.contains(name), "crate::{name} is gone: take it out of this test");
    }
}
