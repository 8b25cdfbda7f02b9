//! Reads Prometheus' text format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

/// A quantile of a histogram, linear within its bucket as Prometheus has it, or of a summary; over
/// all label values of the histogram. None where there is no such metric, or nothing in it.
pub fn quantile(metrics: &str, name: &str, quantile: f64) -> Option<f64> {
    let samples = |name: &str, label: &str| -> Vec<(f64, f64)> {
        let of_name = metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{'));
        let read = of_name.filter_map(|line| {
            let (labels, value) = line.rsplit_once("} ")?;
            let bound = labels.split(',').find_map(|it| it.strip_prefix(label)?.strip_prefix("=\"")?.strip_suffix('"'))?;
            let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().ok()? };
            Some((bound, value.trim().parse().ok()?))
        });
        read.collect()
    };
    let mut buckets: Vec<(f64, f64)> = Vec::new();
    for (bound, count) in samples(&format!("{name}_bucket"), "le") {
        match buckets.iter_mut().find(|it| it.0 == bound) {
            Some(bucket) => bucket.1 += count,
            None => buckets.push((bound, count)),
        }
    }
    if buckets.is_empty() {
        let nearest = |it: &(f64, f64)| (it.0 - quantile).abs() < 1e-9;
        return samples(name, "quantile").into_iter().find(nearest).map(|it| it.1).filter(|it| it.is_finite());
    }
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted = quantile * buckets.last().filter(|it| it.1 > 0.0)?.1;
    let (mut below, mut lower) = (0.0, 0.0);
    for (bound, count) in buckets {
        if count >= wanted {
            // Past the last boundary nobody knows where: it is no less than that.
            return Some(if bound.is_finite() { lower + (bound - lower) * (wanted - below) / (count - below) } else { lower });
        }
        (below, lower) = (count, bound);
    }
    None
}
