//! What happens in buckets: S3's event notifications, as MinIO and its kin send them, and as Amazon's SNS and EventBridge pass
//! them on (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>).
//!
//! SNS signs with a certificate that would have to be fetched from an address in the message, so the hook's secret stands in the
//! hook's address instead. Its request to confirm a subscription is told to an administrator, and nothing is fetched by itself.

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{body, guess, token, words};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: Some(handshake), secret: SecretFrom::Us, steps: include_str!("s3.md") };

/// How many objects of a message are told.
const RECORDS: usize = 100;

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    token::verify(delivery, secret)
}

/// A subscription of SNS that waits for its confirmation, which opening an address of Amazon's is.
fn handshake(delivery: &Delivery<'_>, secret: &str) -> Option<Answer> {
    if delivery.header("x-amz-sns-message-type") != Some("SubscriptionConfirmation") {
        return None;
    }
    verify(delivery, secret).ok()?;
    let payload: Value = serde_json::from_slice(delivery.body).ok()?;
    let url = payload::text(&payload, "/SubscribeURL").filter(|it| is_amazons(it))?.to_owned();
    Some(Answer { status: 200, content_type: "text/plain", body: String::new(), headers: Vec::new(), tell: Some(url.into()) })
}

/// Whether the address is of SNS itself: whoever finds out the token is to lead no administrator elsewhere.
fn is_amazons(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let names = ["amazonaws.com", "amazonaws.com.cn"];
    let is_known = names.iter().any(|it| host.strip_suffix(it).is_some_and(|it| it.starts_with("sns.") && it.ends_with('.')));
    url.scheme() == "https" && is_known && url.username().is_empty()
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let payload = body::json(delivery, "S3").ok()?;
    if let Some(id) = payload::first(&payload, &["/MessageId", "/id"]) {
        return Some(id.to_owned());
    }
    let paths = ["/responseElements/x-amz-request-id", "/s3/object/sequencer", "/s3/object/key"];
    let named = |it: &Value| {
        let parts: Vec<&str> = paths.iter().filter_map(|path| payload::text(it, path)).collect();
        (parts.len() > 1).then(|| parts.join(" "))
    };
    let ids: Option<Vec<String>> = payload::list(&payload, "/Records").iter().map(named).collect();
    body::joined(&ids?)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "S3")?;
    let mut events = match payload::text(&payload, "/Type") {
        Some("Notification") => notification(delivery, &payload),
        Some(kind @ ("SubscriptionConfirmation" | "UnsubscribeConfirmation")) => vec![subscription(delivery, kind, &payload)],
        _ => events(delivery, &payload),
    };
    let id = key(delivery).unwrap_or_else(|| body::digest(delivery.body));
    let several = events.len() > 1;
    for (index, event) in events.iter_mut().enumerate() {
        event.id = if several { format!("{id}-{index}") } else { id.clone() };
        event.source = delivery.hook.to_owned();
    }
    Ok(events)
}

/// What SNS passes on: a notification in JSON, or what somebody wrote.
fn notification(delivery: &Delivery<'_>, payload: &Value) -> Vec<Event> {
    let message = payload::text(payload, "/Message").unwrap_or_default();
    if let Ok(inner @ Value::Object(_)) = serde_json::from_str(message) {
        return events(delivery, &inner);
    }
    let topic = payload::text(payload, "/TopicArn");
    let title = payload::text(payload, "/Subject").unwrap_or_else(|| payload::first_line(message));
    vec![Event {
        kind: "message.posted".to_owned(),
        at: payload::when(payload, &["/Timestamp"]).unwrap_or(delivery.received),
        object: Object {
            title: if title.is_empty() { "Message of SNS".to_owned() } else { guess::cut(title, 200) },
            place: topic.map(|it| it.rsplit(':').next().unwrap_or(it).to_owned()),
            ..Object::default()
        },
        text: payload::said(message).filter(|it| it != title),
        ..Event::default()
    }]
}

fn subscription(delivery: &Delivery<'_>, kind: &str, payload: &Value) -> Event {
    let topic = payload::text(payload, "/TopicArn").map_or("a topic", |it| it.rsplit(':').next().unwrap_or(it));
    Event {
        kind: if kind.starts_with("Un") { "subscription.ended" } else { "subscription.requested" }.to_owned(),
        at: payload::when(payload, &["/Timestamp"]).unwrap_or(delivery.received),
        object: Object { title: format!("Subscription to {topic}"), place: Some(topic.to_owned()), ..Object::default() },
        ..Event::default()
    }
}

