//! A hundred thousand tokens that are not ours: none lets a message in.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;

use super::inbound::{Read, Refusal, read};

const TOKEN: &str = "canary83afzulipwebhooktoken00000";
const FORGERIES: usize = 100_000;

fn body(token: &serde_json::Value) -> Vec<u8> {
    json!({"token": token, "bot_email": "bellhop-bot@chat.example.org", "bot_full_name": "Bellhop", "data": "redmine 42", "trigger": "mention",
        "message": {"id": 1, "sender_id": 10, "sender_email": "user10@chat.example.org", "sender_full_name": "Ana", "content": "redmine 42",
            "type": "stream", "stream_id": 3, "subject": "lunch", "display_recipient": "dev", "timestamp": 1_795_218_421}})
    .to_string()
    .into_bytes()
}

fn forged(chance: &mut StdRng) -> String {
    let mut token = TOKEN.as_bytes().to_vec();
    let at = chance.random_range(0..token.len());
    match chance.random_range(0..6) {
        0 | 1 => token[at] ^= 1 << chance.random_range(0..7),
        2 => token.truncate(at),
        3 => token.insert(at, chance.random_range(b' '..=b'~')),
        4 => token = TOKEN.to_uppercase().into_bytes(),
        _ => token = (0..token.len()).map(|_| chance.random_range(b'0'..=b'z')).collect(),
    }
    String::from_utf8(token).expect("ASCII stays ASCII")
}

#[test]
fn of_a_hundred_thousand_forgeries_none_is_believed() {
    let site = "https://chat.example.org";
    assert!(matches!(read(site, TOKEN, &body(&json!(TOKEN))), Ok(Read::Message(_))));
    let mut chance = StdRng::seed_from_u64(7);
    for _ in 0..FORGERIES {
        let token = forged(&mut chance);
        if token != TOKEN {
            let refused = read(site, TOKEN, &body(&json!(token))).err();
            assert_eq!(refused, Some(Refusal::WrongToken), "{token:?}");
        }
    }
    // Nor does what is no text, nothing, or an empty token that an empty configuration would equal.
    for token in [json!(null), json!(""), json!([TOKEN]), json!(0), json!({"token": TOKEN})] {
        assert!(read(site, TOKEN, &body(&token)).is_err(), "{token}");
    }
    assert_eq!(read(site, "", &body(&json!(""))).err(), Some(Refusal::WrongToken));
}
