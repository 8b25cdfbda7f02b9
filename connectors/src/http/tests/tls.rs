//! Servers with certificates of a company's own, and such as let in only who shows one. The certificates end in 2126.

use std::sync::Arc;

use commands::param::Secret;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

const AUTHORITY: &str = include_str!("../fixtures/tls/authority.pem");
const SERVER: &str = include_str!("../fixtures/tls/server.pem");
const OTHER_NAME: &str = include_str!("../fixtures/tls/other-name.pem");
const CLIENT: &str = include_str!("../fixtures/tls/client.pem");

#[derive(Clone, Copy, PartialEq, Eq)]
enum LetsIn {
    Everybody,
    /// Who shows a certificate of the authority's.
    Known,
}

/// Answers every request with who asks, and is gone with the test.
async fn server(pem: &str, lets_in: LetsIn, versions: &[&'static rustls::SupportedProtocolVersion]) -> String {
    install_crypto();
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<std::result::Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_protocol_versions(versions);
    let builder = match lets_in {
        LetsIn::Everybody => builder.with_no_client_auth(),
        LetsIn::Known => {
            let mut known = RootCertStore::empty();
            known.add(CertificateDer::from_pem_slice(AUTHORITY.as_bytes()).unwrap()).unwrap();
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder(known.into()).build().unwrap())
        }
    };
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(certificates, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(socket).await else { return };
                let shown = stream.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => return,
                    }
                }
                let body = json!({ "shown": shown }).to_string();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    url
}

async fn ask(url: &str, ca: Option<&str>, client: Option<&str>) -> Result<Value> {
    let trust = Trust { ca_certificate: ca.map(str::to_owned), client_certificate: client.map(|it| Secret::from(it.to_owned())) };
    let policy = Policy { retries: 0, ..Policy::default() };
    let http = Http::new("redmine", "Redmine", url, policy).unwrap().trusting(&trust)?;
    http.get("/issues.json").send().await
}

#[tokio::test]
async fn a_server_of_our_own_authority_is_trusted_where_that_is_given() {
    let url = server(SERVER, LetsIn::Everybody, rustls::ALL_VERSIONS).await;
    let error = ask(&url, None, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Redmine cannot be trusted: nobody whom the bot knows signed its TLS certificate. If your own authority did, put that authority's \
         certificate into the connection's `ca_certificate`."
    );
    assert!(!error.maybe_done);
    assert_eq!(ask(&url, Some(AUTHORITY), None).await.unwrap(), json!({ "shown": 0 }));
    // As a field of one line leaves it.
    assert_eq!(ask(&url, Some(&AUTHORITY.replace('\n', " ")), None).await.unwrap(), json!({ "shown": 0 }));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_taken_for_ours() {
    let url = server(OTHER_NAME, LetsIn::Everybody, rustls::ALL_VERSIONS).await;
    let error = ask(&url, Some(AUTHORITY), None).await.unwrap_err();
    assert_eq!(
        error.message,
        "Redmine cannot be trusted: its TLS certificate is for another name. Check the connection's address."
    );
}

#[tokio::test]
async fn who_shows_its_certificate_is_let_in_and_who_does_not_is_told_so() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let url = server(SERVER, LetsIn::Known, &[version]).await;
        let error = ask(&url, Some(AUTHORITY), None).await.unwrap_err();
        assert_eq!(
            error.message,
            "Redmine lets in only who shows a certificate that it accepts (mutual TLS). An administrator can put the bot's into the \
             connection's `client_certificate`.",
            "{version:?}"
        );
        assert!(!error.maybe_done, "{version:?}");
        assert_eq!(ask(&url, Some(AUTHORITY), Some(CLIENT)).await.unwrap(), json!({ "shown": 1 }), "{version:?}");
        // Elsewhere at the same service, too.
        let trust = Trust { ca_certificate: Some(AUTHORITY.into()), client_certificate: Some(Secret::from(CLIENT.to_owned())) };
        let http = Http::new("redmine", "Redmine", "https://redmine.example.org", quick()).unwrap().trusting(&trust).unwrap();
        assert_eq!(http.certificate_ends(), Some(jiff::civil::date(2126, 10, 29)));
        assert_eq!(http.at(&url).unwrap().get("/").send::<Value>().await.unwrap(), json!({ "shown": 1 }), "{version:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_server_with_a_bad_certificate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let error = ask(&url, None, None).await.unwrap_err();
    assert_eq!(
        error.message,
        "Redmine and the bot do not agree on TLS. Does its address begin with `http://` rather than `https://`, or is its TLS older than 1.2?"
    );
}

#[tokio::test]
async fn what_is_no_certificate_is_said_at_its_field() {
    let key = CLIENT.split_inclusive("-----END CERTIFICATE-----").nth(1).unwrap();
    let certificate = CLIENT.split_inclusive("-----END CERTIFICATE-----").next().unwrap();
    let locked = CLIENT.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let broken = CLIENT.replace("MI", "!!");
    let anothers = format!("{certificate}{}", SERVER.split_inclusive("-----END CERTIFICATE-----").nth(1).unwrap());
    let cases = [
        (Some("redmine.crt"), None),
        (Some("-----BEGIN CERTIFICATE-----\nhunter22\n-----END CERTIFICATE-----"), None),
        (Some(key), None),
        (None, Some("/etc/bellhop/hunter22.pem")),
        (None, Some(key)),
        (None, Some(certificate)),
        (None, Some(locked.as_str())),
        (None, Some(broken.as_str())),
        (None, Some(anothers.as_str())),
    ];
    let mut lines = Vec::new();
    for (ca, client) in cases {
        let error = ask("https://localhost:1", ca, client).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadConfig);
        assert_eq!(error.fields.len(), 1, "{error}");
        lines.push(format!("{}: {}", error.fields[0].field, error.message));
    }
    expect_test::expect![[r#"
        ca_certificate: `ca_certificate` cannot be used. This is no certificate in PEM form: it is the whole text from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`.
        ca_certificate: `ca_certificate` cannot be used. This is no certificate in PEM form: it is the whole text from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`.
        ca_certificate: `ca_certificate` cannot be used. This is no certificate in PEM form: it is the whole text from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`.
        client_certificate: `client_certificate` cannot be used. It holds no certificate: put the text from `-----BEGIN CERTIFICATE-----` on before the key.
        client_certificate: `client_certificate` cannot be used. It holds no certificate: put the text from `-----BEGIN CERTIFICATE-----` on before the key.
        client_certificate: `client_certificate` cannot be used. It holds no private key: put the text from `-----BEGIN PRIVATE KEY-----` on after the certificate.
        client_certificate: `client_certificate` cannot be used. Its private key is locked with a passphrase. `openssl pkey -in FILE` writes it without one.
        client_certificate: `client_certificate` cannot be used. It cannot be read: it is the certificate and its private key, one after the other, in PEM form.
        client_certificate: `client_certificate` cannot be used. Its certificate and its private key do not belong together."#]].assert_eq(&lines.join("\n"));
}

#[test]
fn other_reasons_not_to_trust_are_told_apart() {
    use rustls::{CertificateError, Error};
    let how = |why| exchange::untrusted(&Error::InvalidCertificate(why));
    assert_eq!(how(CertificateError::Expired), errors::Lost::Distrusted(errors::Distrust::Ended));
    assert_eq!(how(CertificateError::Revoked), errors::Lost::Distrusted(errors::Distrust::Other));
    assert_eq!(exchange::untrusted(&Error::HandshakeNotComplete), errors::Lost::NoTls);
}