fn events(delivery: &Delivery<'_>, payload: &Value) -> Vec<Event> {
    let records = payload::list(payload, "/Records");
    if !records.is_empty() {
        return records.iter().take(RECORDS).map(|it| record(delivery, it)).collect();
    }
    let event = if payload::text(payload, "/Event") == Some("s3:TestEvent") {
        let bucket = payload::text(payload, "/Bucket").map(str::to_owned);
        Event {
            kind: "bucket.tested".to_owned(),
            at: payload::when(payload, &["/Time"]).unwrap_or(delivery.received),
            object: Object { title: "Test of the bucket's notifications".to_owned(), place: bucket, ..Object::default() },
            ..Event::default()
        }
    } else if payload::text(payload, "/AlarmName").is_some() {
        alarm(delivery, payload)
    } else if payload::text(payload, "/source") == Some("aws.s3") {
        passed_on(delivery, payload)
    } else {
        guess::event(delivery, "", payload, payload::first(payload, &["/detail-type", "/EventName", "/eventName"]))
    };
    vec![event]
}

/// A record of `Records`.
fn record(delivery: &Delivery<'_>, record: &Value) -> Event {
    let text = |path: &str| payload::text(record, path);
    let name = text("/eventName").unwrap_or_default();
    let (bucket, region) = (text("/s3/bucket/name"), text("/awsRegion").unwrap_or_default());
    // As a form writes it: a space is a plus.
    let coded = text("/s3/object/key").unwrap_or_default();
    let key = url::form_urlencoded::parse(format!("k={}", coded.replace('&', "%26")).as_bytes())
        .next()
        .map_or_else(String::new, |(_, it)| it.into_owned());
    let actor = text("/userIdentity/principalId").map(|it| it.trim_start_matches("AWS:").to_owned());
    let kind = kind(name);
    let origin = text("/responseElements/x-minio-origin-endpoint");
    let url = bucket.and_then(|bucket| match (origin, kind) {
        // What is gone has no page there; Amazon's shows the versions that are left.
        (Some(origin), kind) if kind != "object.deleted" => {
            Some(format!("{}/{}/{}", origin.trim_end_matches('/'), body::encoded(bucket), path(&key)))
        }
        (None, _) if text("/eventSource") == Some("aws:s3") && !region.is_empty() => Some(console(bucket, region, &key)),
        _ => None,
    });
    let size = record.pointer("/s3/object/size").and_then(Value::as_u64).map(readable);
    let sort = text("/s3/object/contentType").map(str::to_owned);
    Event {
        kind: kind.to_owned(),
        at: payload::when(record, &["/eventTime"]).unwrap_or(delivery.received),
        actor_id: None,
        actor,
        severity: matches!(kind, "object.lost" | "replication.failed").then_some(Severity::Error),
        ..object(bucket, &key, url, [size, sort])
    }
}

/// EventBridge's form (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>).
fn passed_on(delivery: &Delivery<'_>, payload: &Value) -> Event {
    let text = |path: &str| payload::text(payload, path);
    let (bucket, region) = (text("/detail/bucket/name"), text("/region").unwrap_or_default());
    let key = text("/detail/object/key").unwrap_or_default();
    let named: String = text("/detail-type").unwrap_or_default().split(' ').collect();
    let kind = match named.as_str() {
        "ObjectTagsAdded" => "object.tagged",
        "ObjectTagsDeleted" => "object.untagged",
        "ObjectACLUpdated" => "object.shared",
        "ObjectStorageClassChanged" | "ObjectAccessTierChanged" => "object.moved",
        "ObjectRestoreInitiated" => "object.requested",
        "ObjectRestoreCompleted" => "object.restored",
        "ObjectRestoreExpired" => "object.expired",
        "ObjectDeleted" => "object.deleted",
        _ => "object.created",
    };
    let size = payload.pointer("/detail/object/size").and_then(Value::as_u64).map(readable);
    Event {
        kind: kind.to_owned(),
        at: payload::when(payload, &["/time"]).unwrap_or(delivery.received),
        actor: text("/detail/requester").map(str::to_owned),
        ..object(bucket, key, bucket.map(|it| console(it, region, key)), [size, text("/detail/reason").map(str::to_owned)])
    }
}

