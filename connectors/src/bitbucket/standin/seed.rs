//! The small world that it starts with.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    BOT_TOKEN,
    state::{
        Build, Comment, Commit, Hook, Issue, Opinion, Person, Project, Pull, Ref, Repo, Review, Run, Step, Task, hash, uuid,
    },
};
use crate::standin::ARCHIVE;

/// Places in [`people`].
const BELLHOP: usize = 0;
const ANA: usize = 1;
const BEN: usize = 2;
const CHLOE: usize = 3;

/// On Friday, 2026-11-20, so many minutes after eight.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_795_161_600 + minutes * 60).unwrap_or_default()
}

pub fn people() -> Vec<Person> {
    let one = |login: &str, name: &str, token: &str| Person {
        name: name.into(),
        login: login.into(),
        email: format!("{login}@example.org"),
        uuid: uuid(login),
        token: token.into(),
    };
    vec![
        one("bellhop", "Bellhop", BOT_TOKEN),
        one("ana", "Ana Example", "bitbucket-token-of-ana"),
        one("ben", "Ben Example", "bitbucket-token-of-ben"),
        one("chloe", "Chloe Example", "bitbucket-token-of-chloe"),
    ]
}

pub fn projects() -> Vec<Project> {
    vec![
        Project { key: "DEMO".into(), name: "Demo".into(), description: "What visitors see".into() },
        Project { key: "APOLLO".into(), name: "Apollo".into(), description: "To the moon".into() },
    ]
}

