//! Boolean filters on events: `pulls -author:*[bot] (label:urgent or path:infra/**)`.

use crate::{Error, Event};

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(());

impl Filter {
    /// Everything passes.
    pub fn all() -> Filter {
        Filter(())
    }

    /// # Errors
    /// [`crate::ErrorKind::BadInput`], naming the word that is wrong and what can stand there.
    pub fn parse(text: &str) -> Result<Filter, Error> {
        let _ = text;
        unimplemented!()
    }

    pub fn matches(&self, event: &Event) -> bool {
        let _ = event;
        unimplemented!()
    }
}