fn object(bucket: Option<&str>, key: &str, url: Option<String>, told: [Option<String>; 2]) -> Event {
    let name = key.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let title = if name.is_empty() { "Object in a bucket".to_owned() } else { guess::cut(name, 300) };
    let whole = [bucket.unwrap_or_default(), key].join("/");
    Event {
        object: Object {
            key: if key.is_empty() { String::new() } else { whole },
            title,
            url: url.as_deref().and_then(body::web),
            place: bucket.map(str::to_owned),
            state: None,
        },
        text: payload::said(&told.into_iter().flatten().collect::<Vec<_>>().join(", ")),
        paths: Some(key.to_owned()).filter(|it| !it.is_empty()).into_iter().collect(),
        ..Event::default()
    }
}

/// The names that S3 and MinIO have (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>).
fn kind(name: &str) -> &'static str {
    let name = name.strip_prefix("s3:").unwrap_or(name);
    let (noun, verb) = name.split_once(':').unwrap_or((name, ""));
    match (noun, verb) {
        ("ObjectCreated", _) => "object.created",
        ("ObjectRemoved", _) => "object.deleted",
        ("ObjectAccessed", _) => "object.read",
        ("ObjectRestore", "Completed") => "object.restored",
        ("ObjectRestore", "Delete") | ("LifecycleExpiration" | "ILM", _) => "object.expired",
        ("ObjectRestore", _) => "object.requested",
        ("ReducedRedundancyLostObject", _) => "object.lost",
        ("Replication", "OperationFailedReplication" | "OperationNotTracked") => "replication.failed",
        ("Replication", "OperationCompletedReplication") => "replication.completed",
        ("Replication", "OperationMissedThreshold") => "replication.delayed",
        ("Replication", _) => "replication.updated",
        ("ObjectTagging", "Delete") => "object.untagged",
        ("ObjectTagging", _) => "object.tagged",
        ("ObjectAcl", _) => "object.shared",
        ("LifecycleTransition" | "ObjectTransition", _) => "object.moved",
        ("IntelligentTiering", _) => "object.archived",
        ("BucketCreated", _) => "bucket.created",
        ("BucketRemoved", _) => "bucket.deleted",
        _ => "object.changed",
    }
}

/// CloudWatch's alarms, which come by the same way.
fn alarm(delivery: &Delivery<'_>, payload: &Value) -> Event {
    let text = |path: &str| payload::text(payload, path);
    let state = text("/NewStateValue").unwrap_or("ALARM");
    let kind = match state {
        "ALARM" => "alarm.firing",
        "OK" => "alarm.resolved",
        _ => "alarm.updated",
    };
    let (name, region) =
        (text("/AlarmName").unwrap_or_default(), text("/AlarmArn").and_then(|it| it.split(':').nth(3)).unwrap_or_default());
    let from = text("/OldStateValue").map(str::to_lowercase);
    Event {
        kind: kind.to_owned(),
        at: payload::when(payload, &["/StateChangeTime"]).unwrap_or(delivery.received),
        object: Object {
            key: String::new(),
            title: guess::cut(name, 200),
            url: (!region.is_empty()).then(|| {
                format!(
                    "https://console.aws.amazon.com/cloudwatch/home?region={}#alarmsV2:alarm/{}",
                    body::encoded(region),
                    body::encoded(name)
                )
            }),
            place: text("/Trigger/Namespace").or_else(|| text("/Region")).map(str::to_owned),
            state: Some(state.to_lowercase()),
        },
        changes: vec![Change { field: "state".to_owned(), from, to: Some(state.to_lowercase()) }],
        text: text("/NewStateReason").or_else(|| text("/AlarmDescription")).and_then(payload::said),
        severity: Some(if kind == "alarm.firing" { Severity::Error } else { words::severity(state).unwrap_or(Severity::Info) }),
        ..Event::default()
    }
}

fn console(bucket: &str, region: &str, key: &str) -> String {
    let (bucket, region, key) = (body::encoded(bucket), body::encoded(region), body::encoded(key));
    format!("https://{region}.console.aws.amazon.com/s3/object/{bucket}?region={region}&prefix={key}")
}

/// The key in an address, with its slashes.
fn path(key: &str) -> String {
    key.split('/').map(body::encoded).collect::<Vec<_>>().join("/")
}

