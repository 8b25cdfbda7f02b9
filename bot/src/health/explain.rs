//! Which failure explains which: what others need is the root, and one message about it says what fails with it.

use std::collections::{BTreeMap, BTreeSet};

/// What needs what, by names; [`Graph::root`] follows it as far as things fail.
#[derive(Clone, Debug, Default)]
pub struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    pub fn add(&mut self, name: &str, needs: &str) {
        if name != needs {
            self.0.entry(name.to_owned()).or_default().insert(needs.to_owned());
        }
    }

    /// Everything that `name` needs, directly or not.
    pub fn needs(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut left = vec![name];
        while let Some(next) = left.pop() {
            for need in self.0.get(next).into_iter().flatten() {
                if need != name && found.insert(need.clone()) {
                    left.push(need);
                }
            }
        }
        found
    }

    /// Everything that needs `name`, directly or not.
    pub fn dependents(&self, name: &str) -> BTreeSet<String> {
        self.0.keys().filter(|it| *it != name && self.needs(it).contains(name)).cloned().collect()
    }

    /// What explains the failure of `name`: the failing need that itself has no failing need. Of several the first by name; none
    /// where all that it needs works. Of things that need each other, the first by name explains the others.
    pub fn root(&self, name: &str, fails: &dyn Fn(&str) -> bool) -> Option<String> {
        let failing: BTreeSet<String> = self.needs(name).into_iter().filter(|it| fails(it)).collect();
        let is_root = |it: &&String| {
            !self.needs(it).iter().any(|need| need != name && failing.contains(need) && !self.needs(need).contains(*it))
        };
        let root = failing.iter().find(is_root).or(failing.first())?;
        // In a circle somebody has to be told of.
        (!self.needs(root).contains(name) || root.as_str() < name).then(|| root.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (name, needs) in edges {
            graph.add(name, needs);
        }
        graph
    }

    #[test]
    fn the_deepest_failure_is_the_root() {
        let graph = graph(&[("ci", "git"), ("git", "storage"), ("wiki", "storage"), ("ci", "chat")]);
        let root = |name: &str, failed: &[&str]| graph.root(name, &|it| failed.contains(&it));
        assert_eq!(root("ci", &["ci", "git", "storage"]).as_deref(), Some("storage"));
        assert_eq!(root("ci", &["ci", "git"]).as_deref(), Some("git"));
        assert_eq!(root("ci", &["ci", "storage"]).as_deref(), Some("storage"), "though what is between works");
        assert_eq!(root("ci", &["ci"]), None);
        assert_eq!(root("storage", &["storage", "ci"]), None);
        assert_eq!(graph.dependents("storage").into_iter().collect::<Vec<_>>(), ["ci", "git", "wiki"]);
    }

    #[test]
    fn in_a_circle_one_is_told() {
        let graph = graph(&[("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")]);
        let told: Vec<&str> = ["a", "b", "c"].into_iter().filter(|it| graph.root(it, &|_| true).is_none()).collect();
        assert_eq!(told, ["a"]);
    }

    proptest! {
        #[test]
        fn of_whatever_fails_somebody_is_told(edges in prop::collection::vec((0_u8..8, 0_u8..8), 0..20), failed in prop::collection::btree_set(0_u8..8, 1..8)) {
            let mut graph = Graph::default();
            for (name, needs) in edges {
                graph.add(&name.to_string(), &needs.to_string());
            }
            let failed: BTreeSet<String> = failed.into_iter().map(|it| it.to_string()).collect();
            let fails = |it: &str| failed.contains(it);
            let roots: Vec<_> = failed.iter().map(|it| graph.root(it, &fails)).collect();
            prop_assert!(roots.iter().any(Option::is_none), "nobody is told of {:?}", failed);
            for root in roots.into_iter().flatten() {
                prop_assert!(failed.contains(&root));
            }
        }
    }
}
