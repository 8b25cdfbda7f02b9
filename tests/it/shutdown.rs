//! Stopping and upgrading: nothing accepted is lost, nobody is refused, and it takes 15 s at most.

use std::{
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixStream},
    },
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use connectors::standin::Fault;
use jiff::Timestamp;
use tests::{
    ANA, Database, Redmine, SECRETS, Slack, TestBot,
    far_end::{PATIENCE, Recorded},
    slack::signature,
    wire::{self, Reply, Reuse, Wire},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixDatagram},
};

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

fn create(slack: &Slack, subject: &str) -> String {
    command(slack, &format!("/redmine issue create {subject} project=demo"))
}

/// The request of a slash command, as bytes.
fn command(slack: &Slack, line: &str) -> String {
    let body = slack.command(ANA, line);
    let now = Timestamp::now().as_second();
    let secret = SECRETS.iter().find(|it| it.0 == "SLACK_SIGNING_SECRET").expect("it is one of them").1;
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Slack-Request-Timestamp", &now.to_string()),
        ("X-Slack-Signature", &signature(secret, now, &body)),
    ];
    wire::post("/slack/commands", &headers, &body)
}

/// Waits until this is what `path` is answered. No far end tells when a process begins to stop.
async fn answered(address: &str, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
    let end = Instant::now() + PATIENCE;
    let mut tries = tokio::time::interval(Duration::from_millis(5));
    loop {
        tries.tick().await;
        let reply = Wire::new(address, Reuse::Never).ask(&wire::get(path)).await.expect("it answers");
        if wanted(&reply) {
            return reply;
        }
        assert!(Instant::now() < end, "{path} is answered {reply:?}");
    }
}

