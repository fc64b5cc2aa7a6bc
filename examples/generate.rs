//! Makes reports to measure with:
//! `cargo run --release --example generate -- --out DIR [--format NAME] [--mb N] [--seed N] [--single] [--zip]`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the command line")]

#[path = "../benches/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use support::{SHAPES, Shape};

struct Wish {
    out: PathBuf,
    shape: &'static Shape,
    bytes: u64,
    seed: u64,
    /// One report instead of many.
    single: bool,
    zip: bool,
}

fn main() -> ExitCode {
    match wish(std::env::args().skip(1)).and_then(|wish| fulfil(&wish)) {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            let names: Vec<_> = SHAPES.iter().map(|shape| shape.name).collect();
            eprintln!("failed to generate: {why}");
            eprintln!(
                "usage: generate --out DIR [--format {}] [--mb N] [--seed N] [--single] [--zip]",
                names.join("|")
            );
            ExitCode::FAILURE
        }
    }
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let (mut out, mut format, mut megabytes, mut seed) = (None, "junit".to_owned(), 100, 1);
    let (mut single, mut zip) = (false, false);
    while let Some(flag) = arguments.next() {
        match flag.as_str() {
            "--single" => {
                single = true;
                continue;
            }
            "--zip" => {
                zip = true;
                continue;
            }
            _ => {}
        }
        let value = arguments.next().ok_or_else(|| format!("{flag} has no value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{flag} takes a number, not '{value}'"));
        match flag.as_str() {
            "--out" => out = Some(PathBuf::from(value)),
            "--format" => format = value,
            "--mb" => megabytes = number()?,
            "--seed" => seed = number()?,
            _ => return Err(format!("there is no option {flag}")),
        }
    }
    let out = out.ok_or("--out is missing")?;
    let shape = Shape::called(&format).ok_or_else(|| format!("there is no format '{format}'"))?;
    Ok(Wish { out, shape, bytes: megabytes * 1_000_000, seed, single, zip })
}

fn fulfil(wish: &Wish) -> Result<String, String> {
    let made = if wish.single {
        wish.shape.fill_with_one(&wish.out, wish.seed, wish.bytes).map(|bytes| (bytes, 1))
    } else {
        wish.shape.fill(&wish.out, wish.seed, wish.bytes)
    };
    let (bytes, reports) = made.map_err(|error| error.to_string())?;
    let mut done = format!("{reports} reports, {bytes} bytes in {}", wish.out.display());
    if wish.zip {
        let archive = wish.out.with_extension("zip");
        support::pack(&wish.out, &archive).map_err(|error| error.to_string())?;
        done.push_str(&format!(", packed into {}", archive.display()));
    }
    Ok(done)
}
