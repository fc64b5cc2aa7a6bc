//! Tests that alone were larger than a bundle, and what went of them: no report has a problem for that, so it is told here.

use xraypack::bundle::manifest::{Manifest, Trimmed};

use super::Verbosity;
use super::numbers::{count, counted};
use super::terminal::{Style, Terminal, harmless};

/// Tests that are named without `-v`; the manifest names all.
const NAMED: usize = 5;

/// Steps that are named of one test; the manifest has all.
const STEPS_NAMED: usize = 3;

/// Those of an output, in order.
pub fn of_manifest(manifest: &Manifest) -> Vec<&Trimmed> {
    manifest.executions.iter().flat_map(|execution| &execution.trimmed).collect()
}

/// Says how many tests were cut, and what went of the first few.
pub fn warn(all: &[&Trimmed], terminal: &mut Terminal) {
    if all.is_empty() || terminal.is_quiet() {
        return;
    }
    let named = if terminal.verbosity >= Verbosity::Verbose { all.len() } else { NAMED };
    let tests = counted(all.len() as u64, "test was", "tests were");
    let headline =
        format!("{tests} larger than a bundle (--max-bytes) and cut to fit; see \"trimmed\" in manifest.json");
    let details = all.iter().take(named).map(|trimmed| detail(trimmed));
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    for line in std::iter::once(headline).chain(details) {
        // When standard error is closed there is nobody to tell.
        let _ = terminal.err.line(format_args!("{warning}: {line} [trimmed]"));
    }
}

/// `c.login: evidence left out: a.png (900 bytes in base64); comment of 9000 characters shortened to 4000`
fn detail(Trimmed { test, steps, .. }: &Trimmed) -> String {
    let mut named: Vec<String> = steps.iter().take(STEPS_NAMED).map(|step| harmless(step)).collect();
    let further = steps.len() - named.len();
    if further > 0 {
        named.push(format!("and {} more", count(further as u64)));
    }
    format!("{}: {}", harmless(test), named.join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::terminal::tests::terminal;
    use super::*;

    fn trimmed(test: &str, steps: usize) -> Trimmed {
        let steps = (1..=steps).map(|step| format!("step {step}")).collect();
        Trimmed { test: test.to_owned(), bytes: 9000, allowed: 3000, steps }
    }

    fn told(all: &[Trimmed], verbosity: Verbosity) -> String {
        let (mut terminal, _, err) = terminal(verbosity);
        warn(&all.iter().collect::<Vec<_>>(), &mut terminal);
        err.text()
    }

    #[test]
    fn the_first_few_are_named_with_what_went() {
        assert_eq!(
            told(&[trimmed("c.a", 1), trimmed("c.b", 5)], Verbosity::Normal),
            "warning: 2 tests were larger than a bundle (--max-bytes) and cut to fit; see \"trimmed\" in manifest.json \
             [trimmed]\n\
             warning: c.a: step 1 [trimmed]\n\
             warning: c.b: step 1; step 2; step 3; and 2 more [trimmed]\n"
        );
        let many: Vec<_> = (0..30).map(|_| trimmed("c.a", 1)).collect();
        assert_eq!(told(&many, Verbosity::Normal).lines().count(), 6);
        assert_eq!(told(&many, Verbosity::Verbose).lines().count(), 31);
        assert_eq!(told(&many, Verbosity::Quiet), "");
        assert_eq!(told(&[], Verbosity::Normal), "");
    }
}
