//! Conformance over `ALL`.
