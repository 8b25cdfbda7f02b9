use commands::ErrorKind;

use super::*;

fn refused(code: &str) -> Error {
    Error::new(ErrorKind::Validation, "Twilio refused it.").with_code(Some(code.into()))
}

#[test]
fn twilios_codes_say_what_a_post_can_expect() {
    for (code, kind) in [
        ("21610", ErrorKind::Closed),
        ("21211", ErrorKind::Closed),
        ("21614", ErrorKind::Closed),
        ("21408", ErrorKind::Closed),
        ("21606", ErrorKind::BadConfig),
        ("20429", ErrorKind::RateLimited),
        ("21617", ErrorKind::Validation),
    ] {
        let err = classed(refused(code), "+41790000000");
        assert_eq!((err.kind, err.code.as_deref()), (kind, Some(code)), "{}", err.message);
    }
    let unsure = refused("21610").maybe_done();
    assert!(classed(unsure, "+41790000000").maybe_done, "what may have been done is looked for");
}

#[test]
fn a_number_has_its_countrys_code() {
    for number in ["+41790000000", "+15558675310"] {
        assert!(is_number(number), "{number}");
    }
    for number in
        ["", "+", "0790000000", "+0790000000", "+41 79 000 00 00", "+4179x", "+4112", "+1234567890123456", "＋41790000000"]
    {
        assert!(!is_number(number), "{number}");
    }
}
