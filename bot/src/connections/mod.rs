//! connections

mod seal;
mod store;

pub use self::{
    seal::MasterKey,
    store::{Change, Connection, Rotated, Summary, Vault},
};

#[cfg(test)]
mod tests;
