//! people

pub mod audit;
