//! Whom a connection trusts and what it shows of itself when it opens TLS: for servers that a company signs the
//! certificates of itself, and for those that let in only who shows one (mutual TLS).

use commands::{Error, ErrorKind, FieldProblem, Result, action::parameters_of, param::Secret};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use x509_cert::{Certificate, der::Decode};

use crate::auth::pem;

/// The settings of every connection to a server that somebody runs themselves; see [`crate::Connector::SELF_HOSTED`].
#[derive(Default, Deserialize, JsonSchema)]
pub struct Trust {
    /// Where the server's TLS certificate is signed by your own authority: that authority's certificate (PEM).
    #[serde(default)]
    #[schemars(extend("format" = "markdown"))]
    pub ca_certificate: Option<String>,
    /// Where the server lets in only who shows a certificate (mutual TLS): the bot's certificate and private key (PEM).
    #[serde(default)]
    pub client_certificate: Option<Secret>,
}

/// What a client is built with.
#[derive(Clone, Default)]
pub(super) struct Tls {
    authorities: Vec<reqwest::Certificate>,
    identity: Option<reqwest::Identity>,
    /// Until when what it shows of itself counts.
    pub ends: Option<Date>,
}

impl Trust {
    /// Takes its settings out of those of a connection.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when they are no text.
    pub fn take(settings: &mut Map<String, Value>) -> Result<Trust> {
        let own: Map<String, Value> = parameters_of::<Trust>()
            .fields
            .iter()
            .filter_map(|field| settings.remove_entry(&field.name))
            .filter(|(_, value)| value.as_str().is_none_or(|it| !it.trim().is_empty()))
            .collect();
        serde_json::from_value(Value::Object(own)).map_err(|err| Error::new(ErrorKind::BadConfig, err.to_string()))
    }

    pub(super) fn read(&self) -> Result<Tls> {
        let authorities = self.ca_certificate.as_ref().map(|it| authorities(it)).transpose()?.unwrap_or_default();
        let identity = self.client_certificate.as_ref().map(identity).transpose()?;
        let ends = self.client_certificate.as_ref().and_then(|it| ends(it.expose()));
        Ok(Tls { authorities, identity, ends })
    }

    /// Why no client came of them, each of which could be read.
    pub(super) fn unusable(&self, err: Error) -> Error {
        match self.client_certificate {
            Some(_) => wrong("client_certificate", "Its certificate and its private key do not belong together."),
            None => err,
        }
    }
}

impl Tls {
    pub(super) fn apply(self, mut builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        if !self.authorities.is_empty() {
            builder = builder.tls_certs_merge(self.authorities);
        }
        match self.identity {
            Some(identity) => builder.identity(identity),
            None => builder,
        }
    }
}

fn authorities(text: &str) -> Result<Vec<reqwest::Certificate>> {
    let unreadable = || {
        let why = "This is no certificate in PEM form: it is the whole text from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`.";
        wrong("ca_certificate", why)
    };
    let mut found = Vec::new();
    for section in pem::sections(text).into_iter().filter(|it| it.label == "CERTIFICATE") {
        let certificate = CertificateDer::from_pem_slice(section.text.as_bytes()).map_err(|_| unreadable())?;
        // Whoever connects would notice only then.
        RootCertStore::empty().add(certificate.clone()).map_err(|_| unreadable())?;
        found.push(reqwest::Certificate::from_der(&certificate).map_err(|_| unreadable())?);
    }
    if found.is_empty() { Err(unreadable()) } else { Ok(found) }
}

fn identity(text: &Secret) -> Result<reqwest::Identity> {
    let sections = pem::sections(text.expose());
    let has = |ends: &str| sections.iter().any(|it| it.label.ends_with(ends));
    let why = if !has("CERTIFICATE") {
        "It holds no certificate: put the text from `-----BEGIN CERTIFICATE-----` on before the key."
    } else if has("ENCRYPTED PRIVATE KEY") || sections.iter().any(|it| it.text.contains("Proc-Type")) {
        "Its private key is locked with a passphrase. `openssl pkey -in FILE` writes it without one."
    } else if !has("PRIVATE KEY") {
        "It holds no private key: put the text from `-----BEGIN PRIVATE KEY-----` on after the certificate."
    } else {
        "It cannot be read: it is the certificate and its private key, one after the other, in PEM form."
    };
    let used: String = sections
        .iter()
        .filter(|it| it.label == "CERTIFICATE" || it.label.ends_with("PRIVATE KEY"))
        .map(|it| it.text.as_str())
        .collect();
    reqwest::Identity::from_pem(used.as_bytes()).map_err(|_| wrong("client_certificate", why))
}

/// The day, in UTC, on which the first certificate of a chain ends; none where none of them says so in a way that we read.
fn ends(chain: &str) -> Option<Date> {
    let sections = pem::sections(chain).into_iter().filter(|it| it.label == "CERTIFICATE");
    let days = sections.filter_map(|it| {
        let der = CertificateDer::from_pem_slice(it.text.as_bytes()).ok()?;
        let not_after = Certificate::from_der(&der).ok()?.tbs_certificate().validity().not_after.to_unix_duration();
        let seconds = i64::try_from(not_after.as_secs()).ok()?;
        Some(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date())
    });
    days.min()
}

fn wrong(field: &str, why: &str) -> Error {
    let message = format!("`{field}` cannot be used. {why}");
    Error::new(ErrorKind::BadConfig, message).with_fields(vec![FieldProblem::new(field, why)])
}
