//! The child process: built binary, configuration file, database, log.

use std::{
    fs,
    net::TcpListener,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::RequestBuilder;
use rustix::process::{Pid, Signal};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::Instant,
};

use crate::{
    Answer, Printed, Redmine, Slack, Zulip,
    far_end::PATIENCE,
    people::Person,
    slack::{Filled, Post, signature},
    zulip::BOT_EMAIL,
};

/// Variables of the configuration and their values: none of these may ever be seen outside.
pub const SECRETS: [(&str, &str); 5] = [
    // base64 of 32 bytes.
    ("BELLHOP_KEY", "Y2FuYXJ5LW9mLXRoZS1tYXN0ZXIta2V5LTMyLWJ5dGU="),
    ("SLACK_SIGNING_SECRET", "canary-9d1f-signing-secret"),
    ("SLACK_BOT_TOKEN", "xoxb-canary-71c2-bot-token"),
    ("ZULIP_API_KEY", "canary5e0bzulipapikey00000000000"),
    ("ZULIP_WEBHOOK_TOKEN", "canary83afzulipwebhooktoken00000"),
];

/// The value of one of [`SECRETS`].
fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(it, _)| *it == name).map(|(_, value)| *value).expect("a secret of that name")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    /// One of its own on the server of `BELLHOP_TEST_PG`.
    Postgres,
}

/// `bellhop serve`, and all that it is connected to.
pub struct TestBot {
    pub slack: Slack,
    pub zulip: Zulip,
    pub redmine: Redmine,
    pub client: reqwest::Client,
    folder: TempDir,
    url: String,
    child: Option<Child>,
}

impl TestBot {
    /// With the stand-in Redmine and SQLite.
    pub async fn start() -> TestBot {
        TestBot::with(Redmine::standin().await, Database::Sqlite).await
    }

    pub async fn with(redmine: Redmine, database: Database) -> TestBot {
        TestBot::configured(redmine, database, |_| {}).await
    }

    /// With a configuration that `change` has had a look at before the bot reads it.
    pub async fn configured(redmine: Redmine, database: Database, change: impl FnOnce(&mut toml::Table)) -> TestBot {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (slack, zulip) = (Slack::start().await, Zulip::start().await);
        let listen = format!("127.0.0.1:{}", crate::free_port());
        let store = match database {
            Database::Sqlite => format!("sqlite://{}", folder.path().join("bellhop.db").display()),
            Database::Postgres => new_database().await,
        };
        let text = format!(
            r##"[server]
listen = "{listen}"
public_url = "http://{listen}"

[store]
url = "{store}"

[secrets]
key = "${{BELLHOP_KEY}}"

[slack]
signing_secret = "${{SLACK_SIGNING_SECRET}}"
bot_token = "${{SLACK_BOT_TOKEN}}"
api_url = "{}/api/"
channel_rate = 0

[zulip]
site = "{}"
email = "{BOT_EMAIL}"
api_key = "${{ZULIP_API_KEY}}"
webhook_token = "${{ZULIP_WEBHOOK_TOKEN}}"
rate = 0
reactions = "off"

[[connection]]
name = "redmine"
kind = "redmine"
{}"##,
            slack.far_end.url(),
            zulip.far_end.url(),
            toml::to_string(&redmine.connection).expect("a connection is a table"),
        );
        let mut config: toml::Table = text.parse().expect("what stands above is TOML");
        change(&mut config);
        fs::write(folder.path().join("bellhop.toml"), config.to_string()).expect("the folder is ours");
        let mut bot =
            TestBot { slack, zulip, redmine, client: crate::client(), folder, url: format!("http://{listen}"), child: None };
        bot.run().await;
        bot
    }

    /// Starts the process (again) and waits until it is ready.
    pub async fn run(&mut self) {
        let command = self.command(&[]);
        self.run_as(command).await;
    }

    /// The same with this command: one of [`TestBot::command`] or [`TestBot::activated`].
    pub async fn run_as(&mut self, mut command: Command) {
        let mut child = command.spawn().expect("bellhop starts");
        self.ready(&mut child).await;
        self.child = Some(child);
    }

