//! Salesforce, outbound messages: the fields of a record, in SOAP, when a flow or a workflow rule says so
//! (<https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm>).
//!
//! Salesforce signs nothing, so that the hook's secret stands in the address; and it sends a message for a day until it is
//! answered with an `Ack` in SOAP: see [`acknowledge`].

use std::collections::BTreeMap;

use commands::{Error, Event, Result, event::Object};
use quick_xml::{Reader, events::Event as Xml};

use super::{body, guess, token};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: include_str!("salesforce.md") };

/// How many records a message holds at most, as Salesforce says.
const RECORDS: usize = 100;
/// How many fields of one are read, and how many are told where it has no description.
const FIELDS: usize = 200;
const TOLD: usize = 8;

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    token::verify(delivery, secret)
}

/// Salesforce keeps a notification's id when it sends it again.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let ids: Vec<String> = read(delivery.body).ok()?.records.into_iter().filter_map(|it| it.notification).collect();
    body::joined(&ids)
}

/// What ends the sending.
pub(super) fn acknowledge(_: &Delivery<'_>) -> Answer {
    let body = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
                <notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>\
                </soapenv:Body></soapenv:Envelope>";
    Answer { status: 200, content_type: "text/xml", body: body.to_owned(), headers: Vec::new(), tell: None }
}

#[derive(Default)]
struct Message {
    organization: Option<String>,
    /// Of the organization's own host.
    address: Option<String>,
    records: Vec<Record>,
}

#[derive(Default)]
struct Record {
    /// The notification's id.
    notification: Option<String>,
    /// `Case`.
    sort: String,
    fields: BTreeMap<String, String>,
    /// Their names, as they came.
    order: Vec<String>,
}

