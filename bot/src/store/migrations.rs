//! The schema, a migration after the other: `migrations/sqlite/` and `migrations/postgres/`, embedded.
//!
//! What sqlx's `migrate!` reads from the folders is listed here: with its macros all of sqlx, a TLS and both databases would be
//! compiled a second time, for the compiler.

use std::{borrow::Cow, sync::LazyLock};

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migration's name, and its SQL for each database.
struct Written {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! written {
    ($($name:literal)*) => {
        &[$(Written {
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// Their files, oldest first; one that was released never changes.
const ALL: &[Written] = written! {
    "0001_delivery"
    "0002_forms_and_connections"
    "0003_shorthand"
    "0004_engine"
    "0005_schedules"
    "0006_slack_installs"
    "0007_people"
    "0009_documents"
    "0010_form_files"
    "0011_button_sets"
    "0012_sync"
    "0013_subscriptions"
    "0014_news"
    "0015_digest_times"
    "0016_hooks"
    "0017_direct"
    "0018_resources"
    "0019_permission"
    "0020_changes"
    "0021_setup"
    "0022_health"
    "0023_alerts"
    "0024_oncall"
    "0025_escalation"
    "0026_broadcast"
    "0028_oauth"
    "0030_page"
    "0031_planned"
    "0032_found_by"
    "0034_processes"
    "0036_acted"
    "0037_rowids"
    "0038_trace"
    "0039_dashboard"
    "0040_untold"
    "0041_whereabouts"
};

pub(super) static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(|it| it.sqlite));
pub(super) static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(|it| it.postgres));

/// Under the numbers and names that sqlx gives them of itself, by which a database knows those that it has.
fn migrator(sql: fn(&Written) -> &'static str) -> Migrator {
    let migration = |it: &Written| {
        let (version, name) = it.name.split_once('_').unwrap_or((it.name, ""));
        let description = Cow::Owned(name.replace('_', " "));
        Migration::new(version.parse().unwrap_or_default(), description, MigrationType::Simple, sql(it).into_sql_str(), false)
    };
    Migrator::with_migrations(ALL.iter().map(migration).collect())
}