    /// `bellhop serve` with these arguments besides.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(["serve", "--config", "bellhop.toml"]).args(arguments).stdin(Stdio::null());
        self.prepare(&mut command);
        command
    }

    /// `bellhop serve` with a listening socket passed as systemd passes it, by a shell that has it as its standard input.
    pub fn activated(&self, listener: &TcpListener) -> Command {
        const PASS: &str = r#"exec 3<&0 < /dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve --config bellhop.toml"#;
        let socket = listener.try_clone().expect("there are file descriptors left");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", PASS]).arg(binary()).stdin(OwnedFd::from(socket));
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        let log = |name: &str| {
            fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join(name)).expect("the folder is ours")
        };
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(SECRETS)
            .env("RUST_LOG", "debug")
            .env("RUST_BACKTRACE", "1")
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .kill_on_drop(true);
    }

    async fn ready(&self, child: &mut Child) {
        let end = Instant::now() + PATIENCE;
        // A process outside tells in no other way that it listens; each try is one refused connection.
        let mut tries = tokio::time::interval(Duration::from_millis(10));
        loop {
            tries.tick().await;
            if let Some(status) = child.try_wait().expect("the child is ours") {
                panic!("bellhop ended with {status}:\n{}", self.log());
            }
            if self.client.get(format!("{}/readyz", self.url)).send().await.is_ok_and(|it| it.status().is_success()) {
                break;
            }
            assert!(Instant::now() < end, "bellhop is not ready after {PATIENCE:?}:\n{}", self.log());
        }
    }

    /// Starts another process that takes over, and waits until the one before it has ended well.
    pub async fn take_over(&mut self) {
        let mut before = self.child.take().expect("it runs");
        self.child = Some(self.command(&["--take-over"]).spawn().expect("bellhop starts"));
        let ended = tokio::time::timeout(PATIENCE, before.wait()).await;
        let status = ended.unwrap_or_else(|_| panic!("nobody took over:\n{}", self.log())).expect("the child is ours");
        assert!(status.success(), "the bellhop that was taken over from ended with {status}:\n{}", self.log());
    }

    /// Asks the process to end: SIGTERM.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Stops the process where it stands: SIGSTOP. Its connections stay open.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on: SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.as_ref().and_then(Child::id).and_then(|id| Pid::from_raw(id.try_into().ok()?));
        rustix::process::kill_process(id.expect("it runs"), signal).expect("the child is ours");
    }

    /// Waits until the process ends by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
        ended.unwrap_or_else(|_| panic!("bellhop does not end:\n{}", self.log())).expect("the child is ours")
    }

    /// `127.0.0.1:23456`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Ends the process as a power cut does: SIGKILL.
    pub async fn kill(&mut self) {
        self.child.take().expect("it runs").kill().await.expect("the child is ours");
    }

    /// Runs a subcommand of `bellhop` with the same configuration, beside it or while it does not run.
    pub async fn bellhop(&self, arguments: &[&str]) -> Printed {
        let output = run(self.folder.path(), arguments, &SECRETS).await;
        Printed::from(&output)
    }

    /// Starts a subcommand that is not waited for: it ends when it is dropped, as a power cut ends it.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(binary());
        command.args(arguments).stdin(Stdio::null());
        self.prepare(&mut command);
        command.spawn().expect("bellhop starts")
    }

    /// From its next start on, it keeps everything in another database, which is empty.
    pub async fn move_to(&self, database: Database) {
        let store = match database {
            Database::Sqlite => {
                format!("sqlite://{}", self.folder.path().join(format!("moved-{}.db", crate::free_port())).display())
            }
            Database::Postgres => new_database().await,
        };
        let file = self.folder.path().join("bellhop.toml");
        let text = fs::read_to_string(&file).expect("the folder is ours");
        let (before, after) = text.split_once("[store]\nurl = \"").expect("the store's address");
        let (_, after) = after.split_once('"').expect("its end");
        fs::write(&file, format!("{before}[store]\nurl = \"{store}\"{after}")).expect("the folder is ours");
    }

    /// What it wrote to standard output and standard error so far.
    pub fn log(&self) -> String {
        ["stdout", "stderr"].map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()).join("\n")
    }

    /// Where it keeps its database and whatever else it writes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.client.get(format!("{}{path}", self.url))).await
    }

    /// A counter or gauge of `/metrics`: the sum of all that carry these labels.
    pub async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let text = self.get("/metrics").await.body;
        let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.rsplit_once("} "));
        let fitting = lines.filter(|(given, _)| labels.iter().all(|it| given.contains(it)));
        fitting.map(|(_, value)| value.parse::<f64>().expect("a number")).sum()
    }

    /// Waits until such a counter or gauge is at least this.
    ///
    /// # Panics
    /// When it is not in time.
    pub async fn metric_reaches(&self, least: f64, name: &str, labels: &[(&str, &str)]) {
        let end = Instant::now() + PATIENCE;
        // What a process counts it tells only when it is asked.
        let mut tries = tokio::time::interval(Duration::from_millis(100));
        loop {
            tries.tick().await;
            let value = self.metric(name, labels).await;
            if value >= least {
                return;
            }
            assert!(Instant::now() < end, "{name} {labels:?} is {value}, not {least}, after {PATIENCE:?}");
        }
    }

    /// A system posts to one of the hooks.
    pub async fn hook(&self, name: &str, token: &str, body: &Value) -> Answer {
        answer(self.client.post(format!("{}/hooks/{name}", self.url)).header("x-redmine-token", token).json(body)).await
    }

    /// A person types a slash command.
    pub async fn slack_command(&self, person: Person, line: &str) -> Answer {
        let body = self.slack.command(person, line);
        self.slack_request("/slack/commands", body).await
    }

    /// A person mentions the bot in a channel.
    pub async fn slack_mention(&self, person: Person, text: &str) -> Answer {
        let body = self.slack.mention(person, text);
        self.slack_request("/slack/events", body).await
    }

    /// A person writes to the bot alone.
    pub async fn slack_direct(&self, person: Person, text: &str) -> Answer {
        let body = self.slack.direct(person, text);
        self.slack_request("/slack/events", body).await
    }

    /// A person presses a button of a message.
    pub async fn slack_press(&self, person: Person, post: &Post, label: &str) -> Answer {
        let body = self.slack.press(person, post, label).await;
        self.slack_request("/slack/interactions", body).await
    }

    /// A person fills in a form, page by page, and sends it; what the last page's sending is answered.
    pub async fn slack_submit(&self, person: Person, view: &Value, values: &[(&str, Filled)]) -> Answer {
        let mut view = view.clone();
        for _ in 0..9 {
            let of_page: Vec<_> = values.iter().filter(|(label, _)| has_field(&view, label)).cloned().collect();
            let body = self.slack.submit(person, &view, &of_page);
            let answer = self.slack_request("/slack/interactions", body).await.accepted();
            let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let next = &json["view"];
            if json["response_action"] != "update" || page(next) <= page(&view) {
                return answer;
            }
            // Slack shows the answer's view in the place of the one that was sent.
            let mut shown = next.clone();
            shown["id"] = view["id"].clone();
            shown["hash"] = Value::from(format!("{}.next", view["hash"].as_str().unwrap_or_default()));
            view = shown;
        }
        panic!("the form has no last page: {view:#}");
    }

    /// Anything from Slack, signed now.
    pub async fn slack_request(&self, path: &str, body: String) -> Answer {
        let now = Timestamp::now().as_second();
        let signature = signature(secret("SLACK_SIGNING_SECRET"), now, &body);
        self.slack_raw(path, body, now, &signature).await
    }

    /// Anything from Slack, or from somebody else.
    pub async fn slack_raw(&self, path: &str, body: String, timestamp: i64, signature: &str) -> Answer {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/x-www-form-urlencoded");
        answer(request.header("x-slack-request-timestamp", timestamp).header("x-slack-signature", signature).body(body)).await
    }

    /// The signature that Slack would put on this.
    pub fn slack_signature(&self, timestamp: i64, body: &str) -> String {
        signature(secret("SLACK_SIGNING_SECRET"), timestamp, body)
    }

    /// A person mentions the bot in a topic.
    pub async fn zulip_mention(&self, person: Person, topic: &str, text: &str) -> Answer {
        self.zulip_request(&self.zulip.mention(person, topic, text, secret("ZULIP_WEBHOOK_TOKEN"))).await
    }

    /// A person writes to the bot alone.
    pub async fn zulip_direct(&self, person: Person, text: &str) -> Answer {
        self.zulip_request(&self.zulip.direct(person, text, secret("ZULIP_WEBHOOK_TOKEN"))).await
    }

    pub async fn zulip_request(&self, delivery: &Value) -> Answer {
        let request = self.client.post(format!("{}/zulip", self.url)).header("user-agent", "ZulipOutgoingWebhook/11.0");
        answer(request.json(delivery)).await
    }
}

