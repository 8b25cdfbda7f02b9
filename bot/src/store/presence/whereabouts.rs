//! Where a process runs, so that another one on the same machine can tell whether it still does.
//!
//! From Linux's `/proc` (proc(5), namespaces(7)). A number is given to another process in time, but not with the same time of start;
//! and it means something only to processes of the same boot and the same process namespace. Those of another user may be hidden
//! (`hidepid`), so only those of the same user are looked for.

use std::{fs, io::ErrorKind, os::unix::fs::MetadataExt, path::Path};

/// `BOOT NAMESPACE USER PID START`: the boot's id, the inode of the process namespace, the user's number, and the time of start in the
/// kernel's ticks since the boot.
pub(super) fn own() -> Option<String> {
    of(std::process::id())
}

fn of(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, start) = state(&stat)?;
    Some(format!("{} {pid} {start}", here()?))
}

/// Whether the process at these whereabouts has certainly ended; false where that cannot be seen from here.
pub(super) fn is_ended(whereabouts: &str) -> bool {
    ended(whereabouts).unwrap_or(false)
}

fn ended(whereabouts: &str) -> Option<bool> {
    let (rest, start) = whereabouts.rsplit_once(' ')?;
    let (there, pid) = rest.rsplit_once(' ')?;
    if there != here()? {
        return None;
    }
    let pid: u32 = pid.parse().ok()?;
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        // One that its parent has not asked for yet does nothing more.
        Ok(stat) => state(&stat).map(|(state, now)| now != start || matches!(state, "Z" | "X")),
        Err(err) => Some(err.kind() == ErrorKind::NotFound),
    }
}

fn here() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::metadata("/proc/self/ns/pid").ok()?.ino();
    let user = fs::metadata(Path::new("/proc/self")).ok()?.uid();
    Some(format!("{} {namespace} {user}", boot.trim()))
}

/// The third field of a `stat` and the twenty-second: the state, and the time of start.
fn state(stat: &str) -> Option<(&str, &str)> {
    // The second is a name in brackets, which may have spaces and brackets of its own.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.first()?, fields.get(19)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_seen_to_end_and_one_that_cannot_be_seen_is_not() {
        assert!(!is_ended(&own().expect("ours")));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("a process");
        let there = of(child.id()).expect("its whereabouts");
        assert!(!is_ended(&there));
        child.kill().expect("killed");
        // A zombie until somebody asks.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !is_ended(&there) {
            assert!(std::time::Instant::now() < end, "a killed process ends");
            std::thread::yield_now();
        }
        child.wait().expect("its end");
        assert!(is_ended(&there), "and is gone then");

        let (rest, start) = there.rsplit_once(' ').expect("fields");
        let own = own().expect("ours");
        let ours: Vec<&str> = own.split(' ').collect();
        let [boot, namespace, user, pid, _] = ours[..] else { panic!("{own}") };
        assert!(is_ended(&format!("{boot} {namespace} {user} {pid} 1")), "its number is another's now");
        for elsewhere in [
            format!("{rest}x {start}"),
            format!("00000000-0000-0000-0000-000000000000 {namespace} {user} 1 {start}"),
            format!("{boot} 1 {user} 1 {start}"),
            format!("{boot} {namespace} 4294967294 1 {start}"),
            String::new(),
            "somewhere".into(),
        ] {
            assert!(!is_ended(&elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn names_may_have_brackets_and_spaces() {
        let rest: Vec<String> = (4..=30).map(|it| it.to_string()).collect();
        assert_eq!(state(&format!("7 (a) R (b c)) S {}", rest.join(" "))), Some(("S", "22")));
        assert_eq!(state("7 (a"), None);
    }
}
