//! A PostgreSQL of the harness's own, which keeps what it commits, is restarted, and is cut off.
//!
//! It stands in a network namespace, at the other end of a cable that can be pulled: packets vanish, and
//! neither side is told. Where the kernel gives us no namespace, its processes are stopped instead.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use sqlx::{Connection, PgConnection};

pub struct Server {
    folder: PathBuf,
    url: String,
    cable: Option<Cable>,
}

/// How it is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Cut {
    /// By pulling the cable of its network namespace.
    Namespace,
    /// By stopping its processes.
    Stop,
}

/// A network namespace and the pair of interfaces that leads into it.
struct Cable {
    namespace: String,
    outside: String,
    inside: String,
}

impl Server {
    /// Starts one in `folder`.
    pub fn start(folder: PathBuf, cut: Cut) -> anyhow::Result<Server> {
        let cable = match cut {
            Cut::Namespace => Some(Cable::lay()?),
            Cut::Stop => None,
        };
        let mut server = Server { folder, url: String::new(), cable };
        let address = server.cable.as_ref().map_or("127.0.0.1".to_owned(), Cable::address);
        let folder = server.folder.clone();
        let said = server.script(&["start".as_ref(), folder.as_os_str(), address.as_ref()])?;
        server.url = said.trim().strip_prefix("BELLHOP_TEST_PG=").context("tests/real/postgres says where it is")?.to_owned();
        Ok(server)
    }

    /// Makes an empty database.
    pub async fn database(&self, name: &str) -> anyhow::Result<String> {
        self.copy("template1", name).await
    }

    /// Makes a database that is like `template`, which nobody may use meanwhile.
    pub async fn copy(&self, template: &str, name: &str) -> anyhow::Result<String> {
        let mut connection = PgConnection::connect(&self.url).await.context("our own PostgreSQL")?;
        // Names of our own making: an identifier cannot be a parameter.
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await?;
        let mut url = reqwest::Url::parse(&self.url)?;
        url.set_path(name);
        Ok(url.into())
    }

    /// Deletes a database of ours, whoever uses it still.
    pub async fn discard(&self, url: &str) -> anyhow::Result<()> {
        let name = reqwest::Url::parse(url)?.path().trim_start_matches('/').to_owned();
        let mut connection = PgConnection::connect(&self.url).await.context("our own PostgreSQL")?;
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await?;
        Ok(())
    }

    /// `immediate` is what a crash of the server is like, `fast` what an upgrade is like.
    pub fn restart(&self, mode: &str) -> anyhow::Result<()> {
        self.script(&["restart".as_ref(), self.folder.as_os_str(), mode.as_ref()]).map(drop)
    }

    pub fn cut_off(&self) -> anyhow::Result<()> {
        match &self.cable {
            Some(cable) => cable.set("down"),
            None => self.signal("STOP"),
        }
    }

    /// Returns once it can be reached: for some seconds the kernel remembers that nobody answered.
    pub fn reconnect(&self) -> anyhow::Result<()> {
        match &self.cable {
            Some(cable) => cable.set("up")?,
            None => self.signal("CONT")?,
        }
        let url = reqwest::Url::parse(&self.url)?;
        let (host, port) = (url.host_str().context("a host")?, url.port().context("a port")?);
        let end = Instant::now() + Duration::from_secs(15);
        while let Err(err) = TcpStream::connect((host, port)) {
            ensure!(Instant::now() < end, "PostgreSQL is not back though its cable is: {err}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn script(&self, arguments: &[&std::ffi::OsStr]) -> anyhow::Result<String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("real/postgres");
        let mut command = match &self.cable {
            Some(cable) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &cable.namespace]).arg(script);
                command
            }
            None => Command::new(script),
        };
        let said = done(command.args(arguments).env("PG_DURABLE", "1"))?;
        Ok(String::from_utf8_lossy(&said.stdout).into_owned())
    }

    /// To the server and all its processes, which have process groups of their own.
    fn signal(&self, name: &str) -> anyhow::Result<()> {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let pid = pid.lines().next().unwrap_or_default().trim().to_owned();
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &pid]).output()?;
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        for it in [pid.as_str()].into_iter().chain(children.split_whitespace()) {
            // One that has ended since needs no signal.
            let _ = Command::new("kill").args([&format!("-{name}"), it]).output()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.reconnect();
        let folder = self.folder.clone();
        if let Err(err) = self.script(&["stop".as_ref(), folder.as_os_str()]) {
            eprintln!("crash: {err:#}");
        }
    }
}

impl Cable {
    fn lay() -> anyhow::Result<Cable> {
        // One of 250 networks, and names of at most 15 characters, by our own process.
        let id = std::process::id();
        let cable = Cable { namespace: format!("bellhop-{id}"), outside: format!("bhp{id}o"), inside: format!("bhp{id}i") };
        let network = Cable::network();
        let ip = |line: &str| done(Command::new("ip").args(line.split_whitespace())).map(drop);
        let Cable { namespace, outside, inside } = &cable;
        ip(&format!("netns add {namespace}")).context("a network namespace needs root; `--cut stop` does without")?;
        ip(&format!("link add {outside} type veth peer name {inside} netns {namespace}"))?;
        ip(&format!("addr add {network}.1/30 dev {outside}"))?;
        ip(&format!("link set {outside} up"))?;
        ip(&format!("-n {namespace} addr add {network}.2/30 dev {inside}"))?;
        ip(&format!("-n {namespace} link set {inside} up"))?;
        ip(&format!("-n {namespace} link set lo up"))?;
        Ok(cable)
    }

    fn network() -> String {
        let id = std::process::id();
        format!("10.213.{}", id % 250)
    }

    fn address(&self) -> String {
        format!("{}.2", Cable::network())
    }

    fn set(&self, state: &str) -> anyhow::Result<()> {
        done(Command::new("ip").args(["-n", &self.namespace, "link", "set", &self.inside, state])).map(drop)
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "del", &self.outside]).output();
        let _ = Command::new("ip").args(["netns", "del", &self.namespace]).output();
    }
}

fn done(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.output().with_context(|| format!("{command:?} starts"))?;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{command:?}: {}: {words}", output.status);
    Ok(output)
}
