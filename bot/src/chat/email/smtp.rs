//! The session in which a server takes a mail: RFC 5321, TLS by STARTTLS (RFC 3207) or from the first byte (RFC 8314).
//!
//! One session a mail, so that it is known how far one that broke had come: until the mail itself was handed over nothing
//! was sent, and after that nobody knows unless the server says.

use std::{net::IpAddr, sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Result, param::Secret};
use connectors::Check;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    extension::ClientId,
    response::Severity,
};
use tokio::time::timeout;
use url::Url;

use super::{Config, Encryption, host_and_port};

const CONNECT: Duration = Duration::from_secs(10);
/// Of a whole session: a server may look long at what it gets before it takes it.
const SESSION: Duration = Duration::from_secs(60);

/// A server that takes mails.
#[derive(Clone)]
pub struct Server {
    host: String,
    port: u16,
    tls: Tls,
    account: Option<(String, Secret)>,
    trusted: Arc<Vec<Certificate>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    FirstByte,
    Start,
    None,
}

/// How far a session had come when it broke.
enum Broke {
    /// Before the mail: nothing was sent.
    Before(lettre::transport::smtp::Error),
    /// It asks for no encryption, or offers none.
    NoEncryption,
    SigningIn(lettre::transport::smtp::Error),
    /// While the mail was handed over.
    During(lettre::transport::smtp::Error),
    /// It took too long; whether the mail was on its way by then.
    TooLong {
        sent: bool,
    },
}