fn commit(text: &str, author: usize, minutes: i64, parents: &[&str], paths: &[&str]) -> Commit {
    Commit {
        hash: hash(text),
        message: text.into(),
        author,
        at: at(minutes),
        parents: parents.iter().map(|it| hash(it)).collect(),
        paths: paths.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn named(name: &str, commit: &str) -> Ref {
    Ref { name: name.into(), hash: hash(commit), message: None }
}

fn pull(id: u64, title: &str, author: usize, source: (&str, &str), reviews: &[(usize, Opinion)], minutes: i64) -> Pull {
    Pull {
        id,
        version: 1,
        title: title.into(),
        description: String::new(),
        state: "OPEN",
        draft: false,
        author,
        source: source.0.into(),
        source_hash: hash(source.1),
        fork: None,
        target: "main".into(),
        reviews: reviews.iter().map(|(who, opinion)| Review { who: *who, opinion: *opinion, asked: true }).collect(),
        comments: Vec::new(),
        tasks: Vec::new(),
        close_source: false,
        merge_commit: None,
        merge_strategy: None,
        conflicts: false,
        files: Vec::new(),
        created: at(minutes),
        updated: at(minutes + 30),
    }
}

fn website_pulls() -> Vec<Pull> {
    let mut lamps = pull(
        1,
        "Dim the lobby lamps",
        BEN,
        ("feature/lamps", "Dim the lobby lamps"),
        &[(ANA, Opinion::Waiting), (CHLOE, Opinion::Approved)],
        60,
    );
    lamps.description = "They are too bright at night.\n\nTurns them down at ten.".into();
    lamps.comments = vec![Comment {
        id: 11,
        author: CHLOE,
        text: "Much better at night!".into(),
        parent: None,
        place: Some(("lamps.css".into(), Some(2))),
        at: at(80),
    }];
    lamps.tasks = vec![Task { id: 21, version: 0, author: CHLOE, text: "Try it at noon".into(), done: false, at: at(82) }];
    lamps.files = vec![("lamps.css".into(), "modified", 4, 1), ("docs/lamps.md".into(), "added", 12, 0)];
    let footer = ("feature/footer", "Rewrite the footer");
    let mut footer = pull(2, "Rewrite the footer", ANA, footer, &[(BEN, Opinion::ChangesRequested)], 100);
    footer.conflicts = true;
    footer.files = vec![("footer.html".into(), "modified", 20, 31)];
    let mut icon = pull(3, "Add a favicon", CHLOE, ("feature/icon", "Add a favicon"), &[(ANA, Opinion::Approved)], 20);
    icon.state = "MERGED";
    icon.merge_commit = Some(hash("Add a favicon"));
    vec![lamps, footer, icon]
}

fn issue(id: u64, title: &str, kind: &str, priority: &str, reporter: usize, assignee: Option<usize>) -> Issue {
    Issue {
        id,
        title: title.into(),
        content: String::new(),
        state: "new".into(),
        kind: kind.into(),
        priority: priority.into(),
        reporter,
        assignee,
        comments: Vec::new(),
        created: at(30),
        updated: at(30 + id as i64),
    }
}

fn run(number: u64, branch: &str, commit: &str, result: Option<&'static str>, steps: Vec<Step>) -> Run {
    Run {
        number,
        branch: branch.into(),
        ref_type: Some("branch"),
        hash: hash(commit),
        custom: None,
        variables: Vec::new(),
        creator: BEN,
        created: at(60 + number as i64 * 20),
        result,
        steps,
    }
}

fn step(name: &'static str, result: Option<&'static str>, seconds: u64, log: &str) -> Step {
    Step { name, result, seconds, log: Some(log.to_owned()).filter(|it| !it.is_empty()) }
}

fn runs() -> Vec<Run> {
    let build = || step("Build", Some("SUCCESSFUL"), 42, "+ make build\nBuilt 12 pages.\n");
    let test = |result, log| step("Test", result, 65, log);
    vec![
        run(
            1,
            "main",
            "Add a favicon",
            Some("SUCCESSFUL"),
            vec![build(), test(Some("SUCCESSFUL"), "+ make test\nAll 12 pages are fine.\n")],
        ),
        run(
            2,
            "feature/footer",
            "Rewrite the footer",
            Some("FAILED"),
            vec![build(), test(Some("FAILED"), "+ make test\nfooter.html: 1 link is broken\nmake: *** [test] Error 1\n")],
        ),
        run(3, "main", "Add a favicon", None, vec![build(), test(None, "")]),
    ]
}

pub fn repos() -> Vec<Repo> {
    let mut lobby = issue(1, "The lobby is too bright", "bug", "major", CHLOE, None);
    lobby.content = "One cannot read the screen at noon.".into();
    lobby.comments = vec![Comment { id: 12, author: BEN, text: "Same here.".into(), parent: None, place: None, at: at(50) }];
    let mut old = issue(3, "No favicon", "task", "trivial", ANA, Some(CHLOE));
    old.state = "resolved".into();
    let files = [
        ("README.md", "# Website\n\nWhat visitors see.\n"),
        ("lamps.css", ".lamp {\n  brightness: 100%;\n}\n"),
        ("docs/install.md", "Run `make`.\n"),
    ];
    let website = Repo {
        project: "DEMO".into(),
        slug: "website".into(),
        name: "Website".into(),
        description: "What visitors see".into(),
        private: true,
        main: "main".into(),
        has_issues: true,
        has_pipelines: true,
        branches: vec![
            named("main", "Add a favicon"),
            named("feature/lamps", "Dim the lobby lamps"),
            named("feature/footer", "Rewrite the footer"),
        ],
        tags: vec![Ref { message: Some("The first one".into()), ..named("v1.0", "First version") }],
        commits: vec![
            commit("Rewrite the footer", ANA, 95, &["Add a favicon"], &["footer.html"]),
            commit("Dim the lobby lamps", BEN, 55, &["Add a favicon"], &["lamps.css", "docs/lamps.md"]),
            commit("Add a favicon", CHLOE, 40, &["First version"], &["favicon.ico"]),
            commit("First version", ANA, 0, &[], &["README.md", "lamps.css"]),
        ],
        files: files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        builds: vec![
            Build {
                hash: hash("Dim the lobby lamps"),
                key: "TEST".into(),
                state: "SUCCESSFUL",
                description: "12 pages are fine".into(),
            },
            Build {
                hash: hash("Rewrite the footer"),
                key: "TEST".into(),
                state: "FAILED",
                description: "1 link is broken".into(),
            },
            Build { hash: hash("Rewrite the footer"), key: "LINT".into(), state: "SUCCESSFUL", description: String::new() },
        ],
        pulls: website_pulls(),
        issues: vec![lobby, issue(2, "A page for the press", "enhancement", "critical", ANA, Some(ANA)), old],
        runs: runs(),
        default_reviewers: Vec::new(),
        downloads: BTreeMap::from([("website-1.0.zip".to_owned(), ARCHIVE.to_vec())]),
        hooks: vec![Hook {
            id: 1,
            name: "Screens".into(),
            url: "https://screens.example.org/refresh?key=1234".into(),
            events: vec!["repo:push".into()],
            secret: None,
        }],
        updated: at(130),
    };
    let stage = ("feature/second-stage", "Light the second stage");
    let rocket = Repo {
        project: "APOLLO".into(),
        slug: "rocket".into(),
        name: "Rocket".into(),
        description: "Flies to the moon".into(),
        private: false,
        main: "main".into(),
        has_issues: false,
        has_pipelines: false,
        branches: vec![named("main", "Build a rocket"), named(stage.0, stage.1)],
        tags: Vec::new(),
        commits: vec![
            commit(stage.1, CHLOE, 70, &["Build a rocket"], &["stage2.rs"]),
            commit("Build a rocket", BELLHOP, 5, &[], &["stage1.rs"]),
        ],
        files: BTreeMap::from([("stage1.rs".to_owned(), "fn ignite() {}\n".to_owned())]),
        builds: Vec::new(),
        pulls: vec![pull(1, "Light the second stage", CHLOE, stage, &[(ANA, Opinion::Waiting)], 75)],
        issues: Vec::new(),
        runs: Vec::new(),
        hooks: Vec::new(),
        default_reviewers: Vec::new(),
        downloads: BTreeMap::new(),
        updated: at(105),
    };
    vec![website, rocket]
}