/// Sends a byte a second until nobody takes them any more, and returns what was answered.
async fn trickle(address: &str, beginning: &str, rest: &str) -> String {
    let stream = TcpStream::connect(address).await.expect("it listens");
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(beginning.as_bytes()).await.expect("it reads");
    let writing = async {
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        for byte in rest.bytes().cycle() {
            seconds.tick().await;
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = reader.read_to_end(&mut answer) => (),
        () = writing => (),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Slow clients, a far end that hangs, jobs at work, jobs that wait.
async fn stops_within_the_grace(database: Database) {
    let mut bot = TestBot::with(Redmine::standin().await, database).await;
    bot.redmine.server().set(Fault::Hanging).await;
    let mut subjects = vec!["Hanging".to_owned()];
    bot.slack_command(ANA, "/redmine issue create Hanging project=demo").await.accepted();
    bot.redmine.server().next("something", |_| true).await;

    let address = bot.address().to_owned();
    // Its body is larger than what comes of it in this time.
    let slow_body = "POST /slack/commands HTTP/1.1\r\nHost: bellhop\r\nContent-Length: 100000\r\n\r\n";
    let slow: Vec<_> = ["GET /healthz HTTP/1.1\r\nX-Slow: ", slow_body, ""]
        .map(|beginning| {
            tokio::spawn({
                let address = address.clone();
                async move { trickle(&address, beginning, "a").await }
            })
        })
        .into();
    let silent = TcpStream::connect(&address).await.expect("it listens");
    let mut idle = Wire::new(&address, Reuse::KeepAlive);
    assert!(!idle.ask(&wire::get("/healthz")).await.expect("it answers").closes);
    let mut active = Wire::new(&address, Reuse::KeepAlive);
    assert!(!active.ask(&wire::get("/healthz")).await.expect("it answers").closes);

    bot.terminate();
    let started = Instant::now();
    let stopping = answered(&address, "/readyz", |it| it.status == 503).await;
    assert!(stopping.closes, "{stopping:?}");
    // Everything else goes on, for who was there and who comes: accepted and kept.
    let last = active.ask(&create(&bot.slack, "Active")).await.expect("it answers");
    assert_eq!((last.status, last.closes), (200, true), "{last:?}");
    let new = Wire::new(&address, Reuse::Never).ask(&create(&bot.slack, "New")).await.expect("it answers");
    assert_eq!((new.status, new.closes), (200, true), "{new:?}");
    subjects.extend(["Active".to_owned(), "New".to_owned()]);

    let status = bot.ended().await;
    let took = started.elapsed();
    assert!(status.success(), "{status}:\n{}", bot.log());
    assert!(took < Duration::from_secs(16), "it took {took:?}:\n{}", bot.log());
    let mut answers = Vec::new();
    for slow in slow {
        answers.push(slow.await.expect("no panic"));
    }
    // Who has sent no whole request is owed no answer; whose body was on its way is told to come again.
    assert!(answers[1].is_empty() || answers[1].contains(" 503 ") || answers[1].contains(" 408 "), "{answers:?}");
    drop((silent, idle));

    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    for subject in &subjects {
        bot.slack.post(subject).await;
        bot.redmine.issue(subject).await;
        assert_eq!(bot.redmine.server().count(|it| creates(it) && it.body.contains(subject.as_str())), 1, "{subject}");
    }
}

#[tokio::test]
async fn sigterm_ends_it_within_the_grace_on_sqlite() {
    stops_within_the_grace(Database::Sqlite).await;
}

#[tokio::test]
async fn sigterm_ends_it_within_the_grace_on_postgresql() {
    stops_within_the_grace(Database::Postgres).await;
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Hanging).await;
    bot.slack_command(ANA, "/redmine issue create Impatient project=demo").await.accepted();
    bot.redmine.server().next("something", |_| true).await;
    bot.terminate();
    answered(bot.address(), "/readyz", |it| it.status == 503).await;
    bot.terminate();
    let started = Instant::now();
    let status = bot.ended().await;
    assert_eq!(status.code(), Some(1), "work was left:\n{}", bot.log());
    assert!(started.elapsed() < Duration::from_secs(4), "it took {:?}", started.elapsed());
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    bot.slack.post("Impatient").await;
    bot.redmine.issue("Impatient").await;
}

#[tokio::test]
async fn one_with_nothing_to_do_stops_at_once() {
    let mut bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Quick project=demo").await.accepted();
    bot.slack.post("Quick").await;
    // The harness's own connections are idle: the bot waits for those, not for others.
    bot.client = tests::client();
    let started = Instant::now();
    bot.terminate();
    assert!(bot.ended().await.success());
    assert!(started.elapsed() < Duration::from_secs(4), "it took {:?}", started.elapsed());
}

/// People and programs that ask all the time, and never twice for the same.
struct Load {
    address: String,
    /// By name: issues, of which Redmine takes only so many in a second, and aliases.
    issues: Mutex<Vec<(String, String)>>,
    aliases: Mutex<Vec<(String, String)>>,
    accepted: Mutex<Vec<String>>,
    asked: AtomicUsize,
    failures: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Load {
    fn new(bot: &TestBot) -> Load {
        let named = |what: &str, line: &str| {
            let request = |number| {
                let name = format!("{what}{number:05}");
                let request = command(&bot.slack, &line.replace("NAME", &name));
                (name, request)
            };
            Mutex::new((0..5000).map(request).collect())
        };
        Load {
            address: bot.address().into(),
            issues: named("issue", "/redmine issue create NAME project=demo"),
            aliases: named("alias", "/bellhop alias add NAME redmine list"),
            accepted: Mutex::default(),
            asked: AtomicUsize::new(0),
            failures: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    async fn run(&self) {
        let others = (0..8).map(|client| self.ask_health(if client % 2 == 0 { Reuse::KeepAlive } else { Reuse::Never }));
        tokio::join!(
            self.send(&self.issues, Duration::from_millis(500), Reuse::KeepAlive),
            self.send(&self.aliases, Duration::from_millis(50), Reuse::KeepAlive),
            self.send(&self.aliases, Duration::from_millis(50), Reuse::Never),
            futures::future::join_all(others),
        );
    }

    async fn send(&self, requests: &Mutex<Vec<(String, String)>>, every: Duration, reuse: Reuse) {
        let mut wire = Wire::new(&self.address, reuse);
        let mut ticks = tokio::time::interval(every);
        while !self.is_over.load(Ordering::Relaxed) {
            ticks.tick().await;
            let (name, request) = requests.lock().expect("no panic").pop().expect("there are enough");
            if self.ask(&mut wire, &request).await {
                self.accepted.lock().expect("no panic").push(name);
            }
        }
    }

    async fn ask_health(&self, reuse: Reuse) {
        let mut wire = Wire::new(&self.address, reuse);
        let mut ticks = tokio::time::interval(Duration::from_millis(25));
        while !self.is_over.load(Ordering::Relaxed) {
            ticks.tick().await;
            self.ask(&mut wire, &wire::get("/healthz")).await;
        }
    }

    async fn ask(&self, wire: &mut Wire, request: &str) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let failure = match wire.ask(request).await {
            // A command that is not taken is answered 200 as well, with words.
            Ok(reply) if reply.status == 200 && (request.starts_with("GET") || reply.body.is_empty()) => return true,
            Ok(reply) => format!("{reply:?}"),
            Err(err) => err,
        };
        let request = request.lines().next().unwrap_or_default();
        self.failures.lock().expect("no panic").push(format!("{request}: {failure}"));
        false
    }

    /// All that was asked for was accepted, and each is reported once.
    async fn check(self, bot: &mut TestBot) {
        let failures = self.failures.into_inner().expect("no panic");
        assert!(failures.is_empty(), "{} of {:?}: {failures:#?}\n{}", failures.len(), self.asked, bot.log());
        let accepted = self.accepted.into_inner().expect("no panic");
        for name in &accepted {
            bot.slack.post(name).await;
        }
        let posts = bot.slack.posts();
        for name in &accepted {
            let told: Vec<_> = posts.iter().filter(|it| it.text.contains(name.as_str())).map(|it| &it.text).collect();
            assert_eq!(told.len(), 1, "{name}: {told:?}");
        }
        let issues: Vec<_> = accepted.iter().filter(|it| it.starts_with("issue")).collect();
        for name in &issues {
            assert_eq!(bot.redmine.server().count(|it| creates(it) && it.body.contains(name.as_str())), 1, "{name}");
        }
        let asked = self.asked.into_inner();
        println!("{asked} requests, none refused or reset; {} commands accepted and done once", accepted.len());
        assert!(accepted.len() >= 20 && !issues.is_empty() && asked >= 200, "too few to show anything: {asked}, {accepted:?}");
    }
}

async fn taken_over(database: Database, times: usize) {
    let mut bot = TestBot::with(Redmine::standin().await, database).await;
    let load = Load::new(&bot);
    let taking_over = async {
        for _ in 0..times {
            bot.take_over().await;
        }
        load.is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(load.run(), taking_over);
    load.check(&mut bot).await;
}

#[tokio::test]
async fn ten_processes_take_over_from_each_other_on_sqlite() {
    taken_over(Database::Sqlite, 10).await;
}

#[tokio::test]
async fn processes_take_over_from_each_other_on_postgresql() {
    taken_over(Database::Postgres, 4).await;
}

#[tokio::test]
async fn systemd_keeps_the_socket_and_is_told_how_it_goes() {
    let mut bot = TestBot::start().await;
    bot.terminate();
    assert!(bot.ended().await.success());
    let listener = TcpListener::bind(bot.address()).expect("nobody listens there any more");
    let path = bot.folder().join("notify");
    let notified = UnixDatagram::bind(&path).expect("the folder is ours");
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = said.clone();
    let listening = tokio::spawn(async move {
        let mut message = [0; 1024];
        while let Ok(length) = notified.recv(&mut message).await {
            let text = String::from_utf8_lossy(&message[..length]).into_owned();
            heard.lock().expect("no panic").extend(text.lines().map(str::to_owned));
        }
    });
    let activated = |bot: &TestBot| {
        let mut command = bot.activated(&listener);
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
        command
    };
    let command = activated(&bot);
    bot.run_as(command).await;

    let load = Load::new(&bot);
    let restarting = async {
        for _ in 0..3 {
            bot.terminate();
            let status = bot.ended().await;
            assert!(status.success(), "{status}:\n{}", bot.log());
            let command = activated(&bot);
            bot.run_as(command).await;
        }
        load.is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(load.run(), restarting);
    load.check(&mut bot).await;

    listening.abort();
    let said = said.lock().expect("no panic").clone();
    let count = |wanted: &str| said.iter().filter(|it| *it == wanted).count();
    assert_eq!((count("READY=1"), count("STOPPING=1")), (4, 3), "{said:?}");
    assert!(count("WATCHDOG=1") >= 4, "{said:?}");
}

#[tokio::test]
async fn one_that_cannot_start_leaves_the_old_one_serving() {
    let mut bot = TestBot::start().await;
    let file = bot.folder().join("bellhop.toml");
    let good = std::fs::read_to_string(&file).expect("it is there");
    let bad = [
        (good.replace("[slack]", "[slick]"), "slick"),
        (good.replace("kind = \"redmine\"", "kind = \"redmine\"\nneeds = [\"nobody\"]"), "nobody"),
    ];
    for (config, named) in bad {
        std::fs::write(&file, config).expect("the folder is ours");
        let output = bot.command(&["--take-over"]).stderr(std::process::Stdio::piped()).output().await.expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(named), "{}: {said}", output.status);
    }
    std::fs::write(&file, good).expect("the folder is ours");
    // Nor does one that is started without a word about those before it.
    let output = bot.command(&[]).stderr(std::process::Stdio::piped()).output().await.expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("--take-over"), "{}: {said}", output.status);

    // One that dies after the old one has let go of everything but the socket.
    let name = SocketAddr::from_abstract_name(format!("bellhop {}", bot.address())).expect("a name");
    let dying = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = UnixStream::connect_addr(&name).expect("the old one waits");
        stream.write_all(b"take\n").expect("it reads");
        let mut said = Vec::new();
        while !said.ends_with(b"released\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).expect("it answers"), 1, "{}", String::from_utf8_lossy(&said));
            said.extend(byte);
        }
    });
    dying.await.expect("no panic");
    bot.slack_command(ANA, "/redmine issue create Again project=demo").await.accepted();
    bot.slack.post("Again").await;
    bot.redmine.issue("Again").await;
    // And the next one finds it as the first would have.
    bot.take_over().await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
}