fn has_field(view: &Value, label: &str) -> bool {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    blocks.filter_map(|it| it["label"]["text"].as_str()).any(|it| it.eq_ignore_ascii_case(label))
}

/// The number in `Step 2 of 3`; 1 for a form of one page, 0 for what is no form.
fn page(view: &Value) -> u32 {
    let texts = view["blocks"].as_array().into_iter().flatten().filter(|it| it["type"] == "context");
    let steps = texts.filter_map(|it| it["elements"][0]["text"].as_str()?.strip_prefix("Step ")?.split(' ').next()?.parse().ok());
    steps.max().unwrap_or(u32::from(view["callback_id"] == "form"))
}

async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("bellhop answers");
    Answer { status: response.status(), body: response.text().await.expect("an answer is text") }
}

/// Makes an empty database on the server that `tests/run` started.
async fn new_database() -> String {
    let server = std::env::var("BELLHOP_TEST_PG")
        .expect("BELLHOP_TEST_PG is not set: `eval \"export $(tests/real/postgres start /tmp/bellhop-pg)\"`, or run tests/run");
    let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL of BELLHOP_TEST_PG answers");
    let name = format!("story_{}_{}", std::process::id(), crate::free_port());
    // A name of our own making: an identifier cannot be a parameter.
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("we may create databases");
    let mut url = reqwest::Url::parse(&server).expect("BELLHOP_TEST_PG is an address");
    url.set_path(&name);
    url.into()
}