/// # Errors
/// [`commands::ErrorKind::BadInput`], saying what cannot be read.
fn read(body: &[u8]) -> Result<Message> {
    let bad = |err: String| Error::bad_input(format!("This is no outbound message of Salesforce that I know: {err}."));
    // Entities of its own, which could grow, are not resolved by this reader; an unknown one is left out.
    let text = std::str::from_utf8(body).map_err(|_| bad("it is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    let mut message = Message::default();
    let (mut path, mut text): (Vec<String>, String) = (Vec::new(), String::new());
    let mut record: Option<Record> = None;
    loop {
        match reader.read_event().map_err(|err| bad(err.to_string()))? {
            Xml::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                match name.as_str() {
                    "Notification" if record.is_none() => record = Some(Record::default()),
                    "sObject" => {
                        let sort = start.attributes().flatten().find(|it| it.key.local_name().as_ref() == "type");
                        let sort = sort.map(|it| it.value.into_owned()).unwrap_or_default();
                        if let Some(record) = &mut record {
                            record.sort = sort.rsplit(':').next().unwrap_or_default().to_owned();
                        }
                    }
                    _ => {}
                }
                path.push(name);
                text.clear();
                if path.len() > 32 {
                    return Err(bad("it is nested too deep".to_owned()));
                }
            }
            Xml::Text(part) => text.push_str(&part),
            Xml::CData(part) => text.push_str(&part),
            Xml::GeneralRef(part) => match part.resolve_char_ref().ok().flatten() {
                Some(letter) => text.push(letter),
                None => text.push_str(match part.as_ref() {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "",
                }),
            },
            Xml::End(_) => {
                let name = path.pop().unwrap_or_default();
                let value = std::mem::take(&mut text).trim().to_owned();
                let parent = path.last().map(String::as_str);
                match (name.as_str(), parent) {
                    ("Notification", _) => message.records.extend(record.take().filter(|_| message.records.len() < RECORDS)),
                    _ if value.is_empty() => {}
                    ("OrganizationId", _) => message.organization = Some(value),
                    ("EnterpriseUrl" | "PartnerUrl", _) => message.address = Some(value),
                    ("Id", Some("Notification")) => record.iter_mut().for_each(|it| it.notification = Some(value.clone())),
                    (_, Some("sObject")) => {
                        if let Some(record) = record.as_mut().filter(|it| it.fields.len() < FIELDS) {
                            record.order.push(name.clone());
                            record.fields.insert(name, value);
                        }
                    }
                    _ => {}
                }
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    match message.records.is_empty() {
        true => Err(bad("there is no Notification in it".to_owned())),
        false => Ok(message),
    }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let message = read(delivery.body)?;
    let host = message.address.as_deref().and_then(|it| url::Url::parse(it).ok()).filter(|it| it.scheme() == "https");
    let origin = host.and_then(|it| Some(format!("https://{}", it.host_str()?)));
    let events = message.records.iter().enumerate().map(|(index, it)| event(delivery, index, it, &message, origin.as_deref()));
    Ok(events.collect())
}

fn event(delivery: &Delivery<'_>, index: usize, record: &Record, message: &Message, origin: Option<&str>) -> Event {
    let get = |names: &[&str]| names.iter().find_map(|it| record.fields.get(*it)).cloned();
    let readable = guess::sentence(&record.sort.trim_end_matches("__c").replace("__", " "));
    let noun = match record.sort.is_empty() {
        true => "record".to_owned(),
        false => record.sort.trim_end_matches("__c").to_lowercase(),
    };
    let (created, changed) = (get(&["CreatedDate"]), get(&["LastModifiedDate", "SystemModstamp"]));
    let verb = match record.fields.get("IsDeleted").map(String::as_str) {
        Some("true") => "deleted",
        _ if created.is_some() && created == changed => "created",
        _ => "updated",
    };
    let name = get(&["Subject", "Name", "Title", "FirstName"]);
    let name = match (record.fields.get("FirstName"), record.fields.get("LastName")) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (None, Some(last)) => Some(last.clone()),
        _ => name,
    };
    let id = get(&["Id"]);
    let number = get(&["CaseNumber", "OrderNumber", "ContractNumber", "QuoteNumber", "WorkOrderNumber"]);
    let key = number.or_else(|| id.clone()).unwrap_or_default();
    let state = get(&["Status", "StageName", "State", "Status__c"]);
    let text = get(&["Description", "Comments", "CommentBody", "Body"]).unwrap_or_else(|| {
        let known = [
            "Id",
            "Subject",
            "Name",
            "Title",
            "FirstName",
            "LastName",
            "Status",
            "StageName",
            "CreatedDate",
            "LastModifiedDate",
            "Priority",
            "Type",
            "Rating",
        ];
        let told =
            record.order.iter().filter(|it| !known.contains(&it.as_str()) && **it != "SystemModstamp" && !it.ends_with("Id"));
        let line = |name: &String| format!("{}: {}", name.trim_end_matches("__c").replace('_', " "), record.fields[name]);
        told.take(TOLD).map(line).collect::<Vec<_>>().join("\n")
    });
    let tags = [("Priority", "priority"), ("Type", "type"), ("Rating", "rating")];
    Event {
        id: record.notification.clone().unwrap_or_else(|| format!("{}-{index}", body::digest(delivery.body))),
        source: delivery.hook.to_owned(),
        kind: format!("{noun}.{verb}"),
        at: changed.and_then(|it| it.parse().ok()).unwrap_or(delivery.received),
        actor: get(&["LastModifiedBy", "OwnerName"]),
        actor_id: get(&["LastModifiedById"]),
        object: Object {
            title: name.filter(|it| *it != key).unwrap_or_else(|| match readable.is_empty() {
                true => "Record in Salesforce".to_owned(),
                false => format!("{readable} in Salesforce"),
            }),
            key,
            url: origin.zip(id.as_deref()).map(|(origin, id)| format!("{origin}/{}", body::encoded(id))),
            place: message.organization.clone().map(|it| format!("organization {it}")),
            state,
        },
        labels: tags.iter().filter_map(|(field, label)| Some(format!("{label}:{}", record.fields.get(*field)?))).collect(),
        text: payload::said(&text),
        ..Event::default()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::sources::deliver::{self, Request, SECRET};

    #[test]
    fn records_are_told() {
        deliver::check(
            &WEBHOOK,
            SECRET,
            "salesforce_cases",
            expect![[r#"
            key: 04l000000000000AAA 04l000000000001AAA
            case.created | by  (005000000000001AAA) | 00001026 Login fails & nobody gets in | https://demo.my.salesforce.com/500000000000001AAA | in organization 00D000000000001AAA | is New | labels priority:High | "Since this morning."
            opportunity.updated | 006000000000001AAA Apollo licences | https://demo.my.salesforce.com/006000000000001AAA | in organization 00D000000000001AAA | is Closed Won | "Amount: 1200.0\nCloseDate: 2026-11-20"
        "#]],
        );
        deliver::check(
            &WEBHOOK,
            SECRET,
            "salesforce_custom",
            expect![[r#"
                key: 04l000000000000AAA 04l000000000001AAA
                server_order.updated | a00000000000001AAA Server Order in Salesforce | https://demo.my.salesforce.com/a00000000000001AAA | in organization 00D000000000001AAA | "Rack Number: 17\nSite: North"
                lead.updated | 00Q000000000001AAA Ben Example | https://demo.my.salesforce.com/00Q000000000001AAA | in organization 00D000000000001AAA | is Working | labels rating:Hot
            "#]],
        );
    }

    #[test]
    fn what_is_no_message_is_refused_with_a_sentence() {
        for (body, expected) in [
            (
                "<Envelope><Body/></Envelope>",
                expect![[r#"
                key: none
                BadInput: This is no outbound message of Salesforce that I know: there is no Notification in it.
            "#]],
            ),
            (
                "{}",
                expect![[r#"
                key: none
                BadInput: This is no outbound message of Salesforce that I know: there is no Notification in it.
            "#]],
            ),
            (
                "<a></b>",
                expect![[r#"
                key: none
                BadInput: This is no outbound message of Salesforce that I know: ill-formed document: expected `</a>`, but `</b>` was found.
            "#]],
            ),
        ] {
            expected.assert_eq(&deliver::shown(&WEBHOOK, &Request::post(body).delivery()));
        }
        assert!((WEBHOOK.parse)(&Request::post("<a>".repeat(50_000)).delivery()).is_err());
    }

    #[test]
    fn entities_do_not_grow() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><notifications><Notification><Id>1</Id>
            <sObject xsi:type="sf:Case"><sf:Id>5</sf:Id><sf:Subject>a &amp; b&#33; &b;</sf:Subject></sObject></Notification></notifications>"#;
        let events = (WEBHOOK.parse)(&Request::post(bomb).delivery()).unwrap();
        assert_eq!(events[0].object.title, "a & b!");
    }

    #[test]
    fn samples_are_told_and_acknowledged() {
        for (name, sample) in deliver::samples("salesforce") {
            let request = Request::post(sample["body"].as_str().unwrap());
            let events = (WEBHOOK.parse)(&request.delivery()).unwrap();
            deliver::is_sound(&events[0]);
            assert!(events[0].object.url.is_some() && events[0].object.state.is_some(), "{name}");
            assert_eq!(acknowledge(&request.delivery()).body, sample["answer"].as_str().unwrap(), "{name}");
            deliver::survives_bytes(&WEBHOOK, &request);
        }
    }

    #[test]
    fn nothing_that_is_sent_does_harm() {
        deliver::survives_bytes(&WEBHOOK, &Request::fixture("salesforce_cases"));
        deliver::survives_bytes(&WEBHOOK, &Request::fixture("salesforce_custom"));
    }
}
