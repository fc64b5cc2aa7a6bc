//! `--limit NAME=VALUE`, and `xraypack limits`: the bounds on what is taken from strangers' input.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use serde::Serialize;
use xraypack::model::{Limit, Unit};

use super::choices::OutputChoice;
use super::exit::{Ending, Failure};
use super::size::Size;
use super::table::{Align, Table};
use super::terminal::{Printer, Terminal};

/// A limit and the value that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitValue {
    /// Which limit.
    pub limit: Limit,
    /// Its value.
    pub value: u64,
}

impl FromStr for LimitValue {
    type Err = String;

    fn from_str(text: &str) -> Result<LimitValue, String> {
        let (name, value) = text.split_once('=').ok_or("a limit and a value are expected, such as entry-bytes=1GiB")?;
        let name = name.trim();
        let limit = Limit::ALL.iter().copied().find(|limit| limit.name() == name).ok_or_else(|| {
            let names: Vec<_> = Limit::ALL.iter().map(|limit| limit.name()).collect();
            format!("the limits are {}", names.join(", "))
        })?;
        let value = match limit.unit() {
            Unit::Bytes => value.parse::<Size>()?.get(),
            Unit::Count => value.trim().parse().map_err(|_| format!("{name} is a whole number"))?,
        };
        match limit.most().filter(|most| value > *most) {
            Some(most) => Err(format!("{name} can only be lowered: at most {} are kept", shown(limit, most))),
            None => Ok(LimitValue { limit, value }),
        }
    }
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.limit.name(), shown(self.limit, self.value))
    }
}

/// A limit that is given two values, if there is one.
pub fn named_twice(values: &[LimitValue]) -> Option<Limit> {
    let repeated =
        |(place, value): (usize, &LimitValue)| values[..place].iter().any(|other| other.limit == value.limit);
    values.iter().enumerate().find(|&pair| repeated(pair)).map(|(_, value)| value.limit)
}

fn shown(limit: Limit, value: u64) -> String {
    match limit.unit() {
        Unit::Bytes => Size::bytes(value).to_string(),
        Unit::Count => value.to_string(),
    }
}

/// What `limits` is asked for.
#[derive(Debug, Args)]
pub struct LimitsArgs {
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// One limit, as it is shown.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    unit: &'static str,
    default: u64,
    about: &'static str,
    #[serde(skip)]
    shown: String,
}

/// The JSON of `limits --format json`.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    limits: &'r [Row],
}

impl From<Limit> for Row {
    fn from(limit: Limit) -> Row {
        let unit = match limit.unit() {
            Unit::Bytes => "bytes",
            Unit::Count => "count",
        };
        let default = limit.default();
        Row { name: limit.name(), unit, default, about: limit.about(), shown: shown(limit, default) }
    }
}

/// Runs the command.
pub fn run(args: &LimitsArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    let rows: Vec<Row> = Limit::ALL.iter().copied().map(Row::from).collect();
    match args.format {
        OutputChoice::Json => terminal.out.json(&Document { schema: "xraypack/limits/1", limits: &rows })?,
        OutputChoice::Human => write_human(&rows, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

fn write_human(rows: &[Row], out: &mut Printer) -> std::io::Result<()> {
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]);
    for row in rows {
        table.row([row.name, &row.shown, row.about]);
    }
    for line in table.lines(0) {
        out.line(format_args!("{line}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_unit_of_their_limit() {
        let value: LimitValue = "entry-bytes=1GiB".parse().unwrap();
        assert_eq!(value, LimitValue { limit: Limit::EntryBytes, value: 1 << 30 });
        assert_eq!(value.to_string(), "entry-bytes=1GiB");
        assert_eq!(" ratio = 50".parse(), Ok(LimitValue { limit: Limit::Ratio, value: 50 }));
        assert!("ratio=1KiB".parse::<LimitValue>().unwrap_err().contains("whole number"));
        assert!("entry-bytes=lots".parse::<LimitValue>().unwrap_err().contains("20MiB"));
        assert!("depth=3".parse::<LimitValue>().unwrap_err().contains("archive-depth"));
        assert!("text-length=163840".parse::<LimitValue>().is_ok());
        assert!("text-length=163841".parse::<LimitValue>().unwrap_err().contains("can only be lowered"));
        assert!("ratio".parse::<LimitValue>().unwrap_err().contains("entry-bytes=1GiB"));
    }

    #[test]
    fn a_limit_is_named_once() {
        let values: Vec<LimitValue> = ["ratio=1", "entry-bytes=1", "ratio=2"].map(|text| text.parse().unwrap()).into();
        assert_eq!(named_twice(&values), Some(Limit::Ratio));
        assert_eq!(named_twice(&values[..2]), None);
    }
}
