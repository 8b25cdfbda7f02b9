use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sources::deliver::{self, NOW, Request, SECRET};

fn guessed(payload: Value, expected: Expect) {
    let request = Request::post(payload.to_string());
    let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
    events.iter().for_each(deliver::is_sound);
    expected.assert_eq(&events.iter().map(deliver::line).collect::<Vec<_>>().join("\n"));
    deliver::survives_json(&WEBHOOK, &request);
}

#[test]
fn what_is_most_likely_meant_is_told() {
    guessed(
        json!({"event": "build_finished", "build": {"number": 42, "status": "failed", "branch": "feature/DEMO-7-login",
            "web_url": "https://ci.example.org/demo/42", "url": "https://ci.example.org/api/builds/42", "name": "demo-nightly",
            "started_by": {"login": "ana"}}, "user": {"name": "Ana", "login": "ana"}, "project": {"name": "demo"},
            "message": "2 tests failed, @ben please look"}),
        expect![[
            r#"build.finished | by Ana | #42 demo-nightly | https://ci.example.org/demo/42 | in demo | is failed | "2 tests failed, @ben please look" | on feature/DEMO-7-login | Error | Mentioned ben | about DEMO-7"#
        ]],
    );
    guessed(
        json!({"title": "Disk almost full", "severity": "warning", "host": "db1.example.org", "state": "firing",
            "description": "92 % of /var", "tags": ["disk", "db"], "timestamp": 1_795_168_700, "link": "https://monitor.example.org/a/1"}),
        expect![[
            r#"alert.firing | Disk almost full | https://monitor.example.org/a/1 | in db1.example.org | is firing | labels disk, db | "92 % of /var" | Warning"#
        ]],
    );
    guessed(
        json!({"type": "invoice.paid", "data": {"object": {"id": "in_123", "number": "DEMO-0007", "amount": 1200,
            "hosted_invoice_url": "https://pay.example.org/in_123", "description": "Hosting in November", "status": "paid"}}}),
        expect!["invoice.paid | DEMO-0007 Hosting in November | https://pay.example.org/in_123 | is paid"],
    );
    guessed(
        json!({"action": "closed", "ticket": {"id": 7, "subject": "Login fails", "html_url": "https://desk.example.org/7",
            "old_status": "open", "status": "closed", "author": "ben"}, "sender": {"login": "chloe"}}),
        expect!["ticket.closed | by chloe | #7 Login fails | https://desk.example.org/7 | is closed | status: open → closed"],
    );
    guessed(
        json!({"text": "Deployed *demo* to production\nin 3 minutes", "username": "deployer"}),
        expect![[
            r#"message.posted | by deployer | Deployed *demo* to production | "Deployed *demo* to production\nin 3 minutes""#
        ]],
    );
    guessed(
        json!({"old_state": "UP", "new_state": "DOWN", "check_name": "demo", "full_url": "https://demo.example.org"}),
        expect!["check.down | demo | https://demo.example.org | is DOWN | state: UP → DOWN | Error"],
    );
    guessed(
        json!({"check_id": 12345, "check_name": "demo", "check_type": "HTTP", "previous_state": "UP", "current_state": "DOWN",
            "importance_level": "HIGH", "tags": ["web"], "description": "Timeout", "check_params": {"full_url": "https://demo.example.org"}}),
        expect![[
            r#"check.down | #12345 demo | https://demo.example.org | is DOWN | state: UP → DOWN | labels web | "Timeout" | Error"#
        ]],
    );
    guessed(json!({"s": [{"title": 0}], "unknown": {}}), expect!["s.received | 0"]);
    guessed(json!([1, 2, 3]), expect!["event.received | Event received"]);
    guessed(json!("Backup done"), expect!["message.posted | Backup done"]);
    guessed(json!({}), expect!["event.received | Event received"]);
    guessed(
        json!({"ref": "refs/heads/main", "repository": {"full_name": "demo/app", "url": "https://git.example.org/demo/app"},
            "pusher": {"name": "ana"}, "commits": [{"id": "0123456789abcdef", "message": "Fix the login\n\nLong", "author": {"name": "Ana"}}]}),
        expect![[
            r#"push.pushed | by ana | 1 commit | https://git.example.org/demo/app | in demo/app | "Fix the login" | on main | commit Fix the login"#
        ]],
    );
}

