//! The markup of Data Center's texts, by way of the document format: what people write in Markdown becomes markup, and
//! markup becomes Markdown. <https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all>

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::read;
pub(super) use write::write;
