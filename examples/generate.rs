//! Makes reports to measure with:
//! `cargo run --release --example generate -- --out DIR [--format NAME] [--mb N] [--seed N] [--single | --small] [--zip]`.
//! `--format all` makes reports of every shape.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the command line")]

#[path = "../benches/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use support::{SHAPES, Shape};

struct Wish {
    out: PathBuf,
    what: What,
    bytes: u64,
    seed: u64,
    size: Size,
    zip: bool,
}

enum What {
    Shape(&'static Shape),
    All,
}

/// How large the reports are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Usual,
    /// A few cases each.
    Small,
    /// One report of all bytes.
    Single,
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
                "usage: generate --out DIR [--format {}|all] [--mb N] [--seed N] [--single | --small] [--zip]",
                names.join("|")
            );
            ExitCode::FAILURE
        }
    }
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let (mut out, mut format, mut megabytes, mut seed) = (None, "junit".to_owned(), 100, 1);
    let (mut size, mut zip) = (Size::Usual, false);
    while let Some(flag) = arguments.next() {
        match flag.as_str() {
            "--single" => size = Size::Single,
            "--small" => size = Size::Small,
            "--zip" => zip = true,
            "--out" | "--format" | "--mb" | "--seed" => {
                let value = arguments.next().ok_or_else(|| format!("{flag} has no value"))?;
                let number = || value.parse::<u64>().map_err(|_| format!("{flag} takes a number, not '{value}'"));
                match flag.as_str() {
                    "--out" => out = Some(PathBuf::from(value)),
                    "--format" => format = value,
                    "--mb" => megabytes = number()?,
                    _ => seed = number()?,
                }
            }
            _ => return Err(format!("there is no option {flag}")),
        }
    }
    let out = out.ok_or("--out is missing")?;
    let what = match Shape::called(&format) {
        Some(shape) => What::Shape(shape),
        None if format == "all" && size == Size::Usual => What::All,
        None if format == "all" => return Err("--format all makes reports of usual size".to_owned()),
        None => return Err(format!("there is no format '{format}'")),
    };
    Ok(Wish { out, what, bytes: megabytes * 1_000_000, seed, size, zip })
}

fn fulfil(wish: &Wish) -> Result<String, String> {
    let Wish { out, bytes, seed, .. } = wish;
    let made = match (&wish.what, wish.size) {
        (What::All, _) => support::fill_with_all(out, *seed, *bytes),
        (What::Shape(shape), Size::Usual) => shape.fill(out, *seed, *bytes),
        (What::Shape(shape), Size::Small) => shape.fill_with_small(out, *seed, *bytes),
        (What::Shape(shape), Size::Single) => shape.fill_with_one(out, *seed, *bytes).map(|bytes| (bytes, 1)),
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