#[test]
fn every_usual_way_of_proving_is_taken() {
    deliver::check(
        &WEBHOOK,
        SECRET,
        "json_hub",
        expect![[r#"
        key: 7b4904ffa88584cc882d-5983896
        deploy.finished | by Ana | demo 1.2 | https://deploy.example.org/7 | in production | is success
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "json_base64",
        expect![[r#"
        key: 7b4904ffa88584cc882d-5983896
        deploy.started | by Ana | demo 1.2 | https://deploy.example.org/7 | in production | is success
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "json_bearer",
        expect![[r#"
        key: req-7
        deploy.finished | by Ana | demo 1.2 | https://deploy.example.org/7 | in production | is success
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "json_basic",
        expect![[r#"
        key: 7b4904ffa88584cc882d-5983896
        deploy.finished | by Ana | demo 1.2 | https://deploy.example.org/7 | in production | is success
    "#]],
    );
    deliver::check(
        &WEBHOOK,
        SECRET,
        "json_query",
        expect![[r#"
        key: 7b4904ffa88584cc882d-5983896
        deploy.finished | by Ana | demo 1.2 | https://deploy.example.org/7 | in production | is success
    "#]],
    );
    // Standard Webhooks: a wrong signature is not made good by a token.
    let signed = Request::fixture("standard_contact");
    (WEBHOOK.verify)(&signed.delivery(), "whsec_QSBzZWN1cml0eSB0b2tlbiBmb3IgdGhlIGRlbW8=").unwrap();
    deliver::refused(&WEBHOOK, &signed.header("Authorization", &format!("Bearer {SECRET}")).delivery(), SECRET);
}

#[test]
fn the_same_bytes_are_a_repeat_only_soon() {
    let at = |second| {
        let request = Request { received: Timestamp::from_second(second).unwrap(), ..Request::post("{}") };
        WEBHOOK.known_by(&request.delivery())
    };
    assert_eq!(at(NOW), at(NOW + 10));
    assert_ne!(at(NOW), at(NOW + 3_600));
    let named = Request::post("{}").header("X-Request-Id", "r-1");
    assert_eq!(WEBHOOK.known_by(&named.delivery()).as_deref(), Some("r-1"));
}

const TEMPLATE: &str = r#"
# a build server
each: builds
when: item.status != "running"
kind: build.{{ item.status }}
actor: {{ item.by.name | default("nobody") }}
key: #{{ item.number }}
title: {{ item.plan | capitalize }} {{ "}}" if item.odd }}
url: {{ item.links.html }}
place: {{ project }}
state: {{ item.status | upper }}
text: {{ item.failures | map(attribute="test") | join(", ") }} ({{ item.failures | length }} of {{ item.tests }})
severity: {{ "critical" if item.status == "failed" and headers.x_stage == "production" else "info" }}
label: nightly
label: {{ item.tags }}
change: result: {{ item.previous }} -> {{ item.status }}
branch: {{ item.branch | replace("refs/heads/", "") }}
about: {{ item.branch | split("/") | last }}
at: {{ item.finished }}
"#;

fn builds() -> Request {
    let payload = json!({"project": "demo", "builds": [
        {"number": 42, "status": "failed", "previous": "passed", "plan": "nightly tests", "by": {"name": "Ana"}, "tests": 120,
         "links": {"html": "https://ci.example.org/42"}, "failures": [{"test": "login"}, {"test": "logout"}],
         "tags": ["slow", {"name": "db"}], "branch": "refs/heads/feature/DEMO-7", "finished": 1_795_168_000},
        {"number": 43, "status": "running", "plan": "nightly tests"},
        {"number": 44, "status": "passed", "plan": "lint", "links": {"html": "javascript:alert(1)"}, "odd": true}]});
    Request { template: Some(TEMPLATE.to_owned()), ..Request::post(payload.to_string()).header("X-Stage", "production") }
}

#[test]
fn a_template_says_what_is_told() {
    expect![[r#"
        key: 659fba5785b73e52bc1a-5983896
        build.failed | by Ana | #42 Nightly tests | https://ci.example.org/42 | in demo | is FAILED | result: passed → failed | labels nightly, slow, db | "login, logout (2 of 120)" | on feature/DEMO-7 | Critical | about DEMO-7
        build.passed | by nobody | #44 Lint }} | in demo | is PASSED | result: – → passed | labels nightly | "(0 of )" | Info
    "#]].assert_eq(&deliver::shown(&WEBHOOK, &builds().delivery()));
    deliver::survives_json(&WEBHOOK, &builds());
    // What is not said is guessed, and what comes to nothing is left out.
    let short = Request {
        template: Some("title: {{ name }}!\nstate: {{ nothing.at.all }}".to_owned()),
        ..Request::post(r#"{"name":"demo","status":"down","user":"ana"}"#)
    };
    expect![[r#"
        key: 6705b8191956bcfbc5e7-5983896
        alert.down | by ana | demo! | Error
    "#]]
    .assert_eq(&deliver::shown(&WEBHOOK, &short.delivery()));
    let never = Request { template: Some("when: false".to_owned()), ..short };
    assert_eq!((WEBHOOK.parse)(&never.delivery()).unwrap(), []);
}

#[test]
fn mistakes_are_told_with_their_line() {
    let mut said = String::new();
    for text in [
        "",
        "title",
        "\n# a comment\ntitel: {{ a }}",
        "link: x",
        "title: {{ a",
        "title: {{ }}",
        "title: {{ a b }}",
        "title: {{ a | explode }}",
        "title: {% for a in b %}{{ a }}{% endfor %}",
        "title: {{ 'a' * 9 }}",
        "title: a\ntitle: b",
        "when:",
        "each: {{ }}",
    ] {
        said.push_str(&match Template::parse(text) {
            Ok(_) => "it is taken".to_owned(),
            Err(err) => err.message,
        });
        said.push('\n');
    }
    for text in
        [format!("title: {}", "a".repeat(2_000)), "a: b\n".repeat(1_000), format!("title: {{{{ {} }}}}", "a~".repeat(240) + "a")]
    {
        said.push_str(&Template::parse(&text).err().map(|it| it.message).unwrap_or_default());
        said.push('\n');
    }
    expect![[r#"
        The template says nothing. Write a line for each field: kind, actor, key, title, url, place, state, text, severity, label, change, branch, about, at, when, each.
        Line 1: there is no colon. Write `title: …`; a line begins with kind, actor, key, title, url, place, state, text, severity, label, change, branch, about, at, when, each.
        Line 3: there is no field `titel`. Did you mean `title`? A line begins with kind, actor, key, title, url, place, state, text, severity, label, change, branch, about, at, when, each.
        Line 1: there is no field `link`. Did you mean `url`? A line begins with kind, actor, key, title, url, place, state, text, severity, label, change, branch, about, at, when, each.
        Line 1: `{{` has no `}}` after it.
        Line 1: there is nothing between `{{` and `}}`. Write a name of the payload, such as `{{ title }}`.
        Line 1: `a b` cannot be read: unexpected input after expression.
        Line 1: there is no filter `explode`. There are abs, capitalize, count, d, default, first, float, int, join, json, last, length, lower, map, max, min, reject, rejectattr, replace, round, select, selectattr, sort, split, trim, truncate, unique, upper.
        Line 1: `{% … %}` cannot stand there. Write `{{ a if b else c }}`, and `each` for a list.
        Line 1: `*` cannot stand in an expression.
        Line 2: `title` stands there already. Only label, change, about may stand several times.
        Line 1: `when` needs an expression, such as `when: status == "failed"`.
        Line 1: `each` needs an expression, such as `each: alerts`.
        Line 1: it is 2007 bytes long; 1000 are the most.
        The template is 5000 bytes long; 4096 are the most.
        Line 1: texts are put together with ~ or + more than 40 times.
    "#]].assert_eq(&said);
}

#[test]
fn what_goes_wrong_with_a_payload_names_the_line_and_the_event_is_told() {
    let template = Template::parse("title: {{ name }}\ntext: {{ name / 2 }}").unwrap();
    let request =
        Request { template: Some("title: {{ name }}\ntext: {{ name / 2 }}".to_owned()), ..Request::post(r#"{"name":"demo"}"#) };
    let err = template.events(&json!({"name": "demo"}), &request.delivery()).unwrap_err();
    expect!["Line 2: tried to use / operator on unsupported types string and number."].assert_eq(&err.message);
    expect![[r#"
        key: d7d234f759ec34fd6298-5983896
        event.received | demo | "(The hook's template does not fit this: Line 2: tried to use / operator on unsupported types string and number.)"
    "#]]
    .assert_eq(&deliver::shown(&WEBHOOK, &request.delivery()));
}

#[test]
fn what_is_not_there_is_nothing() {
    for filter in [
        "",
        "|upper",
        "|lower",
        "|trim",
        "|capitalize",
        "|first",
        "|last",
        "|join(', ')",
        "|map(attribute='a')|join",
        "|sort|join",
        "|unique|join",
        "|replace('a', 'b')",
        "|split|join",
        "|truncate(3)",
        "|default('')",
        ".a.b.c",
        "[0]",
        "[:8]",
        "|selectattr('a')|join",
        "|rejectattr('a')|join",
        "|min",
        "|max",
        "|json if false",
    ] {
        let text = format!("title: t{{{{ nothing{filter} }}}}");
        let template = Template::parse(&text).unwrap_or_else(|err| panic!("{text}: {err}"));
        let events = template.events(&json!({}), &Request::post("{}").delivery()).unwrap_or_else(|err| panic!("{text}: {err}"));
        assert_eq!(events[0].object.title, "t", "{text}");
    }
    let template =
        Template::parse("title: {{ nothing|length }} {{ nothing|int }} {{ 'a7'|int }} {{ '7.9'|int }} {{ [1, 2]|last }}")
            .unwrap();
    assert_eq!(template.events(&json!({}), &Request::post("{}").delivery()).unwrap()[0].object.title, "0 0 0 7 2");
}

#[test]
fn secrets_of_the_request_are_no_names() {
    let request = Request {
        template: Some("title: t{{ headers.authorization }}{{ headers.x_webhook_token }}{{ headers.x_ok }}".to_owned()),
        ..Request::post("{}")
    };
    let request = request.header("Authorization", "Bearer s3cret").header("X-Webhook-Token", "s3cret").header("X-Ok", "ok");
    assert_eq!((WEBHOOK.parse)(&request.delivery()).unwrap()[0].object.title, "tok");
}

/// Templates that would take the stack, the memory or the day.
#[test]
fn what_a_template_costs_has_an_end() {
    let big = "ü\"\\<".repeat(20_000);
    let payload =
        json!({"a": big, "l": vec![json!({"a": "xxxxxxxxxx"}); 2_000], "n": 1_000_000_000, "o": {"p": {"q": [1, 2, 3]}}})
            .to_string();
    let mut hard: Vec<String> = [
        "(".repeat(240) + "a" + &")".repeat(240),
        "[".repeat(240) + &"]".repeat(240),
        "not ".repeat(120) + "a",
        "-".repeat(480) + "1",
        "a if a else ".repeat(40) + "a",
        "a.".repeat(240) + "a",
        "o".to_owned() + &"['p']".repeat(90),
        "payload~".repeat(39) + "a",
        "l|json".to_owned() + &"|json".repeat(80),
        "a|replace('', a)".to_owned() + &"|replace('', a)".repeat(25),
        "l|join(a)|replace('x', a)|upper|title|split('')|join(a)".to_owned(),
        "l|map(attribute='a')|map(attribute='b')|unique|sort|reverse|join".to_owned(),
        "payload|string|upper|lower|title|capitalize|trim".to_owned(),
        "l|sort(attribute='a')|last".to_owned(),
        "9999999999999999999999999999999999999 + n".to_owned(),
        "1 // 0".to_owned(),
        "1 % 0".to_owned(),
        "n / 0".to_owned(),
        "-170141183460469231731687303715884105728 // -1".to_owned(),
        "a[::0]".to_owned(),
        "''[::-1]".to_owned(),
        "a[-5:999999999999:-1]".to_owned(),
        "a[-9223372036854775808:9223372036854775807]".to_owned(),
        "l[n:n]".to_owned(),
        "l[-9223372036854775808:]".to_owned(),
        "-9223372036854775808|abs".to_owned(),
        "(0 - 9223372036854775807 - 1)|abs".to_owned(),
        "range(1000000000)".to_owned(),
        "debug()".to_owned(),
        "a|truncate(18446744073709551615)".to_owned(),
        "n|round(2147483647)".to_owned(),
        "l is in(l)".to_owned(),
        "payload in l".to_owned(),
        "\"\\".to_owned(),
        "'\u{0}'".to_owned(),
    ]
    .into();
    hard.push("l|selectattr('a', 'startingwith', 'x')|map(attribute='a')|join(', ')".to_owned());
    for expression in &hard {
        for template in [
            format!("title: {{{{ {expression} }}}}"),
            format!("each: {expression}\ntitle: {{{{ item }}}}"),
            format!("when: {expression}\nlabel: {{{{ {expression} }}}}"),
        ] {
            let start = Instant::now();
            let request = Request { template: Some(template.clone()), ..Request::post(payload.as_str()) };
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(events.len() <= Template::EVENTS, "{template}");
            events.iter().for_each(deliver::is_sound);
            let size = serde_json::to_string(&events).unwrap().len();
            assert!(size < 2_000_000, "{template}: {size}");
            assert!(start.elapsed() < Duration::from_secs(10), "{template}: {:?}", start.elapsed());
        }
    }
}

/// JSON of all kinds, with the names that are looked for among its names.
fn any_json() -> impl Strategy<Value = Value> {
    let names = "(title|name|status|user|url|id|key|labels|changes|commits|message|timestamp|data|severity|ref|[a-z]{1,4})";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "(https://[a-z]{1,5}\\.example/[a-z]{0,5}|@[a-z]{1,4} DEMO-[0-9]{1,3}|failed|refs/heads/main)".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Templates as people might write and mistype them.
fn any_template() -> impl Strategy<Value = String> {
    let name = "(kind|actor|key|title|url|place|state|text|severity|label|change|branch|about|at|when|each|titel)";
    let value = "((\\{\\{ ?|)(payload|item|title|user\\.name|labels\\[0\\]|headers|data|-1|1\\.5|'x'|\\[1, 2\\])( ?\\| ?(upper|join|length|first|last|sort|json|int|map\\(attribute='a'\\)|truncate\\(3\\)|replace\\('a', 'b'\\)|default\\('d'\\))| ?[-~+*/%<=]{1,2} ?(payload|1|0|'y')| if | else | in |\\.a|\\[0\\]|\\}\\}){0,5}( ?\\}\\}|)){1,3}";
    let line = (name, prop_oneof![4 => value.prop_map(String::from), 1 => "\\PC{0,30}".prop_map(String::from)])
        .prop_map(|(name, value)| format!("{name}: {value}"));
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_payload_does_harm(payload in any_json()) {
        let request = Request::post(payload.to_string());
        (WEBHOOK.parse)(&request.delivery()).unwrap().iter().for_each(deliver::is_sound);
    }

    #[test]
    fn no_template_does_harm(payload in any_json(), template in any_template()) {
        if let Ok(template) = Template::parse(&template) {
            let request = Request::post("");
            if let Ok(events) = template.events(&payload, &request.delivery()) {
                events.iter().for_each(deliver::is_sound);
            }
        }
        let request = Request { template: Some(template), ..Request::post(payload.to_string()) };
        (WEBHOOK.parse)(&request.delivery()).unwrap().iter().for_each(deliver::is_sound);
    }

    #[test]
    fn no_text_is_too_odd_for_a_template(text in "\\PC{0,300}") {
        Template::parse(&format!("title: {{{{ {text} }}}}")).ok();
        Template::parse(&text).ok();
    }
}