impl Server {
    /// # Errors
    /// What is wrong with the address, in words for whoever wrote it.
    pub fn of(config: &Config) -> std::result::Result<Server, String> {
        let wrong =
            |why: &str| format!("`smtp` in [email] {why}: write smtp://mail.example.org:587, or smtps://mail.example.org:465");
        let url = Url::parse(&config.smtp).map_err(|_| wrong("is no address"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a password, which belongs into `username` and `password`"));
        }
        let is_plain = match url.scheme() {
            "smtp" => true,
            "smtps" => false,
            _ => return Err(wrong("must start with smtp:// or smtps://")),
        };
        let Some((host, port)) = host_and_port(&url, if is_plain { 587 } else { 465 }) else {
            return Err(wrong("names no host"));
        };
        let is_required = match config.encryption {
            Some(Encryption::Required) => true,
            Some(Encryption::None) => false,
            None => !is_loopback(&host),
        };
        let tls = match (is_plain, is_required) {
            (false, _) => Tls::FirstByte,
            (true, true) => Tls::Start,
            (true, false) => Tls::None,
        };
        let account = config.username.clone().zip(config.password.clone());
        let trusted = config.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
        Ok(Server { host, port, tls, account, trusted: Arc::new(trusted) })
    }

    pub fn is_encrypted(&self) -> bool {
        self.tls != Tls::None
    }

    /// Whether it is on this machine.
    pub fn is_here(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// By class: what the server puts off is tried again, what it refuses is not, and an account that it does not know is
    /// [`ErrorKind::Auth`]. [`Error::maybe_done`] when it broke off after the mail was on its way.
    pub async fn send(&self, mail: &lettre::Message) -> Result<()> {
        self.hand_over(mail).await.map_err(|broke| self.error(broke))
    }

    async fn hand_over(&self, mail: &lettre::Message) -> std::result::Result<(), Broke> {
        let mut session = self.open_in_time().await?;
        let bytes = mail.formatted();
        match timeout(SESSION, session.send(mail.envelope(), &bytes)).await {
            Ok(Ok(_)) => {}
            Ok(Err(err)) => return Err(Broke::During(err)),
            Err(_) => return Err(Broke::TooLong { sent: true }),
        }
        // It has the mail; that it says goodbye is a courtesy.
        let _ = timeout(CONNECT, session.quit()).await;
        Ok(())
    }

    async fn open_in_time(&self) -> std::result::Result<AsyncSmtpConnection, Broke> {
        timeout(SESSION, self.open()).await.map_err(|_| Broke::TooLong { sent: false })?
    }

    /// A session that is encrypted and signed in, as the configuration says.
    async fn open(&self) -> std::result::Result<AsyncSmtpConnection, Broke> {
        connectors::http::install_crypto();
        let hello = ClientId::default();
        let at_once = match self.tls {
            Tls::FirstByte => Some(self.parameters().map_err(Broke::Before)?),
            Tls::Start | Tls::None => None,
        };
        let to = (self.host.as_str(), self.port);
        let mut session =
            AsyncSmtpConnection::connect_tokio1(to, Some(CONNECT), &hello, at_once, None).await.map_err(Broke::Before)?;
        if self.tls == Tls::Start {
            if !session.can_starttls() {
                session.abort().await;
                return Err(Broke::NoEncryption);
            }
            let parameters = self.parameters().map_err(Broke::Before)?;
            session.starttls(parameters, &hello).await.map_err(Broke::Before)?;
        }
        if let Some((username, password)) = &self.account {
            let credentials = Credentials::new(username.clone(), password.expose().to_owned());
            session.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(Broke::SigningIn)?;
        }
        Ok(session)
    }

    fn parameters(&self) -> std::result::Result<TlsParameters, lettre::transport::smtp::Error> {
        let parameters = TlsParameters::builder(self.host.clone());
        self.trusted.iter().fold(parameters, |all, it| all.add_root_certificate(it.clone())).build_rustls()
    }

    fn error(&self, broke: Broke) -> Error {
        let at = format!("The mail server {}:{}", self.host, self.port);
        match broke {
            Broke::NoEncryption => {
                let message = format!(
                    "{at} offers no encryption (STARTTLS). Use smtps:// or another port in [email], or write encryption = \"none\" there."
                );
                Error::new(ErrorKind::BadConfig, message)
            }
            Broke::SigningIn(err) if !err.is_transient() && (err.is_permanent() || err.is_client()) => {
                let message = format!("{at} refuses `username` and `password` of [email]{}.", words(&err));
                Error::new(ErrorKind::Auth, message)
            }
            Broke::Before(err) if err.is_tls() => {
                let message = format!(
                    "{at} has no certificate that can be trusted for its name. Mend it, or name its issuer by `ca_file` in [email]."
                );
                Error::new(ErrorKind::BadConfig, message)
            }
            Broke::Before(err) | Broke::SigningIn(err) if err.status().is_none() => {
                Error::new(ErrorKind::Network, format!("{at} cannot be reached, or broke off."))
            }
            Broke::Before(err) | Broke::SigningIn(err) => refusal(&at, &err),
            Broke::During(err) if err.status().is_some() => refusal(&at, &err),
            Broke::During(_) => {
                let message = format!("{at} broke off while it was given a mail: whether it took it is not known.");
                Error::new(ErrorKind::Network, message).maybe_done()
            }
            Broke::TooLong { sent: false } => Error::new(ErrorKind::Timeout, format!("{at} did not answer in time.")),
            Broke::TooLong { sent: true } => {
                let message = format!("{at} did not say in time whether it took a mail.");
                Error::new(ErrorKind::Timeout, message).maybe_done()
            }
        }
    }

    /// Whether it lets us in.
    pub async fn health(&self) -> Vec<Check> {
        match self.open_in_time().await {
            Ok(mut session) => {
                let name = session.server_info().name().to_owned();
                let _ = timeout(CONNECT, session.quit()).await;
                let how = if self.is_encrypted() { "encrypted" } else { "unencrypted" };
                let who = if self.account.is_some() { ", signed in" } else { "" };
                vec![Check::ok("server", format!("{name} takes mails ({how}{who})"))]
            }
            Err(broke) => {
                let err = self.error(broke);
                let fix = match err.kind {
                    ErrorKind::Auth => "Copy username and password anew.",
                    ErrorKind::BadConfig => "Mend [email].",
                    _ => "Mend email.smtp, or wait for the server.",
                };
                vec![Check::failed("server", err.message, fix)]
            }
        }
    }
}

/// What an answer of the server means: <https://www.rfc-editor.org/rfc/rfc5321#section-4.2>.
fn refusal(at: &str, err: &lettre::transport::smtp::Error) -> Error {
    let code = err.status().map(u16::from).unwrap_or_default();
    let said = words(err);
    let is_later = err.status().is_some_and(|it| it.severity == Severity::TransientNegativeCompletion);
    let (kind, what) = match code {
        _ if is_later => (ErrorKind::Server, "puts the mail off"),
        // RFC 4954: it wants to know who we are, or wants it otherwise.
        530 | 534 | 535 | 538 => (ErrorKind::Auth, "wants to be signed in to"),
        552 | 554 => (ErrorKind::Validation, "refuses the mail"),
        _ => (ErrorKind::Closed, "takes no mails for this address"),
    };
    Error::new(kind, format!("{at} {what}{said}.")).with_code(Some(code.to_string()))
}

/// What the server said, as the end of a sentence.
fn words(err: &lettre::transport::smtp::Error) -> String {
    let said = std::error::Error::source(err).map(ToString::to_string).unwrap_or_default();
    let said: String = super::render::one_line(&said).trim_end_matches('.').chars().take(200).collect();
    let code = err.status().map(|it| format!("{it} ")).unwrap_or_default();
    if said.is_empty() && code.is_empty() { String::new() } else { format!(": {code}{said}") }
}

/// The certificates of a PEM.
///
/// # Errors
/// What is wrong, in words for whoever wrote it.
pub fn certificates(pem: &str) -> std::result::Result<Vec<Certificate>, String> {
    const END: &str = "-----END CERTIFICATE-----";
    let parts = pem.split_inclusive(END).filter(|it| it.contains("-----BEGIN CERTIFICATE-----"));
    let read: std::result::Result<Vec<_>, _> = parts.map(|it| Certificate::from_pem(it.as_bytes())).collect();
    match read {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err("`ca` in [email] holds no certificate in PEM: -----BEGIN CERTIFICATE-----".into()),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}
