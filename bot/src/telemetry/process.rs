//! What this process takes of its machine, under the names that Prometheus's own libraries use:
//! <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>.
//!
//! Read from Linux's `/proc` (proc(5)); where there is none, nothing is said.

use std::fs;

/// Ticks a second of the times in `/proc/self/stat`: 100 on every Linux that a program sees.
const TICKS: f64 = 100.0;

/// In bytes and seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    pub resident: u64,
    /// The most that it ever was.
    pub most: u64,
    /// What the process may take, as its control group says; none without a limit.
    pub allowed: Option<u64>,
    pub cpu: f64,
    /// Since the epoch.
    pub started: f64,
    pub files: u64,
}

/// What it takes now.
pub fn usage() -> Option<Usage> {
    let read = |path: &str| fs::read_to_string(path).ok();
    let (status, stat) = (read("/proc/self/status")?, read("/proc/self/stat")?);
    let (cpu, since_boot) = times(&stat)?;
    let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    Some(Usage {
        resident: kilobytes(&status, "VmRSS:")?,
        most: kilobytes(&status, "VmHWM:")?,
        allowed: ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .into_iter()
            .find_map(|path| limit(&read(path)?)),
        cpu,
        started: read("/proc/stat").and_then(|it| boot(&it)).map_or(0.0, |boot| boot + since_boot),
        files: u64::try_from(files).unwrap_or_default(),
    })
}

/// Measures it for `/metrics`.
pub(super) fn measure() {
    let Some(usage) = usage() else { return };
    metrics::gauge!("process_resident_memory_bytes").set(usage.resident as f64);
    metrics::gauge!("process_start_time_seconds").set(usage.started);
    metrics::gauge!("process_open_fds").set(usage.files as f64);
    metrics::counter!("process_cpu_seconds_total").absolute(usage.cpu as u64);
}

pub(super) fn describe() {
    use metrics::Unit;
    metrics::describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory that the process takes");
    metrics::describe_gauge!("process_start_time_seconds", Unit::Seconds, "When the process began, since the epoch");
    metrics::describe_gauge!("process_open_fds", "Files and sockets that are open");
    metrics::describe_counter!("process_cpu_seconds_total", Unit::Seconds, "Processor time that the process took");
}

/// `VmRSS:     81234 kB`
fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|it| it.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// The processor time that was taken, and when the process began after the machine did. A program's name, in parentheses, may hold
/// anything.
fn times(stat: &str) -> Option<(f64, f64)> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    // utime, stime and starttime: the 14th, 15th and 22nd of all fields, of which two stand before.
    Some(((ticks(11)? + ticks(12)?) / TICKS, ticks(19)? / TICKS))
}

fn boot(stat: &str) -> Option<f64> {
    stat.lines().find_map(|it| it.strip_prefix("btime "))?.trim().parse().ok()
}

/// A limit; none where it is `max`, or as large as numbers are.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|it| *it < 1 << 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M03: as proc(5) writes it.
    #[test]
    fn what_linux_writes_is_read() {
        let status = "Name:\tbellhop\nVmHWM:\t  120000 kB\nVmRSS:\t   81234 kB\nThreads:\t9\n";
        assert_eq!((kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")), (Some(81_234 * 1024), Some(120_000 * 1024)));
        let stat = "1 (a (b) c) S 0 1 1 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 9 0 4242 1000 200";
        assert_eq!(times(stat), Some((3.0, 42.42)));
        assert_eq!(boot("cpu 1 2\nbtime 1795254000\nprocesses 7\n"), Some(1_795_254_000.0));
        assert_eq!([limit("max\n"), limit("268435456\n"), limit("9223372036854771712\n")], [None, Some(268_435_456), None]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_measured() {
        let usage = usage().expect("there is /proc");
        assert!(usage.resident > 1 << 20 && usage.most >= usage.resident && usage.files > 2, "{usage:?}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after it").as_secs_f64();
        assert!(usage.started > 1e9 && usage.started <= now + 1.0, "{usage:?}");
    }
}