/// 1,234,567 bytes as people say it.
fn readable(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1_024.0 && unit + 1 < units.len() {
        size /= 1_024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{size:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn objects_are_told_whoever_sends_them() {
        for (fixture, expected) in [
            (
                "s3_minio",
                expect![[r#"
                key: 17B0 17B0AA reports%2FQ4+plan.pdf
                object.created | by ana | demo/reports/Q4 plan.pdf Q4 plan.pdf | https://minio.example.org/demo/reports/Q4%20plan.pdf | in demo | "20.0 KiB, application/pdf" | paths reports/Q4 plan.pdf
            "#]],
            ),
            (
                "s3_sns",
                expect![[r#"
                key: 22b80b92-0001
                object.deleted | by AIDAEXAMPLEBEN | apollo/old/Happy Face.jpg Happy Face.jpg | https://eu-central-1.console.aws.amazon.com/s3/object/apollo?region=eu-central-1&prefix=old%2FHappy%20Face.jpg | in apollo | paths old/Happy Face.jpg
            "#]],
            ),
            (
                "s3_sns_text",
                expect![[r#"
                key: 22b80b92-0002
                message.posted | Backup of demo is done | in ops | "It took 3 minutes."
            "#]],
            ),
            (
                "s3_eventbridge",
                expect![[r#"
                key: 17793124-05d4-0003
                object.created | by 000000000000 | apollo/in/data.csv data.csv | https://eu-central-1.console.aws.amazon.com/s3/object/apollo?region=eu-central-1&prefix=in%2Fdata.csv | in apollo | "5 bytes, PutObject" | paths in/data.csv
            "#]],
            ),
            (
                "s3_alarm",
                expect![[r#"
                key: 22b80b92-0004
                alarm.firing | demo errors | https://console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/demo%20errors | in AWS/ApplicationELB | is alarm | state: ok → alarm | "Threshold Crossed: 1 datapoint [12.0] was greater than the threshold (5.0)." | Error
            "#]],
            ),
        ] {
            deliver::check(&WEBHOOK, SECRET, fixture, expected);
        }
    }

    #[test]
    fn a_subscription_is_confirmed_by_an_administrator() {
        let url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:1:demo&Token=2336";
        let asked = |url: &str, token: &str| {
            Request::post(json!({"Type": "SubscriptionConfirmation", "MessageId": "m1", "SubscribeURL": url}).to_string())
                .header("x-amz-sns-message-type", "SubscriptionConfirmation")
                .query(&format!("token={token}"))
        };
        let answer = handshake(&asked(url, "s3cret").delivery(), "s3cret").unwrap();
        assert_eq!((answer.status, answer.tell.unwrap().expose()), (200, url));
        assert!(handshake(&asked(url, "another").delivery(), "s3cret").is_none());
        for elsewhere in [
            "https://example.org/?Action=ConfirmSubscription",
            "https://sns.eu-central-1.amazonaws.com.example.org/",
            "https://ana@sns.eu-central-1.amazonaws.com/",
            "http://sns.eu-central-1.amazonaws.com/",
            "https://evilamazonaws.com/",
            "javascript:alert(1)",
        ] {
            assert!(handshake(&asked(elsewhere, "s3cret").delivery(), "s3cret").is_none(), "{elsewhere}");
        }
    }

    #[test]
    fn kinds_and_sizes_are_words() {
        for (name, expected) in [
            ("s3:ObjectCreated:CompleteMultipartUpload", "object.created"),
            ("ObjectRemoved:DeleteMarkerCreated", "object.deleted"),
            ("s3:ObjectRestore:Post", "object.requested"),
            ("s3:Replication:OperationFailedReplication", "replication.failed"),
            ("s3:SomethingNew:Put", "object.changed"),
        ] {
            assert_eq!(kind(name), expected);
        }
        assert_eq!([readable(0), readable(1_024), readable(u64::MAX)], ["0 bytes", "1.0 KiB", "16384.0 PiB"]);
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        let samples = deliver::samples("s3").into_iter().map(|(_, it)| Request::post(it.to_string()));
        for request in samples.chain(["s3_minio", "s3_sns", "s3_eventbridge", "s3_alarm"].map(Request::fixture)) {
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            assert!(events.iter().all(|it| it.object.url.is_some()));
            deliver::survives_json(&WEBHOOK, &request);
        }
    }
}
