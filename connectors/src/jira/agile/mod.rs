//! What Jira Software adds: boards, sprints, the backlog, epics.
//! <https://developer.atlassian.com/cloud/jira/software/rest/>

pub mod backlog;
pub mod boards;
pub mod epics;
pub mod sprints;
