//! The small world that the simulated Drive starts with.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::{Comment, File, Group, Permission, Person, Proposal, Revision, SharedDrive, State};

/// The account that the bot uses itself.
pub const BELLHOP: &str = "bellhop@example.org";
/// The service account.
pub const SERVICE: &str = "bellhop@bellhop-sandbox.iam.gserviceaccount.com";
/// The shared drive.
pub const PROJECTS: &str = "0AProjectsSharedDrive1";

const START: &str = "2026-11-16T09:00:00Z";
const FOLDER: &str = "application/vnd.google-apps.folder";

/// The id of somebody's My Drive.
pub fn root_of(email: &str) -> String {
    let name: String = email.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("0AMyDriveOf000000{name}A")
}

pub fn fill(state: &mut State) {
    let start: Timestamp = START.parse().unwrap_or_default();
    for name in ["Ana", "Ben", "Chloe"] {
        let email = format!("{}@example.org", name.to_lowercase());
        state.people.push(Person { email, name: format!("{name} Example"), suspended: false });
    }
    state.people.push(Person { email: BELLHOP.into(), name: "Bellhop".into(), suspended: false });
    state.people.push(Person { email: SERVICE.into(), name: "bellhop-sandbox".into(), suspended: false });
    state.groups.push(Group {
        email: "team@example.org".into(),
        name: "Team".into(),
        members: vec!["ana@example.org".into(), "ben@example.org".into()],
    });
    let emails: Vec<String> = state.people.iter().map(|it| it.email.clone()).collect();
    for email in emails {
        let root = root_of(&email);
        add(state, &root, "My Drive", FOLDER, None, Some(&email), start);
    }
    state.drives.push(SharedDrive { id: PROJECTS.into(), name: "Projects".into(), created: start });
    add(state, PROJECTS, "Drive", FOLDER, None, None, start);
    for (email, role) in [
        (BELLHOP, "organizer"),
        ("ana@example.org", "organizer"),
        ("ben@example.org", "fileOrganizer"),
        ("chloe@example.org", "reader"),
    ] {
        share(state, PROJECTS, email, role);
    }
    let at = |minutes: i64| start + jiff::SignedDuration::from_mins(minutes);
    let native = |name: &str| format!("application/vnd.google-apps.{name}");
    add(state, "1DemoFolder0000000000000001", "Demo", FOLDER, Some(PROJECTS), None, at(1));
    add(state, "1BriefDocument0000000000001", "Brief", &native("document"), Some("1DemoFolder0000000000000001"), None, at(2));
    add(state, "1BudgetSheet00000000000001A", "Budget", &native("spreadsheet"), Some("1DemoFolder0000000000000001"), None, at(3));
    add(
        state,
        "1KickoffSlides000000000001A",
        "Kick-off",
        &native("presentation"),
        Some("1DemoFolder0000000000000001"),
        None,
        at(4),
    );
    add(state, "1FireText000000000000000001", "fire.txt", "text/plain", Some("1DemoFolder0000000000000001"), None, at(5));
    add(state, "1LogoPicture00000000000001A", "logo.png", "image/png", Some("1DemoFolder0000000000000001"), None, at(6));
    add(state, "1TemplateWorkshop00000000001", "Workshop template", FOLDER, Some(PROJECTS), None, at(7));
    add(state, "1TemplateAgenda000000000001", "Agenda", &native("document"), Some("1TemplateWorkshop00000000001"), None, at(8));
    add(state, "1TemplateHandouts0000000001", "Handouts", FOLDER, Some("1TemplateWorkshop00000000001"), None, at(9));
    add(state, "1TemplateMap0000000000000001", "Map.pdf", "application/pdf", Some("1TemplateHandouts0000000001"), None, at(10));
    let ana = Some("ana@example.org");
    let mine = root_of("ana@example.org");
    add(state, "1NotesOfAna000000000000001A", "Notes", &native("document"), Some(&mine), ana, at(11));
    share(state, "1NotesOfAna000000000000001A", "ben@example.org", "writer");
    add(state, "1DiaryOfAna000000000000001A", "Diary", &native("document"), Some(&mine), ana, at(12));
    add(state, "1ShortcutToBrief00000000001", "Brief of Demo", "application/vnd.google-apps.shortcut", Some(&mine), ana, at(13));
    set(state, "1ShortcutToBrief00000000001", |it| it.target = Some("1BriefDocument0000000000001".into()));
    set(state, "1BriefDocument0000000000001", |it| {
        it.description = "What the lobby's printer shall do.".into();
        it.content = b"# Brief\n\nThe printer prints only cats.\n".to_vec();
        it.modified_by = "ben@example.org".into();
        it.comments.push(Comment {
            id: "AAAABrief01".into(),
            author: "chloe@example.org".into(),
            content: "Which cats?".into(),
            quoted: Some("prints only cats".into()),
            resolved: false,
            created: at(20),
            replies: Vec::new(),
        });
        let edit =
            |minutes: i64, by: &str| Revision { at: at(minutes), by: by.to_owned(), size: None, content: None, keep: false };
        it.revisions = vec![edit(2, "ana@example.org"), edit(15, "ben@example.org")];
    });
    set(state, "1BudgetSheet00000000000001A", |it| it.content = b"item,cost\r\nprinter,300\r\npaper,12\r\n".to_vec());
    set(state, "1FireText000000000000000001", |it| {
        it.content = b"It burns.".to_vec();
        let who = "zoe@example.com".to_owned();
        let message = "I have to put it out.".to_owned();
        it.proposals.push(Proposal { id: "AAcProposal01".into(), who, role: "writer".into(), message, at: at(30) });
    });
    set(state, "1LogoPicture00000000000001A", |it| it.content = b"\x89PNG\r\n\x1a\n\0\0\xff".to_vec());
    set(state, "1TemplateMap0000000000000001", |it| it.content = b"%PDF-1.4".to_vec());
}

