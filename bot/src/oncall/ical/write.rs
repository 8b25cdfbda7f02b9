//! Writing a calendar.

use jiff::Timestamp;

use super::Event;

/// As long as a line may be, in bytes, without what ends it.
const LINE: usize = 75;

/// A calendar of that name. Programs that follow it are asked to look again every hour
/// (<https://www.rfc-editor.org/rfc/rfc7986#section-5.7>).
pub fn write(name: &str, events: &[Event], now: Timestamp) -> String {
    let mut text = String::new();
    let mut put = |line: &str| fold(&mut text, line);
    put("BEGIN:VCALENDAR");
    put("VERSION:2.0");
    put("PRODID:-//Bellhop//On call//EN");
    put("CALSCALE:GREGORIAN");
    put("METHOD:PUBLISH");
    put(&format!("NAME:{}", escaped(name)));
    put(&format!("X-WR-CALNAME:{}", escaped(name)));
    put("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    put("X-PUBLISHED-TTL:PT1H");
    for event in events {
        put("BEGIN:VEVENT");
        put(&format!("UID:{}", escaped(&event.uid)));
        put(&format!("DTSTAMP:{}", stamp(now)));
        put(&format!("DTSTART:{}", stamp(event.from)));
        put(&format!("DTEND:{}", stamp(event.until)));
        put(&format!("SUMMARY:{}", escaped(&event.summary)));
        for attendee in &event.attendees {
            put(&format!("ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:{}", address(attendee)));
        }
        // Being on call takes no time that others could ask for.
        put("TRANSP:TRANSPARENT");
        put("END:VEVENT");
    }
    put("END:VCALENDAR");
    text
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value; control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | ';' | ',' => out.extend(['\\', it]),
            '\n' => out.push_str("\\n"),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}

fn address(text: &str) -> String {
    text.chars().filter(|it| !it.is_control() && !it.is_whitespace() && !matches!(it, '"' | ',' | ';')).collect()
}

/// A line in pieces of at most 75 bytes, none within a character.
fn fold(text: &mut String, line: &str) {
    let mut room = LINE;
    for it in line.chars() {
        if it.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        text.push(it);
        room -= it.len_utf8();
    }
    text.push_str("\r\n");
}