/// The built `bellhop`, which lies next to the tests, or in the folder of this program; it must not be older than its
/// sources.
pub fn binary() -> PathBuf {
    const BUILD: &str = "build it with `cargo build --workspace --all-targets`";
    let test = std::env::current_exe().expect("a test is a program");
    let own = test.parent().expect("a program lies in a folder");
    // A test is target/debug/deps/it-…, a program target/debug/faults.
    let folder = if own.ends_with("deps") { own.parent().expect("target/debug") } else { own };
    let binary = folder.join(format!("bellhop{}", std::env::consts::EXE_SUFFIX));
    let modified = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
    let Some(built) = modified(&binary) else { panic!("{} is missing: {BUILD}", binary.display()) };
    // Cargo's list of what it was made of.
    let sources = fs::read_to_string(folder.join("bellhop.d")).unwrap_or_default();
    for source in sources.split_once(": ").map_or("", |it| it.1).split_whitespace() {
        let newer = modified(Path::new(source)).is_some_and(|it| it > built);
        assert!(!newer, "{} is older than {source}: {BUILD}", binary.display());
    }
    binary
}

/// Runs `bellhop` with these arguments in a folder, with no variable set but these.
///
/// # Panics
/// When it does not end in time.
pub async fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Output {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    tokio::time::timeout(PATIENCE, command.output())
        .await
        .unwrap_or_else(|_| panic!("bellhop {arguments:?} does not end"))
        .expect("bellhop starts")
}
