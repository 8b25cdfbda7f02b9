//! XML as WebDAV uses it: small trees of elements with namespaces.

use quick_xml::{
    NsReader,
    escape::{escape, resolve_predefined_entity},
    events::Event,
    name::ResolveResult,
};

pub(in crate::nextcloud) const DAV: &str = "DAV:";
pub(in crate::nextcloud) const OWNCLOUD: &str = "http://owncloud.org/ns";
pub(in crate::nextcloud) const NEXTCLOUD: &str = "http://nextcloud.org/ns";

/// Declared at the root of everything that we write.
pub(in crate::nextcloud) const NAMESPACES: &str =
    "xmlns:d=\"DAV:\" xmlns:oc=\"http://owncloud.org/ns\" xmlns:nc=\"http://nextcloud.org/ns\"";

/// Deeper than any answer of WebDAV, and no danger to the stack.
const DEEPEST: usize = 64;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::nextcloud) struct Element {
    pub namespace: String,
    pub name: String,
    /// All text directly in it.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The document's root; none where it is no XML, or deeper than any answer.
    pub fn parse(document: &[u8]) -> Option<Element> {
        let mut reader = NsReader::from_str(std::str::from_utf8(document).ok()?);
        // The last one is what stands open; the first is none, and holds the root.
        let mut open = vec![Element::default()];
        loop {
            let (namespace, event) = reader.read_resolved_event().ok()?;
            let namespace = match namespace {
                ResolveResult::Bound(it) => it.into_inner().to_owned(),
                _ => String::new(),
            };
            match event {
                Event::Start(it) => {
                    if open.len() > DEEPEST {
                        return None;
                    }
                    open.push(Element { namespace, name: it.local_name().into_inner().to_owned(), ..Element::default() });
                }
                Event::Empty(it) => {
                    let name = it.local_name().into_inner().to_owned();
                    open.last_mut()?.children.push(Element { namespace, name, ..Element::default() });
                }
                Event::End(_) => {
                    let closed = open.pop()?;
                    open.last_mut()?.children.push(closed);
                }
                Event::Text(it) => open.last_mut()?.text.push_str(&it.xml10_content()),
                Event::CData(it) => open.last_mut()?.text.push_str(&it.xml10_content()),
                Event::GeneralRef(it) => {
                    let text = &mut open.last_mut()?.text;
                    match it.resolve_char_ref().ok()? {
                        Some(character) => text.push(character),
                        // An entity of a document's own would be a way to make us write much: there are none.
                        None => text.push_str(resolve_predefined_entity(&it.xml10_content())?),
                    }
                }
                Event::Eof => break,
                Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
            }
        }
        let [root] = <[Element; 1]>::try_from(open).ok()?;
        root.children.into_iter().next()
    }

    /// The first child of that name, whatever its namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|it| it.name == name)
    }

    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |it| it.name == name)
    }

    /// The text of the first child of that name, without space around it; none where it is empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|it| it.text.trim()).filter(|it| !it.is_empty())
    }
}

/// Text for between tags.
pub(in crate::nextcloud) fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

/// Whether this can be a property's local name (XML 1.0, without the rarer letters).
pub(in crate::nextcloud) fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_alphabetic() || it == '_')
        && text.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_read_with_their_namespaces_and_texts() {
        let document =
            br#"<?xml version="1.0"?><d:a xmlns:d="DAV:"><b xmlns="urn:x">1 &lt; 2 &#228;<![CDATA[<c>]]></b><d:empty/></d:a>"#;
        let root = Element::parse(document).unwrap();
        assert_eq!((root.namespace.as_str(), root.name.as_str()), (DAV, "a"));
        let b = root.child("b").unwrap();
        assert_eq!((b.namespace.as_str(), b.text.as_str()), ("urn:x", "1 < 2 \u{e4}<c>"));
        assert_eq!(root.children[1].name, "empty");
        assert_eq!(root.text_of("empty"), None);
    }

    #[test]
    fn what_is_no_good_document_is_none() {
        for document in ["", "no", "<a>", "<a></b>", "<a>&own;</a>", "{\"a\":1}"] {
            assert_eq!(Element::parse(document.as_bytes()), None, "{document}");
        }
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        assert_eq!(Element::parse(deep.as_bytes()), None);
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        assert_eq!(Element::parse(bomb.as_bytes()), None);
    }

    #[test]
    fn only_names_are_names() {
        for (text, good) in
            [("color", true), ("Größe", true), ("x-1.2", true), ("1x", false), ("a b", false), ("a:b", false), ("", false)]
        {
            assert_eq!(is_name(text), good, "{text}");
        }
        assert_eq!(escaped("<a> & \"b\""), "&lt;a&gt; &amp; &quot;b&quot;");
    }
}
