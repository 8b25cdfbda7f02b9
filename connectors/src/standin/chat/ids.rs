//! Ids that look like the real ones, and are the same for the same seed.

/// A small deterministic generator (splitmix64): the simulators want repeatable, not secret.
pub struct Ids(u64);

impl Ids {
    pub fn seeded(seed: u64) -> Ids {
        Ids(seed)
    }

    /// Other ids from here on, the same for the same `run`; those of run 0 go on as they would.
    pub fn of_run(self, run: u32) -> Ids {
        if run == 0 { self } else { Ids(self.0 ^ Ids(run.into()).next()) }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// `C0A1B2C3D4E`: a prefix, `0`, and ten characters, as Slack's are.
    pub fn slack(&mut self, prefix: &str) -> String {
        format!("{prefix}0{}", self.characters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9))
    }

    pub fn alphanumeric(&mut self, length: usize) -> String {
        self.characters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    pub fn hexadecimal(&mut self, length: usize) -> String {
        self.characters(b"0123456789abcdef", length)
    }

    pub fn digits(&mut self, length: usize) -> String {
        self.characters(b"123456789", length)
    }

    fn characters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[(self.next() % alphabet.len() as u64) as usize])).collect()
    }
}
