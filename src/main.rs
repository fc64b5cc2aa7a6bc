//! The `xraypack` program.

fn main() {}
