//! At the boundary: Slack's requests in, Slack's API out.
