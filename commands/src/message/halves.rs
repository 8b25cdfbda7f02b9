//! A block in two, for chats whose messages take less than a block holds.

use super::{Block, Span, Text};

impl Block {
    /// Two blocks that say the same, the first as its beginning; none of what has no middle.
    ///
    /// Text is divided at the line or the space that is nearest to its middle, a table with its header in both.
    pub fn halves(&self) -> Option<[Block; 2]> {
        Some(match self {
            Block::Heading(text) => Block::Paragraph(Text::new().bold(text.clone())).halves()?,
            Block::Paragraph(text) => text.halves()?.map(Block::Paragraph),
            Block::Quote(text) => text.halves()?.map(Block::Quote),
            Block::Context(text) => text.halves()?.map(Block::Context),
            Block::Code(code) => middle(code)?.map(|it| Block::Code(it.to_owned())),
            Block::List(items) => match items.as_slice() {
                [] => return None,
                [one] => one.halves()?.map(|it| Block::List(vec![it])),
                items => in_two(items).map(Block::List),
            },
            Block::Facts(facts) => match facts.as_slice() {
                [] => return None,
                [(name, value)] => value.halves()?.map(|it| Block::Facts(vec![(name.clone(), it)])),
                facts => in_two(facts).map(Block::Facts),
            },
            Block::Table { header, rows } if rows.len() > 1 => {
                in_two(rows).map(|rows| Block::Table { header: header.clone(), rows })
            }
            Block::Buttons(buttons) if buttons.len() > 1 => in_two(buttons).map(Block::Buttons),
            Block::Menu { label, options } if options.len() > 1 => {
                in_two(options).map(|options| Block::Menu { label: label.clone(), options })
            }
            Block::Table { .. } | Block::Buttons(_) | Block::Menu { .. } | Block::Divider | Block::Image { .. } => return None,
            Block::Document { .. } => return None,
        })
    }
}

impl Text {
    /// Divided between two spans, or within the one that spans the middle.
    fn halves(&self) -> Option<[Text; 2]> {
        let width = |span: &Span| Text(vec![span.clone()]).to_plain().chars().count();
        let total: usize = self.0.iter().map(width).sum();
        let mut before = 0;
        for (at, span) in self.0.iter().enumerate() {
            let wide = width(span);
            if (before + wide) * 2 < total {
                before += wide;
                continue;
            }
            let pieces = match span {
                Span::Plain(text) => middle(text).map(|it| it.map(|it| Span::Plain(it.to_owned()))),
                Span::Bold(text) => middle(text).map(|it| it.map(|it| Span::Bold(it.to_owned()))),
                Span::Italic(text) => middle(text).map(|it| it.map(|it| Span::Italic(it.to_owned()))),
                Span::Code(text) => middle(text).map(|it| it.map(|it| Span::Code(it.to_owned()))),
                Span::Link { .. } | Span::Person { .. } | Span::Time(_) => None,
            };
            return match pieces {
                // A span that is most of the text is divided itself; else the text is divided beside it.
                Some([first, last]) if wide * 2 > total || self.0.len() == 1 => {
                    let head = self.0[..at].iter().cloned().chain([first]).collect();
                    let tail = std::iter::once(last).chain(self.0[at + 1..].iter().cloned()).collect();
                    Some([Text(head), Text(tail)])
                }
                _ => {
                    let at = if at == 0 { 1 } else { at };
                    (at < self.0.len()).then(|| [Text(self.0[..at].to_vec()), Text(self.0[at..].to_vec())])
                }
            };
        }
        None
    }
}

/// Divided at the line break that is nearest to the middle, else at a space, else between two characters.
fn middle(text: &str) -> Option<[&str; 2]> {
    let half = text.len() / 2;
    let near = |wanted: char, reach: usize| {
        let found = text.match_indices(wanted).map(|(at, _)| at).min_by_key(|at| at.abs_diff(half));
        found.filter(|at| *at > 0 && at + 1 < text.len() && at.abs_diff(half) <= reach)
    };
    if let Some(at) = near('\n', half).or_else(|| near(' ', half / 2)) {
        return Some([&text[..at], &text[at + 1..]]);
    }
    let at = text.char_indices().map(|(at, _)| at).filter(|at| *at > 0).min_by_key(|at| at.abs_diff(half))?;
    Some([&text[..at], &text[at..]])
}

fn in_two<T: Clone>(items: &[T]) -> [Vec<T>; 2] {
    let (first, last) = items.split_at(items.len() / 2);
    [first.to_vec(), last.to_vec()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(block: &Block) -> String {
        crate::Message::new().block(block.clone()).to_plain(&[]).split_whitespace().collect()
    }

    /// Divided until nothing has a middle any more, or is short.
    fn divided(block: Block, room: usize, out: &mut Vec<Block>) {
        if words(&block).chars().count() > room
            && let Some([first, last]) = block.halves()
        {
            divided(first, room, out);
            return divided(last, room, out);
        }
        out.push(block);
    }

    #[test]
    fn halves_are_divided_where_people_would() {
        let code = |text: &str| Block::Code(text.into());
        assert_eq!(code("one\ntwo\nthree\nfour").halves(), Some([code("one\ntwo"), code("three\nfour")]));
        let paragraph = |text: &str| Block::Paragraph(text.into());
        assert_eq!(paragraph("one two three").halves(), Some([paragraph("one two"), paragraph("three")]));
        assert_eq!(paragraph("éé").halves(), Some([paragraph("é"), paragraph("é")]));
        assert_eq!(paragraph("x").halves(), None);
        let table = |rows: &[&str]| Block::Table {
            header: vec!["a".into()],
            rows: rows.iter().map(|it| vec![Text::from(*it)]).collect(),
        };
        assert_eq!(table(&["1", "2", "3"]).halves(), Some([table(&["1"]), table(&["2", "3"])]));
        assert_eq!(table(&["1"]).halves(), None);
        let link = Text::new().link("https://example.org", "a long label that is whole").plain(" after");
        assert_eq!(
            Block::Paragraph(link.clone()).halves(),
            Some([Block::Paragraph(Text(link.0[..1].to_vec())), paragraph(" after")])
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(parts in prop::collection::vec((0..4u8, "[a-zé \n]{0,60}"), 1..8), room in 1..80usize) {
            let text = parts.into_iter().fold(Text::new(), |text, (kind, words)| match kind {
                0 => text.plain(words),
                1 => text.bold(words),
                2 => text.code(words),
                _ => text.italic(words),
            });
            for block in [Block::Paragraph(text.clone()), Block::Code(text.to_plain())] {
                let mut out = Vec::new();
                divided(block.clone(), room, &mut out);
                prop_assert_eq!(out.iter().map(words).collect::<String>(), words(&block));
                prop_assert!(out.iter().all(|it| words(it).chars().count() <= room.max(1)), "{:?}", out);
            }
        }
    }
}
