//! The schema is embedded in the binary: a new migration is a reason to compile again.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
