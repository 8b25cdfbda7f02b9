//! Signatures and tokens of requests that reach us, compared in constant time.