fn set(state: &mut State, id: &str, change: impl FnOnce(&mut File)) {
    if let Some(file) = state.file_mut(id) {
        change(file);
    }
}

pub fn share(state: &mut State, id: &str, email: &str, role: &str) {
    let permission = Permission {
        id: permission_id(email),
        kind: "user".into(),
        role: role.into(),
        email: Some(email.into()),
        domain: None,
        expires: None,
    };
    set(state, id, |it| it.permissions.push(permission));
}

/// The same for a person or group in every file, as with Google.
pub fn permission_id(name: &str) -> String {
    let sum = name.bytes().fold(17_u64, |sum, it| sum.wrapping_mul(31).wrapping_add(u64::from(it)));
    format!("{:020}", sum)
}

pub fn add(state: &mut State, id: &str, name: &str, mime: &str, parent: Option<&str>, owner: Option<&str>, at: Timestamp) {
    let drive = match parent.and_then(|it| state.file(it)) {
        Some(parent) => parent.drive.clone(),
        None if state.drives.iter().any(|it| it.id == id) => Some(id.to_owned()),
        None => None,
    };
    let by = owner.unwrap_or("ana@example.org").to_owned();
    state.files.push(File {
        id: id.into(),
        name: name.into(),
        mime: mime.into(),
        description: String::new(),
        parent: parent.map(str::to_owned),
        drive,
        owner: owner.map(str::to_owned),
        created: at,
        modified: at,
        modified_by: by.clone(),
        trashed: false,
        content: Vec::new(),
        app: BTreeMap::new(),
        permissions: Vec::new(),
        comments: Vec::new(),
        revisions: vec![Revision { at, by, size: None, content: None, keep: false }],
        proposals: Vec::new(),
        target: None,
    });
    if let Some(owner) = owner {
        share(state, id, owner, "owner");
    }
}
