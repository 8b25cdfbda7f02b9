//! Certificates and keys as text (PEM, RFC 7468), also as fields of one line and environment variables leave it: with its lines
//! joined by blanks, or parted by a written `\n`.

const LINE: usize = 64;
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One certificate or key.
pub struct Section {
    /// `CERTIFICATE`, `PRIVATE KEY`, `RSA PRIVATE KEY`.
    pub label: String,
    /// The section in lines again, with its first and last.
    pub text: String,
}

/// All that there are in `text`, in their order; what stands between them is nothing to us.
pub fn sections(text: &str) -> Vec<Section> {
    let text = text.replace("\\r", "\r").replace("\\n", "\n");
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, from)) = rest.split_once(BEGIN) {
        let Some((label, from)) = from.split_once(DASHES) else { break };
        let Some((inside, after)) = from.split_once(&format!("{END}{label}{DASHES}")) else { break };
        found.push(Section { label: label.into(), text: lines(label, inside) });
        rest = after;
    }
    found
}

fn lines(label: &str, inside: &str) -> String {
    // A key locked the old way has headers before its text, and is not for us.
    let inside: Vec<char> = match inside.contains(':') {
        true => return format!("{BEGIN}{label}{DASHES}{inside}{END}{label}{DASHES}\n"),
        false => inside.chars().filter(|it| !it.is_whitespace()).collect(),
    };
    let lines: String = inside.chunks(LINE).flat_map(|line| line.iter().copied().chain(['\n'])).collect();
    format!("{BEGIN}{label}{DASHES}\n{lines}{END}{label}{DASHES}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../github/fixtures/app.pem");

    #[test]
    fn lines_that_were_lost_are_found_again() {
        let mangled = [
            KEY.to_owned(),
            KEY.replace('\n', " "),
            KEY.replace('\n', ""),
            KEY.replace('\n', "\\n"),
            KEY.replace('\n', "\\r\\n"),
            format!("subject=/CN=bot\n{KEY}\n\nthat was it"),
        ];
        for text in mangled {
            let all = sections(&text);
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!(all[0].text, KEY, "{text}");
        }
    }

    #[test]
    fn sections_are_told_apart_and_half_a_one_is_none() {
        let text = "-----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE----------BEGIN PRIVATE KEY----- BBBB -----END PRIVATE KEY-----";
        let labels: Vec<String> = sections(text).into_iter().map(|it| it.label).collect();
        assert_eq!(labels, ["CERTIFICATE", "PRIVATE KEY"]);
        for broken in [
            "",
            "-----BEGIN ",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----",
            "AAAA",
        ] {
            assert!(sections(broken).is_empty(), "{broken}");
        }
        let locked = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----";
        assert!(sections(locked)[0].text.contains("Proc-Type: 4,ENCRYPTED\n"));
    }
}
