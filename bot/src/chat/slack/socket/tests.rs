//! Frames, and what becomes of their payloads.
