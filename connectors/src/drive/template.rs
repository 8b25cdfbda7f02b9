//! Templates of a project's folders, as an administrator writes them:
//!
//! ```text
//! standard:
//!   01 Brief
//!   02 Design
//!     Drafts
//!   03 Delivery {project}
//! event: https://drive.google.com/drive/folders/1AbC…
//! ```
//!
//! Folders are indented by their depth, `{project}` becomes the project's name, and a link after the colon
//! names a folder that is copied with all that is in it.

use super::param;

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    pub name: String,
    pub tree: Tree,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Folders by their path, each after the one it is in.
    Folders(Vec<Vec<String>>),
    /// The folder with this id, to be copied.
    Copy(String),
}

/// Reads the setting.
///
/// # Errors
/// A sentence that names the line.
pub(super) fn read(text: &str) -> Result<Vec<Template>, String> {
    let mut templates: Vec<Template> = Vec::new();
    // How far each folder on the way to the last one is indented.
    let mut depths: Vec<usize> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, it)| !it.trim().is_empty()) {
        let refused = |why: &str| Err(format!("`templates` cannot be read at line {} (`{}`): {why}", number + 1, line.trim()));
        let indent = line.chars().take_while(|it| it.is_whitespace()).map(|it| if it == '\t' { 4 } else { 1 }).sum::<usize>();
        let name = line.trim();
        if indent == 0 {
            let Some((name, link)) = name.split_once(':') else {
                return refused("a template begins with its name and a colon, and its folders are indented below it.");
            };
            let tree = match (link.trim(), param::id_in(link)) {
                ("", _) => Tree::Folders(Vec::new()),
                (_, Some(id)) => Tree::Copy(id),
                (_, None) => return refused("after the colon stands nothing, or the link of a folder to copy."),
            };
            if templates.iter().any(|it| it.name.eq_ignore_ascii_case(name.trim())) {
                return refused("there is a template of that name above.");
            }
            templates.push(Template { name: name.trim().to_owned(), tree });
            depths.clear();
            continue;
        }
        let Some(Template { tree: Tree::Folders(folders), .. }) = templates.last_mut() else {
            return refused("it is indented, but stands below no template of folders.");
        };
        while depths.last().is_some_and(|it| *it >= indent) {
            depths.pop();
        }
        let mut path: Vec<String> = folders.last().map(|it| it[..depths.len()].to_vec()).unwrap_or_default();
        depths.push(indent);
        path.push(name.to_owned());
        if folders.contains(&path) {
            return refused("that folder is there twice.");
        }
        folders.push(path);
    }
    match templates.iter().find(|it| it.tree == Tree::Folders(Vec::new())) {
        Some(empty) => Err(format!("The template `{}` has no folders: indent them below it.", empty.name)),
        None => Ok(templates),
    }
}

/// A name in a template, for the project.
pub(super) fn named(name: &str, project: &str) -> String {
    name.replace("{project}", project)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Err(why) => why,
            Ok(all) => all
                .iter()
                .map(|it| match &it.tree {
                    Tree::Copy(id) => format!("{} copies {id}", it.name),
                    Tree::Folders(all) => {
                        format!("{}: {}", it.name, all.iter().map(|it| it.join("/")).collect::<Vec<_>>().join(", "))
                    }
                })
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    #[test]
    fn templates_are_read_by_their_indentation() {
        for (text, expected) in [
            ("", ""),
            ("a:\n  1\n  2\n    x\n      deep\n    y\n  3\n\nb:\n\tz", "a: 1, 2, 2/x, 2/x/deep, 2/y, 3; b: z"),
            ("a: https://drive.google.com/drive/folders/1Template0000000000000000A", "a copies 1Template0000000000000000A"),
            // Less than before, and more than the one above: below that.
            ("a:\n    1\n      x\n   2", "a: 1, 1/x, 2"),
            (
                "1",
                "`templates` cannot be read at line 1 (`1`): a template begins with its name and a colon, and its folders are indented below it.",
            ),
            ("  1", "`templates` cannot be read at line 1 (`1`): it is indented, but stands below no template of folders."),
            ("a:\n  1\na:\n  2", "`templates` cannot be read at line 3 (`a:`): there is a template of that name above."),
            ("a:\n  1\n  1", "`templates` cannot be read at line 3 (`1`): that folder is there twice."),
            (
                "a: b",
                "`templates` cannot be read at line 1 (`a: b`): after the colon stands nothing, or the link of a folder to copy.",
            ),
            ("a:", "The template `a` has no folders: indent them below it."),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
