use super::*;

#[test]
fn a_webhook_is_a_secret_and_its_problems_do_not_show_it() {
    let add = |name: &str, url: &str| Config::default().add(name, url).err().unwrap_or_default();
    assert_eq!(add("ops", "https://example.webhook.office.com/workflows/1/triggers/manual/paths/invoke?sig=x"), "");
    assert_eq!(add("ops", "http://127.0.0.1:8080/workflows/1"), "");
    for (name, url, told) in [
        ("ops", "http://example.org/secret", "must start with https://"),
        ("ops", "https://example.org/", "has no path"),
        ("ops", "secret", "is no web address"),
        ("ops", "ftp://example.org/secret", "is no web address"),
        ("Ops room", "https://example.org/secret", "is no name"),
    ] {
        let problem = add(name, url);
        assert!(problem.contains(told) && !problem.contains("secret/") && !problem.contains("/secret"), "{problem}");
    }
}

#[test]
fn one_webhook_that_is_gone_does_not_pause_the_others() {
    for kind in [ErrorKind::Auth, ErrorKind::Permission, ErrorKind::NotFound] {
        assert_eq!(classed(Error::new(kind, "no"), "ops").kind, ErrorKind::Closed);
    }
    assert_eq!(classed(Error::new(ErrorKind::RateLimited, "later"), "ops").kind, ErrorKind::RateLimited);
}
